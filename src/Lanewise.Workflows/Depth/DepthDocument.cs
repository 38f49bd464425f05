using System.Globalization;
using System.Text.Json;
using Lanewise.Analysis;

namespace Lanewise.Workflows;

/// <summary>Describes the results of a depth study: <c>depth.json</c>, and the settings on its page.</summary>
internal static class DepthDocument
{
    /// <summary>Writes the properties of the JSON document.</summary>
    public static void Write(Utf8JsonWriter json, DepthStudyResult study)
    {
        json.WriteString("dataset", study.Settings.Dataset);
        json.WriteBoolean("complete", study.IsComplete);
        json.WriteNumber("train_images", study.Facts.TrainImages);
        json.WriteNumber("test_images", study.Facts.TestImages);
        json.WriteObjects("runs", study.Results, r =>
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
    public static IEnumerable<(string Name, string Value)> Rows(DepthStudyResult study)
    {
        var (a, facts) = (study.Settings, study.Facts);
        yield return (
            "Dataset",
            string.Create(CultureInfo.InvariantCulture, $"{a.Dataset}, {facts.TrainImages:N0} + {facts.TestImages:N0} images"));
        yield return ("Networks", $"{string.Join(" and ", a.Families.Select(EnumNames.Of))}, {string.Join(", ", a.Depths)} layers");
        yield return ("Batch norm", a.BatchNorm ? "after each convolution" : "none");
        yield return ("Initialization", a.Start == WeightStart.He ? "he: N(0, 2 / fan_out)" : "default: U(±1/√fan_in)");
        yield return ("Seeds", string.Join(", ", a.Seeds));
        yield return ("Batch size", $"{a.BatchSize} images");
        if (!a.AtStart)
        {
            yield return ("Epochs", a.Epochs.ToString(CultureInfo.InvariantCulture));
            yield return ("Optimizer", Describe(a));
        }

        yield return ("Version", facts.Version);
    }

    private static string Describe(DepthSettings r)
    {
        string optimizer = FormattableString.Invariant($"{EnumNames.Of(r.Optimizer)}, learning rate {r.LearningRate}");
        string momentum = r.Optimizer != OptimizerKind.AdamW ? $", momentum {r.Momentum}" : "";
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
