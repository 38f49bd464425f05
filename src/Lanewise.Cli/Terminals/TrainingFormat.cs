using System.Globalization;

namespace Lanewise.Cli.Terminals;

/// <summary>Formats metrics of training for a width of the terminal.</summary>
internal static class TrainingFormat
{
    /// <summary>The minimum width at which the progress bar and all metrics fit on one line.</summary>
    private const int WideWidth = 78;

    /// <summary>Formats the metrics of an epoch.</summary>
    public static string Epoch(EpochResult e, int epochs, int width)
    {
        string number = Number(e.Epoch, epochs);
        return IsWide(width)
            ? Invariant($"epoch {number}  train loss {e.TrainLoss:F4} {e.TrainTop1 * 100,6:F2} %  ")
                + Invariant($"val loss {e.ValLoss:F4} {e.ValTop1 * 100,6:F2} %  {e.ImagesPerSecond:N0}/s")
            : Invariant($"epoch {number}  validation {e.ValTop1 * 100:F2} %  loss {e.ValLoss:F4}");
    }

    /// <summary>Formats the metrics shown beside or below the progress bar.</summary>
    public static string Metrics(TrainingProgress p) => Invariant($"loss {p.Loss:F3}  {p.Top1 * 100:F1} %  {p.ImagesPerSecond:N0}/s");

    /// <summary>Formats the text before the progress bar.</summary>
    public static string Title(TrainingProgress p) => $"epoch {Number(p.Epoch, p.Epochs)}";

    /// <summary>Formats the text after the progress bar: the completed part of the epoch, and the time left for all epochs.</summary>
    public static string Left(TrainingProgress p, int batchSize)
    {
        double steps = (double)(p.Epochs - p.Epoch) * p.Steps + p.Steps - p.Step;
        double seconds = steps * batchSize / Math.Max(p.ImagesPerSecond, 1);
        var left = TimeSpan.FromSeconds(Math.Min(seconds, TimeSpan.MaxValue.TotalSeconds / 2));
        string clock = left.TotalHours >= 1
            ? Invariant($"{(long)left.TotalHours}:{left.Minutes:D2}:{left.Seconds:D2}")
            : Invariant($"{left.Minutes}:{left.Seconds:D2}");
        return Invariant($"{100.0 * p.Step / p.Steps,3:F0} % ETA {clock}");
    }

    /// <summary>Returns whether the progress bar and the metrics fit on one line.</summary>
    public static bool IsWide(int width) => width >= WideWidth;

    private static string Number(int epoch, int epochs) =>
        $"{epoch.ToString(CultureInfo.InvariantCulture).PadLeft(epochs.ToString(CultureInfo.InvariantCulture).Length)}/{epochs}";

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
