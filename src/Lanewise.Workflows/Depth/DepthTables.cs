using System.Globalization;
using Lanewise.Analysis;
using Lanewise.IO;

namespace Lanewise.Workflows;

/// <summary>
/// Reads and writes the results of a depth study as CSV: a row per run, per epoch, and per layer and measured step, in full precision.
/// </summary>
internal static class DepthTables
{
    private const string RunsHeader =
        "run,family,depth,batch_norm,init,seed,train_error,test_error,diverged,first_to_last_at_start,first_to_last,"
        + "first_zero_share_at_start,first_zero_share";

    private const string EpochsHeader = "run,epoch,train_loss,train_error,test_loss,test_error";
    private const string GradientsHeader = "run,step,layer,norm,zero_share";
    private const int DivergedColumn = 8;

    public static void SaveRuns(string path, IEnumerable<DepthResult> results) => Save(path, RunsHeader, results.Select(RunRow));

    public static void SaveEpochs(string path, IEnumerable<DepthResult> results) => Save(path, EpochsHeader, results.SelectMany(EpochRows));

    public static void SaveGradients(string path, IEnumerable<DepthResult> results) =>
        Save(path, GradientsHeader, results.SelectMany(GradientRows));

    /// <summary>Reads the names of the completed runs, and whether they diverged.</summary>
    /// <exception cref="LanewiseException">The file was not written by <c>depth</c>.</exception>
    public static Dictionary<string, bool> LoadRuns(string path) =>
        Load(path, RunsHeader, cells => (Name: cells[0], Diverged: bool.Parse(cells[DivergedColumn])))
            .ToDictionary(run => run.Name, run => run.Diverged, StringComparer.Ordinal);

    /// <summary>Reads the epochs of each run.</summary>
    /// <exception cref="LanewiseException">The file was not written by <c>depth</c>.</exception>
    public static ILookup<string, DepthEpoch> LoadEpochs(string path) =>
        Load(path, EpochsHeader, cells => (Name: cells[0], Epoch: ParseEpoch(cells)))
            .ToLookup(row => row.Name, row => row.Epoch, StringComparer.Ordinal);

    /// <summary>Reads the gradient samples of each run.</summary>
    /// <exception cref="LanewiseException">The file was not written by <c>depth</c>.</exception>
    public static ILookup<string, GradientSample> LoadGradients(string path) =>
        Load(path, GradientsHeader, cells => (Name: cells[0], Step: Whole(cells[1]), Layer: ParseLayer(cells)))
            .GroupBy(row => (row.Name, row.Step))
            .ToLookup(
                step => step.Key.Name,
                step => new GradientSample(step.Key.Step, [.. step.Select(row => row.Layer)]),
                StringComparer.Ordinal);

    private static DepthEpoch ParseEpoch(string[] cells) =>
        new(Whole(cells[1]), Number(cells[2]), Number(cells[3]), Number(cells[4]), Number(cells[5]));

    private static LayerGradient ParseLayer(string[] cells) => new(cells[2], Number(cells[3]), Number(cells[4]));

    private static string RunRow(DepthResult r)
    {
        var (run, start, end) = (r.Run, r.AtStart, r.AtEnd);
        string settings = $"{EnumNames.Of(run.Family)},{run.Depth},{Boolean(run.BatchNorm)},{EnumNames.Of(run.Start)},{run.Seed}";
        return $"{run.Name},{settings}" + string.Create(
            CultureInfo.InvariantCulture,
            $",{r.TrainError:R},{r.TestError:R},{Boolean(r.Diverged)},{start.FirstToLast:R},{end.FirstToLast:R}")
            + string.Create(CultureInfo.InvariantCulture, $",{start.Layers[0].ZeroShare:R},{end.Layers[0].ZeroShare:R}");
    }

    private static IEnumerable<string> EpochRows(DepthResult r) => r.Epochs.Select(e => string.Create(
        CultureInfo.InvariantCulture, $"{r.Run.Name},{e.Epoch},{e.TrainLoss:R},{e.TrainError:R},{e.TestLoss:R},{e.TestError:R}"));

    private static IEnumerable<string> GradientRows(DepthResult r) =>
        from sample in r.Samples
        from layer in sample.Layers
        select string.Create(CultureInfo.InvariantCulture, $"{r.Run.Name},{sample.Step},{layer.Layer},{layer.Norm:R},{layer.ZeroShare:R}");

    private static string Boolean(bool value) => value ? "true" : "false";

    private static void Save(string path, string header, IEnumerable<string> rows) =>
        AtomicFile.WriteText(path, string.Join('\n', [header, .. rows, ""]));

    private static List<T> Load<T>(string path, string header, Func<string[], T> parse)
    {
        if (!File.Exists(path))
        {
            throw new LanewiseException($"{path} is missing; the study is incomplete, start a new one.");
        }

        string[] lines = InputFile.ReadLines(path);
        if (lines.Length == 0 || lines[0] != header)
        {
            throw new LanewiseException(
                $"{path}: the first line is not '{header}'; the file is damaged or of another version, start a new study.");
        }

        int columns = header.Split(',').Length;
        return [.. lines.Skip(1).Select((line, i) => Row(line.Split(','), i + 2))];

        T Row(string[] cells, int line)
        {
            try
            {
                return cells.Length == columns ? parse(cells) : throw new FormatException();
            }
            catch (Exception e) when (e is FormatException or OverflowException)
            {
                throw new LanewiseException(
                    $"{path}: line {line} is not a row of {columns} values; the file is damaged, start a new study.", e);
            }
        }
    }

    private static int Whole(string cell) => int.Parse(cell, CultureInfo.InvariantCulture);

    private static double Number(string cell) => double.Parse(cell, CultureInfo.InvariantCulture);
}
