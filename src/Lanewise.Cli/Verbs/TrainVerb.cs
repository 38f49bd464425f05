using System.CommandLine;
using Lanewise.Cli.Common;
using Lanewise.Cli.Options;
using Lanewise.Cli.Reports;
using Lanewise.Cli.Terminals;
using Lanewise.Workflows;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise train MODEL|FILE</c>.</summary>
internal sealed class TrainVerb
{
    private const string Examples =
        """
          lanewise train residual                          MNIST, 10 epochs, default settings
          lanewise train inception --dataset digits        built-in digits, no download
          lanewise train residual --epochs 3 --output try  write the run to the folder 'try'
          lanewise train residual --opt adamw --sched cosine --warmup-epochs 1
          lanewise train residual --lr 0.1 --sched step --milestones 80,120 --epochs 160
          lanewise train residual --weights runs/residual-1 --freeze --dataset kmnist
          lanewise train resnet18-cntk --pretrained --freeze --dataset photos
          lanewise train squeezenet.onnx --freeze --dataset photos
          lanewise train residual --tensorboard            view with: tensorboard --logdir runs
          lanewise train --resume runs/residual-1          resume after Ctrl-C
          lanewise train --resume runs/residual-1 --epochs 20
        """;

    private readonly Argument<string?> _model = new("MODEL|FILE")
    {
        Description = "Model to train ('lanewise models' lists them), or an ONNX file, whose own network is trained from its weights. "
            + "Optional with --resume, and with a --recipe that names one. The defaults of epochs, batch size, augmentation and "
            + "optimization follow the model and the weights that it starts from; the first lines of a training say what they are.",
        HelpName = "MODEL|FILE",
        Arity = ArgumentArity.ZeroOrOne,
        CompletionSources = { SharedOptions.ModelNames },
        CustomParser = result => ArgumentParsing.ParseText(result, "MODEL|FILE", TrainableModel.Check),
    };

    private readonly SettingOptions _settings = new(new TrainSettings(), except: "model");

    private readonly Option<string?> _config = OptionFactory.Text(
        "--config", "FILE", "Read settings from a JSON file, such as the args.json of a run; options on the command line come first.");

    private readonly Option<string?> _output = OptionFactory.Text(
        "--output", "FOLDER", "Run folder to write, new or empty.", "runs/MODEL-1, runs/MODEL-2, …");

    private readonly Option<string?> _resume = OptionFactory.Text("--resume", "RUN", ResumeHelp(TrainSettings.AllSettings, "run"));

    private readonly Option<bool> _json = SharedOptions.Json();

    public static Command Create()
    {
        var options = new TrainVerb();
        var verb = new Verb("train", "Train a model and write a run folder: settings, metrics, weights, checkpoint.", Examples)
        {
            options._model, options._config, options._output, options._resume, options._json,
        };
        verb.StopsAfter = "step";
        foreach (var option in options._settings.All)
        {
            verb.Add(option);
        }

        verb.SetAction(options.RunAsync);
        return verb;
    }

    /// <summary>Describes <c>--resume</c>, with the options that may be changed.</summary>
    public static string ResumeHelp(IEnumerable<Setting> table, string what)
    {
        string[] names = [.. table.Where(row => row.OnResume == ResumeRule.MayChange).Select(row => $"--{row.Name}")];
        return $"Resume this {what} with its settings; the result is bitwise identical to an uninterrupted {what}. "
            + $"Only {string.Join(", ", names[..^1])} and {names[^1]} may differ, and --dataset where an image folder was moved.";
    }

    private async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        using var display = new JobDisplay();
        var job = CreateJob(parse);
        job.Fetching = new() { Consent = LicensePrompt.Create(isAccepted: false) };
        var result = await job.RunAsync(display, cancellationToken).ConfigureAwait(false);
        try
        {
            TrainingReport.Print(result, parse.GetValue(_json));
        }
        catch (StandardOutputException e)
        {
            throw new StandardOutputException(e.InnerException!, $" The run is saved in {result.Directory.Path}.");
        }

        return ExitCode.Done;
    }

    private TrainingJob CreateJob(ParseResult parse)
    {
        var given = _settings.Given(parse).ToList();
        if (parse.GetValue(_model) is { } model)
        {
            given.Add(TrainSettings.AllSettings.First(row => row.Name == "model").Parse(model));
        }

        if (parse.GetValue(_resume) is { } run)
        {
            return parse.GetValue(_output) is null && parse.GetValue(_config) is null
                ? TrainingJob.Resume(run, given)
                : throw new UsageException("--resume: a resumed run has its folder and settings; omit --output and --config.");
        }

        var settings = parse.GetValue(_config) is { } file
            ? new TrainSettings().With(SettingsFile.Load(file, TrainSettings.AllSettings))
            : new TrainSettings();
        settings = ((TrainSettings)settings.WithGiven(given)).WithRecipe();
        return settings.Model is not null
            ? TrainingJob.Create(settings, parse.GetValue(_output))
            : throw new UsageException(
                $"lanewise train: specify a model ({string.Join(", ", SharedOptions.ModelNames)}), or a run with --resume.");
    }
}
