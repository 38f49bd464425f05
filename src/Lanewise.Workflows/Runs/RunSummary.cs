using System.Globalization;
using Lanewise.IO;

namespace Lanewise.Workflows;

/// <summary>Reads and writes <c>summary.csv</c>: a row per epoch of a run, in full precision.</summary>
internal static class RunSummary
{
    private const string Header = "epoch,train_loss,train_top1,val_loss,val_top1,lr,seconds,images_per_second";
    private const string EmaColumns = ",ema_val_loss,ema_val_top1";
    private const string HeaderBefore02 = "epoch,train_loss,train_top1,eval_loss,eval_top1,lr,seconds,images_per_second";

    public static void Save(string path, IEnumerable<EpochResult> epochs) => AtomicFile.WriteText(path, Format(epochs));

    /// <summary>Returns the text of a summary.</summary>
    /// <remarks>The columns of averaged weights are there only where the training averages them.</remarks>
    public static string Format(IEnumerable<EpochResult> epochs)
    {
        EpochResult[] all = [.. epochs];
        return string.Join('\n', [Header + (all.Any(e => e.EmaValLoss is not null) ? EmaColumns : ""), .. all.Select(Row), ""]);
    }

    /// <summary>Reads a summary, also one with the header of versions before 0.2.</summary>
    /// <exception cref="LanewiseException">The file cannot be read or was not written by <c>train</c>.</exception>
    public static List<EpochResult> Load(string path) => Parse(InputFile.ReadLines(path), path);

    /// <summary>Reads the lines of a summary.</summary>
    /// <param name="lines">The lines.</param>
    /// <param name="path">The file that holds them, for messages.</param>
    /// <exception cref="LanewiseException">They were not written by <c>train</c>.</exception>
    public static List<EpochResult> Parse(string[] lines, string path)
    {
        if (lines.Length == 0 || lines[0] is not (Header or HeaderBefore02 or Header + EmaColumns))
        {
            throw new LanewiseException($"{path}: the first line is not '{Header}'; start a new run.");
        }

        return [.. lines.Skip(1).Where(line => line.Length > 0).Select((line, i) => Parse(line, i + 1, path))];
    }

    private static string Row(EpochResult e) => string.Create(
        CultureInfo.InvariantCulture,
        $"{e.Epoch},{e.TrainLoss:R},{e.TrainTop1:R},{e.ValLoss:R},{e.ValTop1:R},{LearningRate(e):R},{e.Seconds:R},{e.ImagesPerSecond:R}")
        + (e.EmaValLoss is { } loss ? string.Create(CultureInfo.InvariantCulture, $",{loss:R},{e.EmaValTop1:R}") : "");

    // In float precision, like the learning rates of the optimizers.
    private static float LearningRate(EpochResult e) => (float)e.LearningRate;

    private static EpochResult Parse(string line, int epoch, string path)
    {
        string[] cells = line.Split(',');
        double[] v = [.. cells.Select(
            cell => double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : double.NaN)];
        return v.Length is 8 or 10 && v.All(double.IsFinite) && v[0] == epoch
            ? new(epoch, v[1], v[2], v[3], v[4], v[5], v[6], v[7])
            {
                EmaValLoss = v.Length == 10 ? v[8] : null,
                EmaValTop1 = v.Length == 10 ? v[9] : null,
            }
            : throw new LanewiseException($"{path}: line {epoch + 1} is not the row of epoch {epoch}; start a new run.");
    }
}
