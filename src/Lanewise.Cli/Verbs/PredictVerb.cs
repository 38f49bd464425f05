using System.CommandLine;
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
          lanewise predict resnet50-v2 cat.jpg             pretrained weights, after lanewise weights fetch resnet50-v2
        """;

    private const int MaxTopK = 1000;

    private readonly Argument<string> _run = SharedOptions.RunOrFile();
    private readonly Argument<string[]> _images = SharedOptions.Images(ArgumentArity.OneOrMore);
    private readonly Option<int> _topK = OptionFactory.WholeNumber("--top-k", 3, 1, MaxTopK, "Number of most likely classes to print.");
    private readonly Option<string?> _split = SharedOptions.FolderSplit();
    private readonly Option<string?> _model = SharedOptions.Model();
    private readonly Option<string?> _key = SharedOptions.Key();
    private readonly Option<string?> _labels = SharedOptions.Labels();
    private readonly Option<Conv2dAlgorithm?> _algorithm = SharedOptions.Algorithm();
    private readonly SettingOptions _input = new(new InputSettings());
    private readonly Option<int> _threads = SharedOptions.Threads();
    private readonly Option<string?> _csv = OptionFactory.Text("--csv", "FILE", "Also write a table with a row for each image.");
    private readonly Option<bool> _json = SharedOptions.Json();

    public static Command Create()
    {
        var options = new PredictVerb();
        var verb = new Verb("predict", "Classify images: print the most likely classes with their probabilities.", Examples)
        {
            options._run, options._images, options._split, options._topK, options._model, options._key, options._labels,
            options._algorithm, options._threads, options._csv, options._json,
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
        var model = TrainedModel.Load(parse.GetRequiredValue(_run), parse.GetValue(_model), input, parse.GetValue(_key))
            .WithLabels(parse.GetValue(_labels));
        var files = ImagePaths.Expand(parse.GetRequiredValue(_images), parse.GetValue(_split), display);
        int top = Math.Min(parse.GetValue(_topK), model.Classes.Count);
        var options = new ImageClassifierOptions
        {
            Algorithm = parse.GetValue(_algorithm) ?? default,
            Threads = parse.GetValue(_threads),
        };
        var images = new ClassificationJob(model, options).RunAsync(files, display, cancellationToken);
        using IPredictionWriter output = parse.GetValue(_json)
            ? new JsonPredictions(top)
            : new TextPredictions(top, files.Max(file => file.Length));
        var report = new PredictionReport(output);
        if (parse.GetValue(_csv) is { } table)
        {
            // The file appears when it is complete.
            await Task.Run(
                () => AtomicFile.Write(table, stream => report.Run(images, new CsvPredictions(stream, top))), CancellationToken.None)
                .ConfigureAwait(false);
        }
        else
        {
            await report.RunAsync(images, also: null).ConfigureAwait(false);
        }

        report.PrintRate();
        return report.Errors == 0 ? ExitCode.Done : ExitCode.Failed;
    }
}
