using System.Globalization;
using System.Text.Json;
using Lanewise.Analysis;
using Lanewise.Cli.Common;
using Lanewise.Cli.Terminals;
using Lanewise.Reports;

namespace Lanewise.Cli.Runs;

/// <summary>Reports the results of <c>depth</c> as text and as JSON.</summary>
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
        StandardOutput.WriteLine();
        foreach (string sentence in DepthSummary.Of(results))
        {
            StandardOutput.WriteLine(sentence);
        }

        StandardOutput.WriteLine($"saved in {folder.Path}; charts: {folder.Page}");
    }

    private static void PrintTable(IReadOnlyList<DepthResult> results, bool isTrained, bool hasSeeds)
    {
        (string Heading, bool IsShown, Func<DepthResult, string> Cell)[] columns =
        [
            ("network", true, r => r.Run.NetworkName),
            (">seed", hasSeeds, r => r.Run.Seed.ToString(CultureInfo.InvariantCulture)),
            (">train", isTrained, r => DepthSummary.Error(r, r.TrainError)),
            (">test", isTrained, r => DepthSummary.Error(r, r.TestError)),
            (">start ratio", true, r => DepthSummary.Number(r.AtStart.FirstToLast)),
            (">end ratio", isTrained, r => DepthSummary.Number(r.AtEnd.FirstToLast)),
            (">start zeros", true, r => NumberFormat.Percent(r.AtStart.Layers[0].ZeroShare)),
            (">end zeros", isTrained, r => NumberFormat.Percent(r.AtEnd.Layers[0].ZeroShare)),
        ];
        var shown = columns.Where(column => column.IsShown).ToArray();
        var table = new ConsoleTable([.. shown.Select(column => column.Heading)]);
        foreach (var result in results)
        {
            table.Add([.. shown.Select(column => column.Cell(result))]);
        }

        table.Print();
        StandardOutput.WriteLine(
            $"{(isTrained ? "train, test: errors; " : "")}ratio: gradient norm of the first layer divided by that of the last layer; "
            + "zeros: share of zeros in the gradient of the first layer");
    }

    /// <summary>Writes the properties of the JSON document.</summary>
    public static void Write(Utf8JsonWriter json, DepthArguments arguments, IReadOnlyList<DepthResult> results)
    {
        json.WriteString("dataset", arguments.Dataset);
        json.WriteBoolean("complete", results.Count == arguments.ToOptions().Runs.Count);
        json.WriteNumber("train_images", arguments.TrainImages);
        json.WriteNumber("test_images", arguments.TestImages);
        json.WriteObjects("runs", results, r =>
        {
            json.WriteString("family", EnumNames.Of(r.Run.Family));
            json.WriteNumber("depth", r.Run.Depth);
            json.WriteBoolean("batch_norm", r.Run.BatchNorm);
            json.WriteString("init", EnumNames.Of(r.Run.Start));
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

    /// <summary>Gets the settings of the study for the page.</summary>
    public static IEnumerable<(string Name, string Value)> Settings(DepthArguments a)
    {
        yield return ("Dataset", $"{a.Dataset}, {NumberFormat.Count(a.TrainImages)} + {NumberFormat.Count(a.TestImages)} images");
        yield return ("Networks", $"{string.Join(" and ", a.Families.Select(EnumNames.Of))}, {string.Join(", ", a.Depths)} layers");
        yield return ("Batch norm", a.BatchNorm ? "after each convolution" : "none");
        yield return ("Initialization", a.Start == WeightStart.He ? "he: N(0, 2 / fan_out)" : "default: U(±1/√fan_in)");
        yield return ("Seeds", string.Join(", ", a.Seeds));
        yield return ("Batch size", $"{a.BatchSize} images");
        if (!a.AtStart)
        {
            yield return ("Epochs", a.Epochs.ToString(CultureInfo.InvariantCulture));
            yield return ("Optimizer", Describe(a.Optimization));
        }

        yield return ("Version", a.Version);
    }

    private static string Describe(OptimizationSettings r)
    {
        string optimizer = FormattableString.Invariant($"{EnumNames.Of(r.Optimizer)}, learning rate {r.LearningRate}");
        string momentum = r.Optimizer == OptimizerKind.Sgd ? $", momentum {r.Momentum}" : "";
        string decay = r.WeightDecay > 0 ? $", weight decay {r.WeightDecay}" : "";
        string schedule = r.Schedule == ScheduleKind.None ? "" : $", schedule {EnumNames.Of(r.Schedule)}";
        string warmup = r.WarmupEpochs > 0 ? $", warm-up {r.WarmupEpochs} epochs" : "";
        return optimizer + momentum + decay + schedule + warmup;
    }

    private static void WriteSample(Utf8JsonWriter json, string when, GradientSample sample)
    {
        json.WriteValues("gradient_norms" + when, sample.Layers, layer => json.WriteNumberValueOrNull(layer.Norm));
        json.WriteValues("zero_share" + when, sample.Layers, layer => json.WriteNumberValueOrNull(layer.ZeroShare));
    }
}
