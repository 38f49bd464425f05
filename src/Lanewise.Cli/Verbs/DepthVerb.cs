using System.CommandLine;
using Lanewise.Cli.Common;
using Lanewise.Cli.Options;
using Lanewise.Cli.Reports;
using Lanewise.Cli.Terminals;
using Lanewise.Workflows;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise depth</c>.</summary>
internal sealed class DepthVerb
{
    private const string Examples =
        """
          lanewise depth                                   20 and 56 layers, plain and residual, on a tenth of MNIST
          lanewise depth --at-start --no-batch-norm        gradients of the initial weights, in seconds
          lanewise depth --at-start --no-batch-norm --init he
          lanewise depth --depths 20,56 --seeds 1,2,3 --limit-train 60000 --limit-test 10000 --epochs 10
          lanewise depth --dataset digits --depths 8,14,20 --families plain --epochs 2
          lanewise depth --resume runs/depth-1             resume after Ctrl-C
        """;

    private readonly SettingOptions _settings = new(new DepthSettings());

    private readonly Option<string?> _config = OptionFactory.Text(
        "--config", "FILE", "Read settings from a JSON file, such as the args.json of a study; options on the command line come first.");

    private readonly Option<string?> _output = OptionFactory.Text(
        "--output", "FOLDER", "Folder for the results, new or empty.", "runs/depth-1, runs/depth-2, …");

    private readonly Option<string?> _resume = OptionFactory.Text(
        "--resume", "FOLDER",
        "Resume this study with its settings; the results are identical to those of an uninterrupted study. "
        + "Only --threads and --data-dir may differ.");

    private readonly Option<bool> _json = SharedOptions.Json();

    public static Command Create()
    {
        var options = new DepthVerb();
        var verb = new Verb(
            "depth",
            "Study vanishing gradients: train plain and residual networks of several depths, and measure errors and gradients per layer.",
            Examples)
        {
            options._config, options._output, options._resume, options._json,
        };
        verb.StopsAfter = "step";
        foreach (var option in options._settings.All)
        {
            verb.Add(option);
        }

        verb.SetAction(options.RunAsync);
        return verb;
    }

    private async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        using var display = new JobDisplay();
        var job = CreateJob(parse);
        var study = await job.RunAsync(display, cancellationToken).ConfigureAwait(false);
        DepthReport.Print(study, parse.GetValue(_json));
        return ExitCode.Done;
    }

    private DepthJob CreateJob(ParseResult parse)
    {
        var given = _settings.Given(parse);
        if (parse.GetValue(_resume) is { } study)
        {
            return parse.GetValue(_output) is null && parse.GetValue(_config) is null
                ? DepthJob.Resume(study, given)
                : throw new UsageException("--resume: a resumed study has its folder and settings; omit --output and --config.");
        }

        var settings = parse.GetValue(_config) is { } file
            ? new DepthSettings().With(SettingsFile.Load(file, DepthSettings.AllSettings))
            : new DepthSettings();
        return DepthJob.Create((DepthSettings)settings.WithGiven(given), parse.GetValue(_output));
    }
}
