using System.Globalization;
using Lanewise.IO;

namespace Lanewise.Workflows;

/// <summary>Reads and writes <c>summary.csv</c>: a row per epoch of a run, in full precision.</summary>
internal static class RunSummary
{
    private const string Header = "epoch,train_loss,train_top1,val_loss,val_top1,lr,seconds,images_per_second";
    private const string HeaderBefore02 = "epoch,train_loss,train_top1,eval_loss,eval_top1,lr,seconds,images_per_second";

    public static void Save(string path, IEnumerable<EpochResult> epochs) => AtomicFile.WriteText(path, Format(epochs));

    /// <summary>Returns the text of a summary.</summary>
    public static string Format(IEnumerable<EpochResult> epochs) => string.Join('\n', [Header, .. epochs.Select(Row), ""]);

    /// <summary>Reads a summary, also one with the header of versions before 0.2.</summary>
    /// <exception cref="LanewiseException">The file cannot be read or was not written by <c>train</c>.</exception>
    public static List<EpochResult> Load(string path) => Parse(InputFile.ReadLines(path), path);

    /// <summary>Reads the lines of a summary.</summary>
    /// <param name="lines">The lines.</param>
    /// <param name="path">The file that holds them, for messages.</param>
    /// <exception cref="LanewiseException">They were not written by <c>train</c>.</exception>
    public static List<EpochResult> Parse(string[] lines, string path)
    {
        if (lines.Length == 0 || lines[0] is not (Header or HeaderBefore02))
        {
            throw new LanewiseException($"{path}: the first line is not '{Header}'; start a new run.");
        }

        return [.. lines.Skip(1).Where(line => line.Length > 0).Select((line, i) => Parse(line, i + 1, path))];
    }

    private static string Row(EpochResult e) => string.Create(
        CultureInfo.InvariantCulture,
        $"{e.Epoch},{e.TrainLoss:R},{e.TrainTop1:R},{e.ValLoss:R},{e.ValTop1:R},{LearningRate(e):R},{e.Seconds:R},{e.ImagesPerSecond:R}");

    // In float precision, like the learning rates of the optimizers.
    private static float LearningRate(EpochResult e) => (float)e.LearningRate;

    private static EpochResult Parse(string line, int epoch, string path)
    {
        string[] cells = line.Split(',');
        double[] v = [.. cells.Select(
            cell => double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : double.NaN)];
        return v.Length == 8 && v.All(double.IsFinite) && v[0] == epoch
            ? new(epoch, v[1], v[2], v[3], v[4], v[5], v[6], v[7])
            : throw new LanewiseException($"{path}: line {epoch + 1} is not the row of epoch {epoch}; start a new run.");
    }
}
