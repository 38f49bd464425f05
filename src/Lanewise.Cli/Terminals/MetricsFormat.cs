using System.Text.Json;
using Lanewise.Workflows;

namespace Lanewise.Cli.Terminals;

/// <summary>Formats the metrics of an evaluation beyond accuracy and loss.</summary>
internal static class MetricsFormat
{
    /// <summary>Returns the metrics, a line of them, and before it top-5 accuracy where there are more than five classes.</summary>
    public static IEnumerable<string> Lines(Evaluation evaluation)
    {
        if (evaluation.Top5 is { } top5)
        {
            yield return $"top-5 accuracy {NumberFormat.Percent(top5)}";
        }

        string error = evaluation.Reliability is { CalibrationError: var e } && double.IsFinite(e)
            ? $", calibration error {NumberFormat.Percent(e)}"
            : "";
        yield return $"macro F1 {NumberFormat.Percent(evaluation.MacroF1)}, balanced accuracy "
            + $"{NumberFormat.Percent(evaluation.BalancedAccuracy)}{error}";
    }

    /// <summary>
    /// Writes <c>top5</c>, <c>macro_f1</c>, <c>balanced_accuracy</c>, <c>calibration_error</c> and <c>reliability</c>, the bins.
    /// </summary>
    public static void Write(Utf8JsonWriter json, Evaluation evaluation)
    {
        json.WriteNumberOrNull("top5", evaluation.Top5 ?? double.NaN);
        json.WriteNumber("macro_f1", evaluation.MacroF1);
        json.WriteNumber("balanced_accuracy", evaluation.BalancedAccuracy);
        json.WriteNumberOrNull("calibration_error", evaluation.Reliability?.CalibrationError ?? double.NaN);
        json.WriteObjects("reliability", evaluation.Reliability?.Bins ?? [], bin =>
        {
            json.WriteNumber("low", bin.Low);
            json.WriteNumber("high", bin.High);
            json.WriteNumber("count", bin.Count);
            json.WriteNumberOrNull("probability", bin.Probability);
            json.WriteNumberOrNull("accuracy", bin.Accuracy);
        });
    }
}
