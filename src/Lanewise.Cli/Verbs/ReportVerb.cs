using System.CommandLine;
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

    private readonly Option<string?> _dataset = SharedOptions.TestDataset();

    private readonly Option<string?> _dataDir = SharedOptions.DataDir();

    private readonly Option<int?> _limitTest = OptionFactory.Limit("--limit-test", "Evaluate on the first N images only.", "as in the run");

    private readonly Option<int> _mistakes = OptionFactory.WholeNumber(
        "--mistakes", 12, 0, MaxMistakes, "Number of misclassified images to show, those with the highest confidence first.");

    private readonly Option<int> _threads = SharedOptions.Threads();

    private readonly Option<bool> _json = SharedOptions.Json();

    public static Command Create()
    {
        var options = new ReportVerb();
        var verb = new Verb("report", Description, Examples)
        {
            options._run, options._output, options._dataset, options._dataDir, options._limitTest, options._mistakes, options._threads,
            options._json,
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
            Dataset = parse.GetValue(_dataset),
            DataDir = parse.GetValue(_dataDir),
            LimitTest = parse.GetValue(_limitTest),
            Threads = parse.GetValue(_threads),
            Mistakes = parse.GetValue(_mistakes),
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
        json.WriteRenamed("test_top1", "test_accuracy", page.TestTop1 ?? double.NaN);
        json.WriteString("test_missing", page.TestMissing);
        json.WriteObjects("mistakes", page.Test?.Mistakes ?? [], mistake =>
        {
            json.WriteRenamed("image", "picture", mistake.Prediction.Index);
            json.WriteString("class", page.Test!.Classes[mistake.Prediction.Label]);
            json.WriteString("predicted", page.Test.Classes[mistake.Prediction.Prediction]);
            json.WriteNumberOrNull("probability", mistake.Prediction.Probability);
        });
    });

    // Prevents a typing error from overwriting another file of the run or of the user.
    private static string CheckName(string name) => Path.GetExtension(name).ToLowerInvariant() is ".html" or ".htm" ? name
        : throw new LanewiseException($"--output {name}: expected a name that ends in .html.");
}
