using System.CommandLine;
using Lanewise.Cli.Runs;
using Lanewise.Cli.Terminals;
using Lanewise.Reports;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise report RUN</c>.</summary>
internal sealed class ReportVerb
{
    private const int MaxMistakes = 500;

    private const string Examples =
        """
          lanewise report runs/residual-1
          lanewise report runs/residual-1 --output residual.html --mistakes 40
          lanewise report runs/residual-1 --data-dir ~/datasets --json
        """;

    private readonly Argument<string> _run = new("RUN")
    {
        Description = "A run folder that 'lanewise train' wrote.",
        CustomParser = result => Options.ParseText(result, "RUN", null),
    };

    private readonly Option<string?> _output = Options.Text("--output", "FILE", "The page, a name that ends in .html; RUN/report.html if not given.", CheckName);
    private readonly Option<string?> _dataset = Options.Dataset("What to test on; by default what the model was trained on. folder:PATH for the images in PATH/val/CLASS.");
    private readonly Option<string?> _dataDir = Options.DataDir();
    private readonly Option<int?> _limitTest = Options.Limit("--limit-test", "Test on the first N images only; by default on as many as the run did.");
    private readonly Option<int> _mistakes = Options.WholeNumber("--mistakes", 12, 0, MaxMistakes, "Mistakes to show as images, those the model was surest of.");
    private readonly Option<int> _threads = Options.Threads();
    private readonly Option<bool> _json = Options.Json();

    public static Command Create()
    {
        var options = new ReportVerb();
        var verb = new Verb("report", "Make one self-contained HTML page of a run: curves, confusion matrix, mistakes as images, gradient norms, cost, and how to repeat it.", Examples)
        {
            options._run, options._output, options._dataset, options._dataDir, options._limitTest, options._mistakes, options._threads, options._json,
        };
        verb.SetAction(options.RunAsync);
        return verb;
    }

    private async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        var folder = RunFolder.Open(parse.GetRequiredValue(_run));
        var report = new RunReport(folder)
        {
            Dataset = parse.GetValue(_dataset),
            DataDir = parse.GetValue(_dataDir),
            LimitTest = parse.GetValue(_limitTest),
            Threads = parse.GetValue(_threads),
            Mistakes = parse.GetValue(_mistakes),
        };
        var figures = await report.ReadAsync(cancellation).ConfigureAwait(false);
        string file = parse.GetValue(_output) ?? folder.Report;
        RunPage.Create(figures).Save(file);
        if (parse.GetValue(_json))
        {
            PrintJson(folder, file, figures);
        }
        else
        {
            Report.Line($"{file} shows the run {folder.Path}; open it in a browser.");
        }

        return ExitCode.Done;
    }

    private static void PrintJson(RunFolder folder, string file, RunPageData figures) => JsonOutput.Print(json =>
    {
        json.WriteString("run", folder.Path);
        json.WriteString("file", file);
        json.WriteString("model", figures.Network.Name);
        json.WriteString("dataset", figures.Dataset);
        json.WriteNumber("epochs", figures.Epochs.Count);
        json.WriteRenamed("test_top1", "test_accuracy", figures.TestTop1 ?? double.NaN);
        json.WriteString("test_missing", figures.TestMissing);
        json.WriteObjects("mistakes", figures.Test?.Mistakes ?? [], mistake =>
        {
            json.WriteRenamed("image", "picture", mistake.Prediction.Index);
            json.WriteString("class", figures.Test!.Classes[mistake.Prediction.Label]);
            json.WriteString("predicted", figures.Test.Classes[mistake.Prediction.Prediction]);
            json.WriteNumberOrNull("probability", mistake.Prediction.Probability);
        });
    });

    // Nothing else of the run, or of the user's, should be overwritten by a slip.
    private static string CheckName(string name) => Path.GetExtension(name).ToLowerInvariant() is ".html" or ".htm" ? name
        : throw new LanewiseException($"--output {name}: expected a name that ends in .html.");
}
