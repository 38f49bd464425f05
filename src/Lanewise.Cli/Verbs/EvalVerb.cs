using System.CommandLine;
using System.Text.Json;
using Lanewise.Cli.Runs;
using Lanewise.Cli.Terminals;
using Lanewise.Data;
using Lanewise.Engine;
using Lanewise.Training;

namespace Lanewise.Cli.Verbs;

/// <summary><c>lanewise eval CHECKPOINT</c>.</summary>
internal sealed class EvalVerb
{
    private const string Examples =
        """
          lanewise eval runs/residual-1
          lanewise eval runs/residual-1 --dataset mnist
          lanewise eval from-pytorch.safetensors --model residual --dataset mnist
          lanewise eval runs/residual-1 --json > figures.json
        """;

    private readonly Argument<string> _checkpoint = Options.Checkpoint();
    private readonly Option<string?> _model = Options.Model();
    private readonly Option<string?> _dataset = Options.Dataset("What to test on; by default what the model was trained on. folder:PATH for the images in PATH/val/CLASS.");
    private readonly Option<string?> _dataDir = Options.DataDir();
    private readonly Option<int?> _limitTest = Options.Limit("--limit-test", "Test on the first N images only.");
    private readonly Option<int> _batchSize = Options.BatchSize(RunModel.UsualBatch, "Images that are worked on together.");
    private readonly Option<int> _threads = Options.Threads();
    private readonly Option<Conv2dAlgorithm?> _algorithm = Options.Algorithm();
    private readonly InputOptions _input = new();
    private readonly Option<CorruptImagePolicy?> _onCorrupt = Options.OnCorrupt();
    private readonly Option<bool> _json = Options.Json();

    public static Command Create()
    {
        var options = new EvalVerb();
        var verb = new Verb("eval", "Tell how good a model is: test accuracy, each class's precision and recall, confusion matrix.", Examples)
        {
            options._checkpoint, options._model, options._dataset, options._dataDir, options._limitTest, options._batchSize, options._threads, options._algorithm, options._onCorrupt, options._json,
        };
        foreach (var option in options._input.All)
        {
            verb.Add(option);
        }

        verb.SetAction(options.RunAsync);
        return verb;
    }

    private async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        var model = RunModel.Load(parse.GetRequiredValue(_checkpoint), parse.GetValue(_model), _input.Read(parse));
        var splits = await RunData.LoadAsync(
            parse.GetValue(_dataset) ?? model.File.Card.Dataset, parse.GetValue(_dataDir), parse.GetValue(_onCorrupt) ?? default, null, parse.GetValue(_limitTest), cancellation).ConfigureAwait(false);
        var (evaluation, classes) = await model.TestAsync(splits, parse.GetValue(_batchSize), parse.GetValue(_threads), parse.GetValue(_algorithm) ?? default, judged: null, cancellation).ConfigureAwait(false);
        if (parse.GetValue(_json))
        {
            JsonOutput.Print(json => Write(json, model.Network.Name, splits.Name, evaluation, classes));
        }
        else
        {
            Print(model.Network.Name, splits, evaluation, classes);
        }

        return ExitCode.Done;
    }

    private static void Print(string model, DatasetSplits splits, Evaluation evaluation, IReadOnlyList<string> classes)
    {
        Report.Line($"{model} on {splits.Name}: {Report.Percent(evaluation.Top1)}, {Report.Count(evaluation.Correct)} of {Report.Count(evaluation.Total)} right, mean loss {FormattableString.Invariant($"{evaluation.Loss:F4}")}");
        Report.Line();
        var table = new ReportTable("class", ">precision", ">recall", ">images");
        foreach (var score in evaluation.PerClass)
        {
            table.Add(classes[score.Class], Report.Percent(score.Precision), Report.Percent(score.Recall), Report.Count(score.Support));
        }

        table.Print();
        Report.Line();
        foreach (string line in ConfusionText.Lines(evaluation.Confusion, classes, Terminal.Out.Profile.Width))
        {
            Report.Line(line);
        }
    }

    private static void Write(Utf8JsonWriter json, string model, string dataset, Evaluation evaluation, IReadOnlyList<string> classes)
    {
        json.WriteString("model", model);
        json.WriteString("dataset", dataset);
        json.WriteNumber("correct", evaluation.Correct);
        json.WriteNumber("total", evaluation.Total);
        json.WriteRenamed("test_top1", "test_accuracy", evaluation.Top1);
        json.WriteNumberOrNull("test_loss", evaluation.Loss);
        json.WriteObjects("per_class", evaluation.PerClass, score =>
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
