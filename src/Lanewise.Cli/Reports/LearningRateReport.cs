using System.Globalization;
using System.Text.Json;
using Lanewise.Cli.Common;
using Lanewise.Cli.Terminals;
using Lanewise.Workflows;

namespace Lanewise.Cli.Reports;

/// <summary>Reports the result of <c>find-lr</c>.</summary>
internal static class LearningRateReport
{
    private const int Rows = 20, BarLength = 24;

    // The end of a curve, where the loss explodes, would leave no room for the rest.
    private const double MaxRise = 1.5;

    public static void Print(FindLearningRateResult result, bool json)
    {
        if (json)
        {
            JsonOutput.Print(writer => Write(writer, result));
            return;
        }

        var curve = result.Curve;
        if (curve.Points.Count > 0)
        {
            PrintTable(curve);
            StandardOutput.WriteLine();
        }

        StandardOutput.WriteLine(End(result));
        string reason = Advice.WithOptions(curve.Reason);
        StandardOutput.WriteLine(curve.Suggestion is { } rate
            ? $"suggested learning rate: --lr {rate.ToString("G2", CultureInfo.InvariantCulture)}; {reason}"
            : $"no learning rate is suggested: {reason}");
    }

    private static void PrintTable(LearningRateCurve curve)
    {
        var points = curve.Points;
        double top = Math.Min(points.Max(point => point.SmoothedLoss), MaxRise * points[0].SmoothedLoss);
        int stride = (points.Count + Rows - 1) / Rows;
        var table = new ConsoleTable(">learning rate", ">loss", ">smoothed", "curve");
        for (int i = 0; i < points.Count; i++)
        {
            if (i % stride == 0 || i == points.Count - 1 || i == curve.Minimum || i == curve.Suggested)
            {
                var point = points[i];
                string note = i == curve.Suggested ? " steepest" : i == curve.Minimum ? " lowest" : "";
                table.Add(
                    point.LearningRate.ToString("0.00e+00", CultureInfo.InvariantCulture), Loss(point.Loss), Loss(point.SmoothedLoss),
                    Bar(point.SmoothedLoss / top) + note);
            }
        }

        table.Print();
    }

    private static string Bar(double share) =>
        double.IsFinite(share) ? ProgressText.Bar((int)Math.Round(Math.Min(share, 1) * BarLength), BarLength, BarLength).Done : "";

    private static string Loss(double loss) => loss.ToString(loss < 1000 ? "F4" : "0.00e+00", CultureInfo.InvariantCulture);

    private static string End(FindLearningRateResult result)
    {
        int steps = result.Curve.Points.Count;
        string ended = $"ended after {steps} of {result.Range.Steps} steps";
        return result.Curve.End switch
        {
            LearningRateEnd.LossRose => $"{ended}: the smoothed loss is more than 4 times its minimum",
            LearningRateEnd.NotFinite => $"{ended}: the loss is no longer finite",
            _ => $"all {steps} steps were taken",
        };
    }

    private static void Write(Utf8JsonWriter json, FindLearningRateResult result)
    {
        var (settings, range, curve) = (result.Settings, result.Range, result.Curve);
        json.WriteString("model", settings.Model);
        json.WriteString("dataset", settings.Dataset);
        json.WriteNumber("seed", settings.Seed);
        json.WriteNumber("start_lr", range.Start);
        json.WriteNumber("end_lr", range.End);
        json.WriteNumber("num_it", range.Steps);
        json.WriteString("end", curve.End switch
        {
            LearningRateEnd.LossRose => "loss_rose",
            LearningRateEnd.NotFinite => "not_finite",
            _ => "all_steps",
        });
        json.WriteNumberOrNull("suggestion", curve.Suggestion ?? double.NaN);
        json.WriteString("reason", Advice.WithOptions(curve.Reason));
        json.WriteObjects("curve", curve.Points, point =>
        {
            json.WriteNumber("lr", point.LearningRate);
            json.WriteNumber("loss", point.Loss);
            json.WriteNumber("smoothed_loss", point.SmoothedLoss);
        });
    }
}
