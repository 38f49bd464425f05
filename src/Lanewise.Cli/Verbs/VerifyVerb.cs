using System.CommandLine;
using Lanewise.Cli.Common;
using Lanewise.Cli.Options;
using Lanewise.Cli.Reports;
using Lanewise.Cli.Terminals;
using Lanewise.Workflows;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise verify RUN</c>.</summary>
internal sealed class VerifyVerb
{
    private const string Description =
        "Train a run again and compare the weights and the state of the optimizer, bit by bit, with its receipt (RUN/receipt.json), on any "
        + "processor and at any number of threads. The run is not changed. The exit code is 1 where something differs.";

    private const string Examples =
        """
          lanewise verify runs/residual-1
          lanewise verify runs/residual-1 --threads 1
          lanewise verify runs/resnet20-1 --segments 3 --seed 7
          lanewise verify runs/photos-1 --dataset ~/photos --json
        """;

    private const int MaxSegments = 1000;

    private readonly Argument<string> _run = new("RUN")
    {
        Description = "Run folder written by 'lanewise train'.",
        CustomParser = result => ArgumentParsing.ParseText(result, "RUN", null),
    };

    private readonly Option<string?> _dataset = OptionFactory.Text(
        "--dataset", "NAME|FOLDER", "The data of the run, where it is now.", "as in the run", null);

    private readonly Option<string?> _dataDir = SharedOptions.DataDir();

    private readonly Option<int?> _segments = OptionFactory.Limit(
        "--segments", "Train only so many segments between the checkpoints that the run kept (train --keep-checkpoints).", "the whole run");

    private readonly Option<int?> _seed = OptionFactory.Limit(
        "--seed", "Seed by which segments are drawn.", "one that is drawn, and printed");

    private readonly Option<int> _threads = SharedOptions.Threads();

    private readonly Option<bool> _json = SharedOptions.Json();

    public static Command Create()
    {
        var options = new VerifyVerb();
        var verb = new Verb("verify", Description, Examples)
        {
            options._run, options._dataset, options._dataDir, options._segments, options._seed, options._threads, options._json,
        };
        verb.StopsAfter = "step";
        verb.SetAction(options.RunAsync);
        return verb;
    }

    private async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        using var display = new JobDisplay();
        var folder = RunDirectory.Open(parse.GetRequiredValue(_run));
        var job = new VerificationJob(folder)
        {
            Dataset = parse.GetValue(_dataset),
            DataDir = parse.GetValue(_dataDir),
            Segments = Math.Min(parse.GetValue(_segments) ?? 0, MaxSegments),
            Seed = parse.GetValue(_seed),
            Threads = parse.GetValue(_threads),
        };
        var result = await job.RunAsync(display, cancellationToken).ConfigureAwait(false);
        VerificationReport.Print(folder, result, parse.GetValue(_json));
        return result.IsVerified ? ExitCode.Done : ExitCode.Failed;
    }
}
