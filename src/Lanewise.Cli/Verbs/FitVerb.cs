using System.CommandLine;
using Lanewise.Cli.Common;
using Lanewise.Cli.Options;
using Lanewise.Cli.Reports;
using Lanewise.Cli.Terminals;
using Lanewise.Workflows;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise fit FOLDER</c>.</summary>
internal sealed class FitVerb
{
    private const string Description =
        "Train the best classifier that the given time allows for a folder of photographs: looks at the data, tries a linear probe on "
        + "pretrained features, fine-tuning and, where it may win, a network from random weights, and keeps the best by validation.";

    private const string Examples =
        """
          lanewise fit photos                              a folder of images for each class; five minutes at most
          lanewise fit photos --minutes 30 --output best
          lanewise fit photos --pretrained resnet50
          lanewise fit photos --group-by '^[^/]+/([^_]+)_' keep the images of one camera on one side
          lanewise fit csv:labels.csv --json
        """;

    private readonly Argument<string> _folder = new("FOLDER")
    {
        Description = $"Images to train on: a folder that holds a folder of images for each class, or {DatasetNotation.Help}.",
        CustomParser = result => ArgumentParsing.ParseText(result, "FOLDER", DatasetNotation.Check),
    };

    private readonly Option<double?> _minutes = OptionFactory.Number(
        "--minutes", minutes => minutes >= (float)FitOptions.MinMinutes, $"a number of minutes, at least {FitOptions.MinMinutes}",
        "Time for everything; less is taken where nothing is left to gain.", "5");

    private readonly Option<string?> _pretrained = OptionFactory.Text(
        "--pretrained", "NAME|FILE", $"Pretrained weights ('lanewise weights list' lists them), or {FitOptions.NoPretrained}.",
        "those on disk, or else those that can be fetched");

    private readonly Option<string?> _valSplit = OptionFactory.Text(
        "--val-split", "SHARE|NAME", "Images to validate on: a share of each class, such as 0.2, or the name of a split.",
        "the first of val, valid, validation, test, otherwise 0.2");

    private readonly Option<string?> _groupBy = OptionFactory.Text(
        "--group-by", "REGEX|COLUMN", "Keep images whose paths have the same first group of REGEX on one side, as in train.");

    private readonly Option<CorruptImagePolicy?> _onCorrupt = OptionFactory.Choice(
        "--on-corrupt", "policy", CorruptImagePolicy.Skip, "Handling of corrupt images of files");

    private readonly Option<string?> _dataDir = SharedOptions.DataDir();
    private readonly Option<int> _seed = OptionFactory.WholeNumber(
        "--seed", 1, int.MinValue, int.MaxValue, "Seed of the division, the order of images and augmentation.");

    private readonly Option<int> _threads = SharedOptions.Threads();
    private readonly Option<string?> _output = OptionFactory.Text(
        "--output", "FOLDER", "Run folder to write, new or empty.", "runs/fit-1, runs/fit-2, …");

    private readonly Option<bool> _json = SharedOptions.Json();

    public static Command Create()
    {
        var options = new FitVerb();
        var verb = new Verb("fit", Description, Examples)
        {
            options._folder, options._minutes, options._pretrained, options._valSplit, options._groupBy, options._onCorrupt,
            options._dataDir, options._seed, options._threads, options._output, options._json,
        };
        verb.StopsAfter = "step";
        verb.SetAction(options.RunAsync);
        return verb;
    }

    private async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        using var display = new JobDisplay();
        var job = FitJob.Create(
            new()
            {
                Dataset = parse.GetRequiredValue(_folder),
                Minutes = parse.GetValue(_minutes) ?? FitOptions.DefaultMinutes,
                Pretrained = parse.GetValue(_pretrained),
                ValSplit = parse.GetValue(_valSplit),
                GroupBy = parse.GetValue(_groupBy),
                OnCorrupt = parse.GetValue(_onCorrupt) ?? CorruptImagePolicy.Skip,
                DataDir = parse.GetValue(_dataDir),
                Seed = parse.GetValue(_seed),
                Threads = parse.GetValue(_threads),
                Fetching = new() { Consent = LicensePrompt.Create(isAccepted: false) },
            },
            parse.GetValue(_output));
        var result = await job.RunAsync(display, cancellationToken).ConfigureAwait(false);
        FitReport.Print(result, parse.GetValue(_json));
        return ExitCode.Done;
    }
}
