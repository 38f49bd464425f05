using System.CommandLine;
using Lanewise.Cli.Common;
using Lanewise.Cli.Options;
using Lanewise.Cli.Reports;
using Lanewise.Cli.Terminals;
using Lanewise.Workflows;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise data check DATASET</c>.</summary>
internal sealed class DataCheckVerb
{
    private const string Description =
        "Look at data before a training: sizes, images that cannot be read, copies in training and validation, few images, wrong labels.";

    private const string Examples =
        """
          lanewise data check photos
          lanewise data check photos --csv findings.csv
          lanewise data check photos --model runs/resnet18-1   also labels that the model contradicts
          lanewise data check csv:labels.csv --json
        """;

    private readonly Argument<string> _dataset = new("NAME|PATH")
    {
        Description = $"Data: {DatasetNotation.Help}.",
        HelpName = "NAME|PATH",
        CustomParser = result => ArgumentParsing.ParseText(result, "NAME|PATH", DatasetNotation.Check),
    };

    private readonly Option<string?> _model = OptionFactory.Text(
        "--model", "RUN|FILE|NAME", "Trained model that looks for wrong labels: run folder, weights file, or name of pretrained weights.");

    private readonly Option<RunWeights?> _use = SharedOptions.Use();
    private readonly Option<string?> _dataDir = SharedOptions.DataDir();
    private readonly Option<int> _threads = SharedOptions.Threads("Number of threads of the model; results do not depend on it.");
    private readonly Option<string?> _csv = OptionFactory.Text("--csv", "FILE", "Also write a table of all findings.");
    private readonly Option<bool> _json = SharedOptions.Json();

    public static Command Create()
    {
        var options = new DataCheckVerb();
        var verb = new Verb("check", Description, Examples)
        {
            options._dataset, options._model, options._use, options._dataDir, options._threads, options._csv, options._json,
        };
        verb.Validators.Add(result =>
        {
            if (result.GetResult(options._use) is { Implicit: false } && result.GetResult(options._model) is not { Implicit: false })
            {
                result.AddError("--use requires --model: the run whose weights are taken.");
            }
        });
        verb.SetAction(options.RunAsync);
        return verb;
    }

    private async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        using var display = new JobDisplay();
        var source = new DataSource(parse.GetRequiredValue(_dataset)) { DataDir = parse.GetValue(_dataDir) };
        var options = new DataCheckOptions
        {
            Model = parse.GetValue(_model) is { } model ? TrainedModel.Load(model, use: parse.GetValue(_use)) : null,
            Threads = parse.GetValue(_threads),
            Table = parse.GetValue(_csv),
        };
        var result = await new DataCheckJob(source, options).RunAsync(display, cancellationToken).ConfigureAwait(false);
        if (parse.GetValue(_json))
        {
            JsonOutput.Print(json => DataCheckReport.Write(json, result));
        }
        else
        {
            DataCheckReport.Print(result);
        }

        return ExitCode.Done;
    }
}
