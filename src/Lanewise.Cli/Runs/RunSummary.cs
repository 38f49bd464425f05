using System.Globalization;
using Lanewise.IO;
using Lanewise.Training;

namespace Lanewise.Cli.Runs;

/// <summary>The epochs of a run as <c>summary.csv</c>, one row each, numbers in full precision.</summary>
internal static class RunSummary
{
    private const string Header = "epoch,train_loss,train_top1,val_loss,val_top1,lr,seconds,images_per_second";
    private const string HeaderBefore02 = "epoch,train_loss,train_top1,eval_loss,eval_top1,lr,seconds,images_per_second";

    public static void Save(string path, IEnumerable<EpochResult> epochs) =>
        AtomicFile.WriteText(path, string.Join('\n', [Header, .. epochs.Select(Row), ""]));

    /// <exception cref="LanewiseException">The file cannot be read or is not what <c>train</c> wrote.</exception>
    public static List<EpochResult> Load(string path)
    {
        string[] lines = File.ReadAllLines(path);
        if (lines.Length == 0 || lines[0] is not (Header or HeaderBefore02))
        {
            throw new LanewiseException($"{path}: its first line is not '{Header}'; train anew.");
        }

        return [.. lines.Skip(1).Where(line => line.Length > 0).Select((line, i) => Parse(line, i + 1, path))];
    }

    private static string Row(EpochResult e) => string.Create(
        CultureInfo.InvariantCulture,
        $"{e.Epoch},{e.TrainLoss:R},{e.TrainTop1:R},{e.ValLoss:R},{e.ValTop1:R},{(float)e.LearningRate:R},{e.Seconds:R},{e.ImagesPerSecond:R}");

    private static EpochResult Parse(string line, int epoch, string path)
    {
        string[] cells = line.Split(',');
        double[] v = [.. cells.Select(cell => double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : double.NaN)];
        return v.Length == 8 && v.All(double.IsFinite) && v[0] == epoch
            ? new(epoch, v[1], v[2], v[3], v[4], v[5], v[6], v[7])
            : throw new LanewiseException($"{path}: line {epoch + 1} is not the row of epoch {epoch}; train anew.");
    }
}
