using System.CommandLine;
using System.Globalization;
using Lanewise.Cli.Common;
using Lanewise.Cli.Options;
using Lanewise.Cli.Reports;
using Lanewise.Cli.Terminals;
using Lanewise.Engine;
using Lanewise.IO;
using Lanewise.Workflows;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise predict RUN|FILE|NAME IMAGE…</c>.</summary>
internal sealed class PredictVerb
{
    private const string Examples =
        """
          lanewise predict runs/residual-1 six.png
          lanewise predict runs/residual-1 scans --top-k 1  all images in and below the folder
          lanewise predict from-pytorch.safetensors six.png --model residual
          lanewise predict runs/residual-1 six.png --json
          lanewise predict runs/residual-1 six.png --reject auto     "none of these" for an unlikely answer, after eval --calibrate
          lanewise predict runs/residual-1 six.png --coverage 0.95   the classes among which the right one is 95 times in 100
          lanewise predict resnet50-v2 cat.jpg             pretrained weights, after lanewise weights fetch resnet50-v2
        """;

    private const int MaxTopK = 1000;

    private const string Auto = "auto";

    private readonly Argument<string> _run = SharedOptions.RunOrFile();
    private readonly Argument<string[]> _images = SharedOptions.Images(ArgumentArity.OneOrMore);
    private readonly Option<int> _topK = OptionFactory.WholeNumber("--top-k", 3, 1, MaxTopK, "Number of most likely classes to print.");
    private readonly Option<string?> _split = SharedOptions.FolderSplit();
    private readonly Option<string?> _model = SharedOptions.Model();
    private readonly Option<string?> _key = SharedOptions.Key();
    private readonly Option<RunWeights?> _use = SharedOptions.Use();
    private readonly Option<string?> _labels = SharedOptions.Labels();
    private readonly Option<Conv2dAlgorithm?> _algorithm = SharedOptions.Algorithm();

    private readonly Option<bool> _tune = SharedOptions.Tune();
    private readonly SettingOptions _input = new(new InputSettings());
    private readonly Option<int> _threads = SharedOptions.Threads();

    private readonly Option<string?> _reject = OptionFactory.Text(
        "--reject", "P|auto",
        "Answer \"none of these\" where the probability is below P, 0 to 1, or below the threshold that eval --calibrate stored (auto).",
        check: CheckReject);

    private readonly Option<double?> _coverage = OptionFactory.Number(
        "--coverage", value => value is > 0 and < 1, "a number above 0 and below 1",
        "Also list the classes among which the right one is this often, for example 0.95; requires a model calibrated with eval.");

    private readonly Option<string?> _csv = OptionFactory.Text("--csv", "FILE", "Also write a table with a row for each image.");
    private readonly Option<bool> _json = SharedOptions.Json();

    public static Command Create()
    {
        var options = new PredictVerb();
        var verb = new Verb("predict", "Classify images: print the most likely classes with their probabilities.", Examples)
        {
            options._run, options._images, options._split, options._topK, options._model, options._key, options._use, options._labels,
            options._algorithm, options._tune, options._threads, options._reject, options._coverage, options._csv, options._json,
        };
        foreach (var option in options._input.All)
        {
            verb.Add(option);
        }

        verb.SetAction(options.RunAsync);
        return verb;
    }

    private async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        using var display = new JobDisplay();
        var input = new InputSettings().With(_input.Given(parse));
        var model = TrainedModel.Load(
            parse.GetRequiredValue(_run), parse.GetValue(_model), input, parse.GetValue(_key), parse.GetValue(_use))
            .WithLabels(parse.GetValue(_labels));
        var files = ImagePaths.Expand(parse.GetRequiredValue(_images), parse.GetValue(_split), display);
        int top = Math.Min(parse.GetValue(_topK), model.Classes.Count);
        var options = new ImageClassifierOptions
        {
            Algorithm = parse.GetValue(_algorithm) ?? default,
            Tuning = SharedOptions.TuningOf(parse, _tune),
            Threads = parse.GetValue(_threads),
            Reject = parse.GetValue(_reject) is { } reject ? reject == Auto ? double.NaN : ProbabilityOf(reject) : null,
            Coverage = parse.GetValue(_coverage),
        };
        if (model.File.Card.Calibration is null && (options.Coverage is not null || options.Reject is double.NaN))
        {
            throw new LanewiseException(
                $"{(options.Coverage is null ? "--reject auto" : "--coverage")}: the model is not calibrated; "
                + $"calibrate it first with: lanewise eval {Shell.Quote(parse.GetRequiredValue(_run))} --calibrate");
        }

        var columns = new PredictionColumns(top, options.Reject is not null, options.Coverage is not null)
        {
            Temperature = model.File.Card.Calibration?.Temperature,
        };
        var images = new ClassificationJob(model, options).RunAsync(files, display, cancellationToken);
        using IPredictionWriter output = parse.GetValue(_json)
            ? new JsonPredictions(columns)
            : new TextPredictions(columns, files.Max(file => file.Length));
        var report = new PredictionReport(output);
        if (parse.GetValue(_csv) is { } table)
        {
            // The file appears when it is complete.
            await Task.Run(
                () => AtomicFile.Write(table, stream => report.Run(images, new CsvPredictions(stream, columns))), CancellationToken.None)
                .ConfigureAwait(false);
        }
        else
        {
            await report.RunAsync(images, also: null).ConfigureAwait(false);
        }

        report.PrintRate();
        return report.Errors == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    private static string CheckReject(string text) => text == Auto || ProbabilityOf(text) is >= 0 and <= 1
        ? text
        : throw new LanewiseException($"--reject {text}: expected a probability from 0 to 1, or {Auto}.");

    private static double ProbabilityOf(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double probability) ? probability : -1;
}
