using System.Text.Json;
using Lanewise.Workflows;

namespace Lanewise.Cli.Terminals;

/// <summary>Formats how far chance can explain an accuracy.</summary>
internal static class ChanceFormat
{
    /// <summary>Formats the interval of an accuracy on few images, and the accuracy of always answering the most frequent class.</summary>
    public static string Of(Evaluation evaluation)
    {
        var interval = evaluation.Top1Interval;
        return $"few images: 95 % interval {NumberFormat.Percent(interval.Low)} to {NumberFormat.Percent(interval.High)}, "
            + $"majority class alone {NumberFormat.Percent(evaluation.MajorityShare)}";
    }

    /// <summary>Writes <c>top1_interval</c> and <c>majority_share</c>, null where there is no evaluation.</summary>
    public static void Write(Utf8JsonWriter json, Evaluation? evaluation)
    {
        json.WriteStartArray("top1_interval");
        json.WriteNumberValueOrNull(evaluation?.Top1Interval.Low ?? double.NaN);
        json.WriteNumberValueOrNull(evaluation?.Top1Interval.High ?? double.NaN);
        json.WriteEndArray();
        json.WriteNumberOrNull("majority_share", evaluation?.MajorityShare ?? double.NaN);
    }
}
