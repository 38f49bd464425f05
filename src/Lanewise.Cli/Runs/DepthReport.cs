using System.Globalization;
using System.Text.Json;
using Lanewise.Analysis;
using Lanewise.Cli.Terminals;
using Lanewise.Reports;

namespace Lanewise.Cli.Runs;

/// <summary>What <c>depth</c> says at the end, and its JSON document.</summary>
internal static class DepthReport
{
    public static void Print(DepthFolder folder, DepthArguments arguments, IReadOnlyList<DepthResult> results, bool json)
    {
        if (json)
        {
            JsonOutput.Print(writer =>
            {
                writer.WriteString("folder", folder.Path);
                Write(writer, arguments, results);
            });
            return;
        }

        PrintTable(results, isTrained: !arguments.AtStart, hasSeeds: arguments.Seeds.Count > 1);
        Report.Line();
        foreach (string sentence in DepthSentences.Of(results))
        {
            Report.Line(sentence);
        }

        Report.Line($"saved in {folder.Path}; the curves: {folder.Page}");
    }

    private static void PrintTable(IReadOnlyList<DepthResult> results, bool isTrained, bool hasSeeds)
    {
        (string Heading, bool IsShown, Func<DepthResult, string> Cell)[] columns =
        [
            ("network", true, r => r.Run.NetworkName),
            (">seed", hasSeeds, r => r.Run.Seed.ToString(CultureInfo.InvariantCulture)),
            (">train", isTrained, r => DepthSentences.Error(r, r.TrainError)),
            (">test", isTrained, r => DepthSentences.Error(r, r.TestError)),
            (">start ratio", true, r => DepthSentences.Number(r.AtStart.FirstToLast)),
            (">end ratio", isTrained, r => DepthSentences.Number(r.AtEnd.FirstToLast)),
            (">start zeros", true, r => Report.Percent(r.AtStart.Layers[0].ZeroShare)),
            (">end zeros", isTrained, r => Report.Percent(r.AtEnd.Layers[0].ZeroShare)),
        ];
        var shown = columns.Where(column => column.IsShown).ToArray();
        var table = new ReportTable([.. shown.Select(column => column.Heading)]);
        foreach (var result in results)
        {
            table.Add([.. shown.Select(column => column.Cell(result))]);
        }

        table.Print();
        Report.Line($"{(isTrained ? "train, test: errors; " : "")}ratio: the first layer's gradient norm divided by the last one's; zeros: in the first layer's gradient");
    }

    /// <summary>The document's properties.</summary>
    public static void Write(Utf8JsonWriter json, DepthArguments arguments, IReadOnlyList<DepthResult> results)
    {
        json.WriteString("dataset", arguments.Dataset);
        json.WriteBoolean("complete", results.Count == arguments.ToOptions().Runs.Count);
        json.WriteNumber("train_images", arguments.TrainImages);
        json.WriteNumber("test_images", arguments.TestImages);
        json.WriteObjects("runs", results, r =>
        {
            json.WriteString("family", Word.Of(r.Run.Family));
            json.WriteNumber("depth", r.Run.Depth);
            json.WriteBoolean("batch_norm", r.Run.BatchNorm);
            json.WriteString("init", Word.Of(r.Run.Start));
            json.WriteNumber("seed", r.Run.Seed);
            json.WriteNumberOrNull("train_error", r.TrainError ?? double.NaN);
            json.WriteNumberOrNull("test_error", r.TestError ?? double.NaN);
            json.WriteBoolean("diverged", r.Diverged);
            json.WriteNumberOrNull("first_to_last_at_start", r.AtStart.FirstToLast);
            json.WriteNumberOrNull("first_to_last", r.AtEnd.FirstToLast);
            json.WriteValues("layers", r.AtStart.Layers, layer => json.WriteStringValue(layer.Layer));
            WriteSample(json, "_at_start", r.AtStart);
            WriteSample(json, "", r.AtEnd);
            json.WriteValues("steps", r.Samples, sample => json.WriteNumberValue(sample.Step));
            json.WriteObjects("epochs", r.Epochs, e =>
            {
                json.WriteNumber("epoch", e.Epoch);
                json.WriteNumberOrNull("train_loss", e.TrainLoss);
                json.WriteNumberOrNull("train_error", e.TrainError);
                json.WriteNumberOrNull("test_loss", e.TestLoss);
                json.WriteNumberOrNull("test_error", e.TestError);
            });
        });
    }

    /// <summary>How the study was made, for people.</summary>
    public static IEnumerable<(string Name, string Value)> Settings(DepthArguments a)
    {
        yield return ("Dataset", $"{a.Dataset}, {Report.Count(a.TrainImages)} + {Report.Count(a.TestImages)} images");
        yield return ("Networks", $"{string.Join(" and ", a.Families.Select(Word.Of))}, {string.Join(", ", a.Depths)} layers");
        yield return ("Batch norm", a.BatchNorm ? "after each convolution" : "none");
        yield return ("Start", a.Start == WeightStart.He ? "he: N(0, 2 / fan_out)" : "default: U(±1/√fan_in)");
        yield return ("Seeds", string.Join(", ", a.Seeds));
        yield return ("Batch", $"{a.BatchSize} images");
        if (!a.AtStart)
        {
            yield return ("Epochs", a.Epochs.ToString(CultureInfo.InvariantCulture));
            yield return ("Optimizer", Describe(a.Recipe));
        }

        yield return ("Version", a.Version);
    }

    private static string Describe(RunRecipe r)
    {
        string momentum = r.Optimizer == OptimizerKind.Sgd ? $", momentum {r.Momentum}" : "";
        string decay = r.WeightDecay > 0 ? $", weight decay {r.WeightDecay}" : "";
        string schedule = r.Schedule == ScheduleKind.None ? "" : $", schedule {Word.Of(r.Schedule)}";
        string warmup = r.WarmupEpochs > 0 ? $", warm-up {r.WarmupEpochs} epochs" : "";
        return FormattableString.Invariant($"{Word.Of(r.Optimizer)}, rate {r.LearningRate}") + momentum + decay + schedule + warmup;
    }

    private static void WriteSample(Utf8JsonWriter json, string when, GradientSample sample)
    {
        json.WriteValues("gradient_norms" + when, sample.Layers, layer => json.WriteNumberValueOrNull(layer.Norm));
        json.WriteValues("zero_share" + when, sample.Layers, layer => json.WriteNumberValueOrNull(layer.ZeroShare));
    }
}
