using System.Globalization;
using Lanewise.Training;

namespace Lanewise.Cli.Terminals;

/// <summary>Training's figures as lines of text for a given width.</summary>
internal static class TrainingText
{
    /// <summary>From this width on, everything stands in one line.</summary>
    private const int Wide = 78;

    /// <summary>An epoch's figures.</summary>
    public static string Epoch(EpochResult e, int epochs, int width)
    {
        string number = Number(e.Epoch, epochs);
        return width >= Wide
            ? Invariant($"epoch {number}  train loss {e.TrainLoss:F4} {e.TrainTop1 * 100,6:F2} %  test loss {e.ValLoss:F4} {e.ValTop1 * 100,6:F2} %  {e.ImagesPerSecond:N0}/s")
            : Invariant($"epoch {number}  test {e.ValTop1 * 100:F2} %  loss {e.ValLoss:F4}");
    }

    /// <summary>The figures beside or under the bar.</summary>
    public static string Metrics(TrainingProgress p) => Invariant($"loss {p.Loss:F3}  {p.Top1 * 100:F1} %  {p.ImagesPerSecond:N0}/s");

    /// <summary>The text before the bar.</summary>
    public static string Title(TrainingProgress p) => $"epoch {Number(p.Epoch, p.Epochs)}";

    /// <summary>The text behind the bar: the share done of this epoch, and the time left for all.</summary>
    public static string Left(TrainingProgress p, int batchSize)
    {
        double steps = (double)(p.Epochs - p.Epoch) * p.Steps + p.Steps - p.Step;
        var left = TimeSpan.FromSeconds(Math.Min(steps * batchSize / Math.Max(p.ImagesPerSecond, 1), TimeSpan.MaxValue.TotalSeconds / 2));
        string clock = left.TotalHours >= 1 ? Invariant($"{(long)left.TotalHours}:{left.Minutes:D2}:{left.Seconds:D2}") : Invariant($"{left.Minutes}:{left.Seconds:D2}");
        return Invariant($"{100.0 * p.Step / p.Steps,3:F0} % ETA {clock}");
    }

    /// <summary>Whether bar and figures share a line.</summary>
    public static bool IsWide(int width) => width >= Wide;

    private static string Number(int epoch, int epochs) =>
        $"{epoch.ToString(CultureInfo.InvariantCulture).PadLeft(epochs.ToString(CultureInfo.InvariantCulture).Length)}/{epochs}";

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
