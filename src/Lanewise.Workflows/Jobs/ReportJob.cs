using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Lanewise.Analysis;
using Lanewise.Imaging;
using Lanewise.IO;
using Lanewise.Reports;

namespace Lanewise.Workflows;

/// <summary>Writes the report page of a run; sections without data are omitted.</summary>
/// <param name="folder">The run.</param>
public sealed partial class ReportJob(RunDirectory folder)
{
    private readonly RunRecord<TrainSettings> _record = folder.LoadRecord();

    private TrainSettings Settings => _record.Settings;

    /// <summary>Gets the dataset to evaluate on; null for that of the run.</summary>
    public string? Dataset { get; init; }

    /// <summary>Gets the folder of the dataset; null for that of the run.</summary>
    public string? DataDir { get; init; }

    /// <summary>Gets the number of images to evaluate on; null for that of the run.</summary>
    public int? LimitTest { get; init; }

    /// <summary>Gets the number of threads.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Gets the set of weights that the page is about; null for the one that <c>args.json</c> names.</summary>
    public RunWeights? Use { get; init; }

    /// <summary>Gets the command that resumes the run, for the page; null for none.</summary>
    public string? ResumeCommand { get; init; }

    /// <summary>Gets the number of misclassified images to show. Default: 12.</summary>
    public int Mistakes { get; init; } = 12;

    /// <summary>
    /// Gets the number of images that the model was trained on to look for wrong labels among; 0 for none. Of more, that many are taken,
    /// evenly spaced. Default: 5,000.
    /// </summary>
    public int TrainImages { get; init; } = 5000;

    /// <summary>Reads the run, evaluates its model, and writes the page.</summary>
    /// <param name="output">The file to write; null for <see cref="RunDirectory.Report"/>.</param>
    /// <param name="progress">Receives notices and downloads.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    /// <returns>What is on the page.</returns>
    /// <exception cref="LanewiseException">A file of the run cannot be read or is damaged, or the page cannot be written.</exception>
    public async Task<RunPageData> RunAsync(
        string? output = null, IProgress<JobEvent>? progress = null, CancellationToken cancellationToken = default)
    {
        var data = await ReadAsync(progress, cancellationToken).ConfigureAwait(false);
        RunPage.Create(data).Save(output ?? folder.Report);
        return data;
    }

    private async Task<RunPageData> ReadAsync(IProgress<JobEvent>? progress, CancellationToken cancellationToken)
    {
        var epochs = File.Exists(folder.Summary) ? RunSummary.Load(folder.Summary) : [];
        var model = File.Exists(folder.Model) ? TrainedModel.Load(folder.Path, use: Use) : null;
        var gradients = GradientLog.Load(folder.Gradients);
        var (test, missing) = await TryEvaluateAsync(model, progress, cancellationToken).ConfigureAwait(false);
        var (training, trainingCount) = model is null || test is null || TrainImages == 0 ? (null, 0)
            : await TryEvaluateTrainingAsync(model, progress, cancellationToken).ConfigureAwait(false);
        return new()
        {
            Name = Path.GetFileName(Path.GetFullPath(folder.Path)),
            Network = model?.Network ?? TrainingJob.CreateNetwork(Settings, folder),
            Dataset = Settings.Dataset,
            PlannedEpochs = Settings.Epochs,
            Epochs = epochs,
            Weights = [.. Weights(epochs)],
            Test = test,
            TestMissing = missing,
            Training = training,
            TrainingCount = trainingCount,
            Gradients = gradients,
            Settings = [.. SettingRows()],
            Environment = [.. EnvironmentRows()],
            Command = _record.Facts.Command,
            ResumeCommand = epochs.Count < Settings.Epochs && !HasRunOut(epochs) ? ResumeCommand : null,
            Remarks = [.. Notes(epochs)],
        };
    }

    private IEnumerable<KeptWeights> Weights(List<EpochResult> epochs)
    {
        if (epochs is not [.., var last])
        {
            yield break;
        }

        yield return Kept(RunWeights.Last, "last", folder.Model, last.Epoch, (last.ValLoss, last.ValTop1));
        if (last is { EmaValLoss: { } loss, EmaValTop1: { } top1 })
        {
            yield return Kept(RunWeights.Ema, "averaged", folder.Ema, last.Epoch, (loss, top1));
        }

        if (BestEpoch.Of(epochs, Settings.Monitor) is { } best)
        {
            string name = $"best by {TrainSettings.NameOf(best.Metric)}";
            // A run that was killed may have saved the weights of a later epoch than its summary.
            var kept = epochs.Find(epoch => epoch.Epoch == folder.EpochOfBest()) ?? best.Epoch;
            var validation = (kept.EmaValLoss ?? kept.ValLoss, kept.EmaValTop1 ?? kept.ValTop1);
            yield return Kept(RunWeights.Best, name, folder.Best, kept.Epoch, validation);
        }
    }

    private KeptWeights Kept(RunWeights set, string name, string file, int epoch, (double Loss, double Top1) validation) => new()
    {
        Name = name,
        File = Path.GetFileName(file),
        Epoch = epoch,
        ValLoss = validation.Loss,
        ValTop1 = validation.Top1,
        IsUsed = set == (Use ?? Settings.Answers),
    };

    private async Task<(TestEvaluation? Test, string? Missing)> TryEvaluateAsync(
        TrainedModel? model, IProgress<JobEvent>? progress, CancellationToken cancellationToken)
    {
        if (model is null)
        {
            return (null, "no epoch is complete yet, so there is no model.");
        }

        model.Report(progress);

        try
        {
            var data = await LoadDataAsync(model, progress, cancellationToken).ConfigureAwait(false);
            data.Report(model.File.Card.Calibration, progress);
            return (await EvaluateAsync(model, data, progress, cancellationToken).ConfigureAwait(false), null);
        }
        catch (Exception e) when (e is LanewiseException or IOException or UnauthorizedAccessException)
        {
            string reason = e.Message.ReplaceLineEndings(" ");
            progress.Notice($"the page omits sections that require the test images: {reason}");
            return (null, reason);
        }
    }

    private async Task<(TestEvaluation? Training, int Count)> TryEvaluateTrainingAsync(
        TrainedModel model, IProgress<JobEvent>? progress, CancellationToken cancellationToken)
    {
        try
        {
            var data = await LoadTrainingAsync(model, progress, cancellationToken).ConfigureAwait(false);
            int count = data.Images.Count, looked = Math.Min(count, TrainImages);
            int[] spaced = [.. Enumerable.Range(0, looked).Select(i => (int)((long)i * count / looked))];
            data = data with { Images = data.Images.Select(spaced) };
            var training = await EvaluateAsync(model, data, progress, cancellationToken).ConfigureAwait(false);
            return (training with { Mistakes = [.. training.Mistakes.Select(InAll)] }, count);

            MistakeImage InAll(MistakeImage mistake) => mistake with
            {
                Prediction = mistake.Prediction with { Index = spaced[mistake.Prediction.Index] },
            };
        }
        catch (Exception e) when (e is LanewiseException or IOException or UnauthorizedAccessException)
        {
            progress.Notice($"the page omits mistakes on training images: {e.Message.ReplaceLineEndings(" ")}");
            return (null, 0);
        }
    }

    private Task<EvaluationImages> LoadTrainingAsync(
        TrainedModel model, IProgress<JobEvent>? progress, CancellationToken cancellationToken) =>
        JobData.LoadAsync(
            new DataSource(model.File.Card.Dataset ?? Settings.Dataset)
            {
                DataDir = DataDir ?? (Directory.Exists(Settings.DataDir) ? Settings.DataDir : null),
                OnCorrupt = Settings.OnCorrupt,
                Split = SplitNames.Train,
                LimitTest = Settings.LimitTrain,
            },
            model,
            progress,
            cancellationToken);

    private Task<EvaluationImages> LoadDataAsync(TrainedModel model, IProgress<JobEvent>? progress, CancellationToken cancellationToken) =>
        JobData.LoadAsync(
            new DataSource(Dataset ?? model.File.Card.Dataset ?? Settings.Dataset)
            {
                // The run may have been moved to another machine.
                DataDir = DataDir ?? (Directory.Exists(Settings.DataDir) ? Settings.DataDir : null),
                OnCorrupt = Settings.OnCorrupt,
                LimitTest = LimitTest ?? (Dataset is null || Dataset == Settings.Dataset ? Settings.LimitTest : null),
            },
            model,
            progress,
            cancellationToken);

    private async Task<TestEvaluation> EvaluateAsync(
        TrainedModel model, EvaluationImages data, IProgress<JobEvent>? progress, CancellationToken cancellationToken)
    {
        var mistakes = new Mistakes(Mistakes);
        var options = new EvaluationOptions { Threads = Threads, Algorithm = Settings.Algorithm };
        var (_, _, evaluation, classes) = await model.EvaluateAsync(data, options, mistakes.Add, progress, cancellationToken)
            .ConfigureAwait(false);
        var images = new PreparedDataset(data.Images, model.Transform);
        var input = model.Transform.Input;
        return new(data.Dataset, evaluation, classes, [.. mistakes.MostConfident.Select(mistake =>
        {
            byte[] pixels = new byte[input.Count];
            images.Fit(mistake.Index, pixels);
            string? file = (data.Images as IFileDataset)?.NameOf(mistake.Index);
            return new MistakeImage(mistake, ImageWriter.Encode(input, pixels), input.Width) { File = file };
        })]);
    }

    /// <summary>Gets the settings in args.json, including those of newer versions.</summary>
    private IEnumerable<(string Name, string Value)> SettingRows()
    {
        using var document = JsonDocument.Parse(InputFile.ReadBytes(folder.Arguments));
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
        yield return ("Lanewise", _record.Facts.Version);
        if (_record.Facts.Environment is { } environment)
        {
            yield return ("Processor", environment.Processor);
            yield return ("Runtime", environment.Runtime);
            yield return ("System", environment.System);
            yield return ("Started", environment.Started.ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture));
        }
    }

    private bool HasRunOut(IReadOnlyList<EpochResult> epochs) =>
        BestEpoch.Of(epochs, Settings.Monitor)?.HasRunOut(Settings.Patience) is true;

    private IEnumerable<string> Notes(List<EpochResult> epochs)
    {
        if (epochs.Count < Settings.Epochs && HasRunOut(epochs))
        {
            yield return $"Training ended after epoch {epochs.Count}: "
                + $"{Settings.Patience} epoch{(Settings.Patience == 1 ? "" : "s")} had passed without a better "
                + $"{TrainSettings.NameOf(Settings.Monitor.GetValueOrDefault())}.";
        }

        if (BestEpoch.Of(epochs, Settings.Monitor) is { } best && folder.EpochOfBest() is { } kept && kept != best.Epoch.Epoch)
        {
            yield return $"{Path.GetFileName(folder.Best)} has the weights of epoch {kept}, and by summary.csv the best is epoch "
                + $"{best.Epoch.Epoch}: the run was stopped before it saved all; resume it.";
        }

        if (_record.Facts.DataSource is { } source)
        {
            yield return $"The images came from {source}.";
        }

        if ((_record.Facts.InitialEpochs ?? EpochsOf(_record.Facts.Command)) != Settings.Epochs)
        {
            yield return $"The run was resumed with more epochs; to train all of them in one run, train {Settings.Epochs} epochs.";
        }

        if (_record.Facts.Environment is null)
        {
            yield return "The run was made by a version that did not record the machine and the time.";
        }
    }

    // Versions before 0.2 recorded only the command.
    private static int EpochsOf(string command) =>
        int.TryParse(EpochsOption().Match(command).Groups["epochs"].Value, out int epochs) ? epochs : new TrainSettings().Epochs;

    [GeneratedRegex(@" --epochs[ =](?<epochs>\d+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex EpochsOption();
}
