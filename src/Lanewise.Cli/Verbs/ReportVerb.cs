using System.CommandLine;
using System.Text.Json;
using Lanewise.Cli.Common;
using Lanewise.Cli.Options;
using Lanewise.Cli.Terminals;
using Lanewise.Reports;
using Lanewise.Workflows;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise report RUN</c>.</summary>
internal sealed class ReportVerb
{
    private const string Description =
        "Write a self-contained HTML page about a run: learning curves, confusion matrix, misclassified images, "
        + "gradient norms, cost, and the command to repeat it.";

    private const string Examples =
        """
          lanewise report runs/residual-1
          lanewise report runs/residual-1 --output residual.html --mistakes 40
          lanewise report runs/residual-1 --data-dir ~/datasets --json
        """;

    private const int MaxMistakes = 500;

    private readonly Argument<string> _run = new("RUN")
    {
        Description = "Run folder written by 'lanewise train'.",
        CustomParser = result => ArgumentParsing.ParseText(result, "RUN", null),
    };

    private readonly Option<string?> _output = OptionFactory.Text(
        "--output", "FILE", "File to write; the name must end in .html.", "RUN/report.html", CheckName);

    private readonly Option<RunWeights?> _use = SharedOptions.Use();

    private readonly Option<string?> _dataset = SharedOptions.TestDataset();

    private readonly Option<string?> _dataDir = SharedOptions.DataDir();

    private readonly Option<int?> _limitTest = OptionFactory.Limit("--limit-test", "Evaluate on the first N images only.", "as in the run");

    private readonly Option<int> _mistakes = OptionFactory.WholeNumber(
        "--mistakes", 12, 0, MaxMistakes, "Number of misclassified images to show, those with the highest confidence first.");

    private readonly Option<int> _trainImages = OptionFactory.WholeNumber(
        "--train-images", 5000, 0, int.MaxValue,
        "Number of training images to look for wrong labels among, evenly spaced if there are more; 0 for none.");

    private readonly Option<int> _threads = SharedOptions.Threads();

    private readonly Option<bool> _json = SharedOptions.Json();

    public static Command Create()
    {
        var options = new ReportVerb();
        var verb = new Verb("report", Description, Examples)
        {
            options._run, options._output, options._use, options._dataset, options._dataDir, options._limitTest, options._mistakes,
            options._trainImages, options._threads, options._json,
        };
        verb.SetAction(options.RunAsync);
        return verb;
    }

    private async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        using var display = new JobDisplay();
        var folder = RunDirectory.Open(parse.GetRequiredValue(_run));
        var report = new ReportJob(folder)
        {
            Use = parse.GetValue(_use),
            Dataset = parse.GetValue(_dataset),
            DataDir = parse.GetValue(_dataDir),
            LimitTest = parse.GetValue(_limitTest),
            Threads = parse.GetValue(_threads),
            Mistakes = parse.GetValue(_mistakes),
            TrainImages = parse.GetValue(_trainImages),
            ResumeCommand = Advice.ResumeCommand("train", folder.Path),
        };
        string file = parse.GetValue(_output) ?? folder.Report;
        var page = await report.RunAsync(file, display, cancellation).ConfigureAwait(false);
        if (parse.GetValue(_json))
        {
            PrintJson(folder, file, page);
        }
        else
        {
            StandardOutput.WriteLine($"wrote {file}, the report of the run {folder.Path}; open it in a browser.");
        }

        return ExitCode.Done;
    }

    private static void PrintJson(RunDirectory folder, string file, RunPageData page) => JsonOutput.Print(json =>
    {
        json.WriteString("run", folder.Path);
        json.WriteString("file", file);
        json.WriteString("model", page.Network.Name);
        json.WriteString("dataset", page.Dataset);
        json.WriteNumber("epochs", page.Epochs.Count);
        json.WriteObjects("weights", page.Weights, kept =>
        {
            json.WriteString("file", kept.File);
            json.WriteNumber("epoch", kept.Epoch);
            json.WriteNumber("val_loss", kept.ValLoss);
            json.WriteNumber("val_top1", kept.ValTop1);
            json.WriteBoolean("is_used", kept.IsUsed);
        });
        json.WriteRenamed("test_top1", "test_accuracy", page.TestTop1 ?? double.NaN);
        json.WriteString("test_missing", page.TestMissing);
        json.WriteObjects("mistakes", page.Test?.Mistakes ?? [], mistake => Write(json, mistake, page.Test!.Classes));
        json.WriteNumber("train_images", page.TrainingCount);
        json.WriteNumber("train_images_evaluated", page.Training?.Evaluation.Total ?? 0);
        json.WriteObjects("train_mistakes", page.Training?.Mistakes ?? [], mistake => Write(json, mistake, page.Training!.Classes));
    });

    private static void Write(Utf8JsonWriter json, MistakeImage mistake, IReadOnlyList<string> classes)
    {
        json.WriteRenamed("image", "picture", mistake.Prediction.Index);
        json.WriteString("file", mistake.File);
        json.WriteString("class", classes[mistake.Prediction.Label]);
        json.WriteString("predicted", classes[mistake.Prediction.Prediction]);
        json.WriteNumberOrNull("probability", mistake.Prediction.Probability);
    }

    // Prevents a typing error from overwriting another file of the run or of the user.
    private static string CheckName(string name) => Path.GetExtension(name).ToLowerInvariant() is ".html" or ".htm" ? name
        : throw new LanewiseException($"--output {name}: expected a name that ends in .html.");
}
