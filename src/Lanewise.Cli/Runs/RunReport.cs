using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Lanewise.Analysis;
using Lanewise.Cli.Common;
using Lanewise.Cli.Terminals;
using Lanewise.Imaging;
using Lanewise.Reports;

namespace Lanewise.Cli.Runs;

/// <summary>Collects the content of the report page of a run; sections without data are omitted.</summary>
/// <param name="folder">The run.</param>
internal sealed partial class RunReport(RunFolder folder)
{
    private readonly RunArguments _arguments = RunArguments.Load(folder.Arguments);

    /// <summary>Gets the dataset to evaluate on; null for that of the run.</summary>
    public string? Dataset { get; init; }

    /// <summary>Gets the folder of the dataset; null for that of the run.</summary>
    public string? DataDir { get; init; }

    /// <summary>Gets the number of images to evaluate on; null for that of the run.</summary>
    public int? LimitTest { get; init; }

    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Gets the number of misclassified images to show.</summary>
    public int Mistakes { get; init; }

    /// <summary>Reads the run and evaluates its model.</summary>
    /// <exception cref="LanewiseException">A file of the run cannot be read or is damaged.</exception>
    public async Task<RunPageData> ReadAsync(CancellationToken cancellation)
    {
        var epochs = File.Exists(folder.Summary) ? RunSummary.Load(folder.Summary) : [];
        var model = File.Exists(folder.Model) ? RunModel.Load(folder.Model, model: null, new InputSettings()) : null;
        var gradients = GradientLog.Load(folder.Gradients);
        var (test, missing) = await TryEvaluateAsync(model, cancellation).ConfigureAwait(false);
        return new()
        {
            Name = Path.GetFileName(Path.GetFullPath(folder.Path)),
            Network = model?.Network ?? _arguments.CreateNetwork(),
            Dataset = _arguments.Dataset,
            PlannedEpochs = _arguments.Epochs,
            Epochs = epochs,
            Test = test,
            TestMissing = missing,
            Gradients = gradients,
            Settings = [.. Settings()],
            Environment = [.. EnvironmentRows()],
            Command = _arguments.Command,
            ResumeCommand = epochs.Count < _arguments.Epochs ? $"lanewise train --resume {Shell.Quote(folder.Path)}" : null,
            Remarks = [.. Notes()],
        };
    }

    private async Task<(TestEvaluation? Test, string? Missing)> TryEvaluateAsync(RunModel? model, CancellationToken cancellation)
    {
        if (model is null)
        {
            return (null, "no epoch is complete yet, so there is no model.");
        }

        try
        {
            var splits = await LoadDataAsync(model, cancellation).ConfigureAwait(false);
            return (await EvaluateAsync(model, splits, cancellation).ConfigureAwait(false), null);
        }
        catch (Exception e) when (e is LanewiseException or IOException or UnauthorizedAccessException)
        {
            string reason = e.Message.ReplaceLineEndings(" ");
            Terminal.Notice($"the page omits sections that require the test images: {reason}");
            return (null, reason);
        }
    }

    private Task<DatasetSplits> LoadDataAsync(RunModel model, CancellationToken cancellation) => RunData.LoadAsync(
        Dataset ?? model.File.Card.Dataset ?? _arguments.Dataset,
        // The run may have been moved to another machine.
        DataDir ?? (Directory.Exists(_arguments.DataDir) ? _arguments.DataDir : null),
        _arguments.OnCorrupt,
        limitTrain: null,
        LimitTest ?? (Dataset is null || Dataset == _arguments.Dataset ? _arguments.LimitTest : null),
        cancellation);

    private async Task<TestEvaluation> EvaluateAsync(RunModel model, DatasetSplits splits, CancellationToken cancellation)
    {
        var mistakes = new Mistakes(Mistakes);
        var (evaluation, classes) = await model.EvaluateAsync(
            splits, RunModel.DefaultBatchSize, Threads, _arguments.Algorithm, mistakes.Add, cancellation).ConfigureAwait(false);
        var images = new PreparedDataset(splits.Test, model.Transform);
        var input = model.Transform.Input;
        return new(splits.Name, evaluation, classes, [.. mistakes.MostConfident.Select(mistake =>
        {
            byte[] pixels = new byte[input.Count];
            images.Fit(mistake.Index, pixels);
            return new MistakeImage(mistake, ImageWriter.Encode(input, pixels), input.Width);
        })]);
    }

    /// <summary>Gets the settings in args.json, including those of newer versions.</summary>
    private IEnumerable<(string Name, string Value)> Settings()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(folder.Arguments));
        foreach (var property in document.RootElement.EnumerateObject())
        {
            string value = property.Value.ValueKind switch
            {
                JsonValueKind.Array => string.Join(", ", property.Value.EnumerateArray()),
                JsonValueKind.True => "yes",
                JsonValueKind.False => "no",
                JsonValueKind.Object => "",
                _ => property.Value.ToString(),
            };
            if (value.Length > 0 && property.Name is not ("version" or "command"))
            {
                yield return (property.Name, value);
            }
        }
    }

    private IEnumerable<(string Name, string Value)> EnvironmentRows()
    {
        yield return ("Lanewise", _arguments.Version);
        if (_arguments.Environment is { } environment)
        {
            yield return ("Processor", environment.Processor);
            yield return ("Runtime", environment.Runtime);
            yield return ("System", environment.System);
            yield return ("Started", environment.Started.ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture));
        }
    }

    private IEnumerable<string> Notes()
    {
        if (_arguments.DataSource is { } source)
        {
            yield return $"The images came from {source}.";
        }

        var match = EpochsOption().Match(_arguments.Command);
        int initialEpochs = match.Success && int.TryParse(match.Groups["epochs"].Value, out int epochs)
            ? epochs
            : new RunArguments { Model = "" }.Epochs;
        if (initialEpochs != _arguments.Epochs)
        {
            yield return $"The run was resumed with more epochs; to train all of them in one run, add --epochs {_arguments.Epochs}.";
        }

        if (_arguments.Environment is null)
        {
            yield return "The run was made by a version that did not record the machine and the time.";
        }
    }

    [GeneratedRegex(@" --epochs[ =](?<epochs>\d+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex EpochsOption();
}
