using System.CommandLine;
using Lanewise.Cli.Common;
using Lanewise.Cli.Options;
using Lanewise.Cli.Reports;
using Lanewise.Cli.Terminals;
using Lanewise.Workflows;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise find-lr MODEL|FILE</c>.</summary>
internal sealed class FindLearningRateVerb
{
    private const string Description =
        "Learning-rate range test: train while the learning rate rises from step to step, print the loss at each, and suggest a learning "
        + "rate where the curve shows one clearly. It writes no file.";

    private const string Examples =
        """
          lanewise find-lr residual --dataset digits
          lanewise find-lr resnet18 --dataset photos --pretrained --batch-size 16
          lanewise find-lr residual --opt adamw --end-lr 1 --num-it 200
          lanewise find-lr residual --dataset digits --json
        """;

    private static readonly LearningRateRange Defaults = new();

    private readonly Argument<string?> _model = new("MODEL|FILE")
    {
        Description = "Model to train ('lanewise models' lists them), or an ONNX file; optional with a --recipe that names one. The other "
            + "options are those of train.",
        HelpName = "MODEL|FILE",
        Arity = ArgumentArity.ZeroOrOne,
        CompletionSources = { SharedOptions.ModelNames },
        CustomParser = result => ArgumentParsing.ParseText(result, "MODEL|FILE", TrainableModel.Check),
    };

    private readonly SettingOptions _settings = new(new TrainSettings(), except: ["model", .. FindLearningRateJob.UnusedSettings]);

    private readonly Option<double?> _start = Rate("--start-lr", "Learning rate of the first step.", "1e-7");
    private readonly Option<double?> _end = Rate("--end-lr", "Learning rate of the last step.", "10");

    private readonly Option<int> _steps = OptionFactory.WholeNumber(
        "--num-it", Defaults.Steps, LearningRateRange.MinSteps, LearningRateRange.MaxSteps,
        "Steps; the test ends earlier where the loss exceeds 4 times its minimum.");

    private readonly Option<bool> _json = SharedOptions.Json();

    public static Command Create()
    {
        var options = new FindLearningRateVerb();
        var verb = new Verb("find-lr", Description, Examples)
        {
            options._model, options._start, options._end, options._steps, options._json,
        };
        verb.StopsAfter = "step";
        foreach (var option in options._settings.All)
        {
            verb.Add(option);
        }

        verb.SetAction(options.RunAsync);
        return verb;
    }

    private static Option<double?> Rate(string name, string description, string defaultText) =>
        OptionFactory.Number(name, rate => rate > 0, "a positive number such as 0.001", description, defaultText);

    private async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        using var display = new JobDisplay();
        var settings = new TrainSettings().With(_settings.Given(parse));
        settings = (parse.GetValue(_model) is { } model ? settings with { Model = model } : settings).WithRecipe();
        if (settings.Model is null)
        {
            throw new UsageException($"lanewise find-lr: specify a model ({string.Join(", ", SharedOptions.ModelNames)}).");
        }

        var range = new LearningRateRange(
            parse.GetValue(_start) ?? Defaults.Start, parse.GetValue(_end) ?? Defaults.End, parse.GetValue(_steps));
        var job = FindLearningRateJob.Create(settings, range);
        job.Fetching = new() { Consent = LicensePrompt.Create(isAccepted: false) };
        var result = await job.RunAsync(display, cancellationToken).ConfigureAwait(false);
        LearningRateReport.Print(result, parse.GetValue(_json));
        return ExitCode.Done;
    }
}
