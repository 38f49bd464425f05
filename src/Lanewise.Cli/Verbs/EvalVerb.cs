using System.CommandLine;
using System.Text.Json;
using Lanewise.Cli.Common;
using Lanewise.Cli.Options;
using Lanewise.Cli.Reports;
using Lanewise.Cli.Terminals;
using Lanewise.Engine;
using Lanewise.Workflows;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise eval RUN|FILE|NAME</c>.</summary>
internal sealed class EvalVerb
{
    private const string Examples =
        """
          lanewise eval runs/residual-1
          lanewise eval runs/residual-1 --dataset mnist
          lanewise eval runs/residual-1 --dataset photos --split test
          lanewise eval from-pytorch.safetensors --model residual --dataset mnist
          lanewise eval runs/residual-1 --json > metrics.json
          lanewise eval runs/photos-1 --split train --csv train.csv  sort it by loss: wrong labels are at the end
          lanewise eval runs/residual-1 --calibrate        probabilities that can be relied on, stored in the model
        """;

    private readonly Argument<string> _run = SharedOptions.RunOrFile();
    private readonly Option<string?> _model = SharedOptions.Model();
    private readonly Option<string?> _key = SharedOptions.Key();
    private readonly Option<RunWeights?> _use = SharedOptions.Use();
    private readonly Option<string?> _labels = SharedOptions.Labels();
    private readonly Option<string?> _dataset = SharedOptions.TestDataset();
    private readonly Option<string?> _dataDir = SharedOptions.DataDir();
    private readonly Option<string?> _split = SharedOptions.Split();
    private readonly Option<string?> _classMap = SharedOptions.ClassMap();
    private readonly Option<int?> _limitTest = OptionFactory.Limit("--limit-test", "Evaluate on the first N images only.");
    private readonly Option<int> _batchSize = SharedOptions.BatchSize(TrainedModel.DefaultBatchSize, "Images per batch.");
    private readonly Option<int> _threads = SharedOptions.Threads();
    private readonly Option<Conv2dAlgorithm?> _algorithm = SharedOptions.Algorithm();

    private readonly Option<bool> _tune = SharedOptions.Tune();
    private readonly SettingOptions _input = new(new InputSettings());
    private readonly Option<CorruptImagePolicy?> _onCorrupt = SharedOptions.OnCorrupt();
    private readonly Option<string?> _csv = OptionFactory.Text(
        "--csv", "FILE", "Also write a table with a row for each image: label, prediction, probability, loss, correct.");

    private readonly Option<bool> _calibrate = new("--calibrate")
    {
        Description = "Fit a temperature, a threshold for --reject and sets for --coverage of predict to half of the images, state what "
            + "they do to the other half, and store them in the model.",
    };

    private readonly Option<bool> _json = SharedOptions.Json();

    public static Command Create()
    {
        var options = new EvalVerb();
        var verb = new Verb(
            "eval", "Evaluate a model on a test set: top-1 accuracy, precision and recall per class, confusion matrix.", Examples)
        {
            options._run, options._model, options._key, options._use, options._labels, options._dataset, options._dataDir, options._split,
            options._classMap, options._limitTest, options._batchSize, options._threads, options._algorithm, options._tune,
            options._onCorrupt, options._csv, options._calibrate, options._json,
        };
        foreach (var option in options._input.All)
        {
            verb.Add(option);
        }

        verb.Validators.Add(result =>
        {
            bool calibrates = result.GetResult(options._calibrate) is { Implicit: false };
            if (calibrates && result.GetResult(options._csv) is { Implicit: false })
            {
                result.AddError("--calibrate and --csv cannot be combined: a calibration has no row for each image.");
            }
        });
        verb.SetAction(options.RunAsync);
        return verb;
    }

    private async Task<int> RunAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        using var display = new JobDisplay();
        var input = new InputSettings().With(_input.Given(parse));
        var model = TrainedModel.Load(
            parse.GetRequiredValue(_run), parse.GetValue(_model), input, parse.GetValue(_key), parse.GetValue(_use))
            .WithLabels(parse.GetValue(_labels));
        var source = new DataSource(parse.GetValue(_dataset))
        {
            DataDir = parse.GetValue(_dataDir),
            OnCorrupt = parse.GetValue(_onCorrupt) ?? default,
            Split = parse.GetValue(_split),
            ClassMap = parse.GetValue(_classMap),
            LimitTest = parse.GetValue(_limitTest),
        };
        var options = new EvaluationOptions
        {
            BatchSize = parse.GetValue(_batchSize),
            Threads = parse.GetValue(_threads),
            Algorithm = parse.GetValue(_algorithm) ?? default,
            Tuning = SharedOptions.TuningOf(parse, _tune),
        };
        if (parse.GetValue(_calibrate))
        {
            var calibrated = await new CalibrationJob(model, source, options).RunAsync(display, cancellationToken).ConfigureAwait(false);
            Action<CalibrationResult> print = parse.GetValue(_json) ? CalibrationReport.PrintJson : CalibrationReport.Print;
            print(calibrated);
            return ExitCode.Done;
        }

        var job = new EvaluationJob(model, source, options) { Table = parse.GetValue(_csv) };
        var result = await job.RunAsync(display, cancellationToken).ConfigureAwait(false);
        if (parse.GetValue(_json))
        {
            JsonOutput.Print(json => Write(json, result));
        }
        else
        {
            Print(result);
        }

        return ExitCode.Done;
    }

    private static void Print(EvaluationResult result)
    {
        var (model, dataset, evaluation, classes) = result;
        string counts = $"{NumberFormat.Count(evaluation.Correct)} of {NumberFormat.Count(evaluation.Total)} correct";
        StandardOutput.WriteLine(
            $"{model} on {dataset}: top-1 accuracy {NumberFormat.Percent(evaluation.Top1)}, {counts}, "
            + FormattableString.Invariant($"mean loss {evaluation.Loss:F4}")
            + (result.Temperature is { } temperature ? FormattableString.Invariant($" (calibrated, temperature {temperature:F3})") : ""));
        if (evaluation.IsSmall)
        {
            StandardOutput.WriteLine(ChanceFormat.Of(evaluation));
        }

        foreach (string line in MetricsFormat.Lines(evaluation))
        {
            StandardOutput.WriteLine(line);
        }

        StandardOutput.WriteLine();
        var table = new ConsoleTable("class", ">precision", ">recall", ">images");
        foreach (var score in evaluation.PerClass())
        {
            table.Add(
                classes[score.Class],
                NumberFormat.Percent(score.Precision),
                NumberFormat.Percent(score.Recall),
                NumberFormat.Count(score.Support));
        }

        table.Print();
        StandardOutput.WriteLine();
        foreach (string line in ConfusionMatrixFormat.Lines(evaluation.Confusion, classes, Terminal.Out.Profile.Width))
        {
            StandardOutput.WriteLine(line);
        }
    }

    private static void Write(Utf8JsonWriter json, EvaluationResult result)
    {
        var (model, dataset, evaluation, classes) = result;
        json.WriteString("model", model);
        json.WriteString("dataset", dataset);
        json.WriteNumber("correct", evaluation.Correct);
        json.WriteNumber("total", evaluation.Total);
        json.WriteRenamed("test_top1", "test_accuracy", evaluation.Top1);
        ChanceFormat.Write(json, evaluation);
        json.WriteNumberOrNull("test_loss", evaluation.Loss);
        if (result.Temperature is { } temperature)
        {
            json.WriteNumber("temperature", temperature);
        }

        MetricsFormat.Write(json, evaluation);
        json.WriteObjects("per_class", evaluation.PerClass(), score =>
        {
            json.WriteString("class", classes[score.Class]);
            json.WriteNumber("precision", score.Precision);
            json.WriteNumber("recall", score.Recall);
            json.WriteNumber("support", score.Support);
        });
        json.WriteStartArray("confusion");
        foreach (int[] row in evaluation.Confusion)
        {
            json.WriteStartArray();
            foreach (int count in row)
            {
                json.WriteNumberValue(count);
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
    }
}
