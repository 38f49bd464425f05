using Lanewise.Analysis;
using Lanewise.Cli.Common;
using Lanewise.Files;
using Lanewise.IO;
using Lanewise.Reports;

namespace Lanewise.Cli.Runs;

/// <summary>
/// The folder of a depth study: arguments, three tables, a JSON document and a page, and a subfolder for the run in progress with
/// a checkpoint and its results so far. Every file is replaced atomically.
/// </summary>
internal sealed class DepthFolder
{
    private const string Name = "depth";

    private readonly RunFolder? _reserved;

    private DepthFolder(string path, RunFolder? claim = null) => (Path, _reserved) = (path, claim);

    /// <summary>Gets the folder, as given on the command line.</summary>
    public string Path { get; }

    public string Arguments => In("args.json");

    public string Page => In("depth.html");

    private string Runs => In("runs.csv");

    private string Epochs => In("epochs.csv");

    private string Gradients => In("gradients.csv");

    private string Document => In("depth.json");

    private string Figures => In("figures");

    /// <summary>Creates the folder, before any expensive work.</summary>
    /// <param name="output">The folder given by the user; null for the next free number under <c>runs</c>.</param>
    /// <exception cref="LanewiseException">The folder is in use or not empty, or cannot be created.</exception>
    public static DepthFolder Create(string? output)
    {
        var claim = RunFolder.Reserve(output, Name);
        return new(claim.Path, claim);
    }

    /// <summary>Opens the folder of an earlier study.</summary>
    /// <exception cref="LanewiseException">The folder does not contain a study.</exception>
    public static DepthFolder Open(string path) => new(RunFolder.Open(path, Name).Path);

    /// <summary>Removes what <see cref="Create"/> created, if the study failed before its first run.</summary>
    public void Rollback() => _reserved?.Rollback();

    /// <summary>Reads the results of the completed runs.</summary>
    /// <param name="arguments">The arguments of the study.</param>
    /// <exception cref="LanewiseException">A table is damaged, or the tables are inconsistent.</exception>
    public List<DepthResult> LoadResults(DepthArguments arguments)
    {
        if (!File.Exists(Runs))
        {
            return [];
        }

        var completed = DepthTables.LoadRuns(Runs);
        var (epochs, gradients) = (DepthTables.LoadEpochs(Epochs), DepthTables.LoadGradients(Gradients));
        List<DepthResult> results = [.. arguments.ToOptions().Runs.Where(run => completed.ContainsKey(run.Name))
            .Select(run => new DepthResult(run, [.. gradients[run.Name]], [.. epochs[run.Name]], completed[run.Name]))];
        int expected = arguments.AtStart ? 0 : arguments.Epochs;
        foreach (var result in results)
        {
            if (!IsComplete(result) || (!result.Diverged && result.Epochs.Count != expected))
            {
                throw new LanewiseException(
                    $"{Path}: the results of {result.Run.Name} are incomplete; "
                    + $"delete its row in {Runs} to repeat it, or start a new study.");
            }
        }

        return results;
    }

    /// <summary>Writes the results of the completed runs; runs.csv comes last because it validates the rows of the others.</summary>
    /// <exception cref="LanewiseException">A file cannot be written.</exception>
    public void SaveResults(DepthArguments arguments, IReadOnlyList<DepthResult> results)
    {
        DepthTables.SaveGradients(Gradients, results);
        DepthTables.SaveEpochs(Epochs, results);
        DepthTables.SaveRuns(Runs, results);
        byte[] document = JsonOutput.Indented(json => DepthReport.Write(json, arguments, results));
        AtomicFile.Write(Document, stream => stream.Write(document));
        int runs = arguments.ToOptions().Runs.Count;
        DepthPage.Create(arguments.Dataset!, results, runs, DepthReport.Settings(arguments), arguments.Command).Save(Page);
        Directory.CreateDirectory(Figures);
        foreach (var (name, figure) in DepthPage.Figures(results))
        {
            figure.Save(System.IO.Path.Combine(Figures, name));
        }
    }

    /// <summary>Reads the state of the run in progress; null if it has not started.</summary>
    /// <exception cref="LanewiseException">A file is damaged.</exception>
    public (TrainerState State, DepthResult Result)? LoadProgress(DepthRun run, Network network)
    {
        var subfolder = new DepthFolder(In(run.Name));
        string checkpoint = subfolder.In("checkpoint.safetensors");
        if (!File.Exists(checkpoint))
        {
            return null;
        }

        try
        {
            var gradients = DepthTables.LoadGradients(subfolder.Gradients);
            var epochs = DepthTables.LoadEpochs(subfolder.Epochs);
            var result = new DepthResult(run, [.. gradients[run.Name]], [.. epochs[run.Name]], Diverged: false);
            return IsComplete(result)
                ? (Checkpoint.Load(checkpoint, network), result)
                : throw new LanewiseException($"{subfolder.Gradients} or {subfolder.Epochs} is incomplete.");
        }
        catch (LanewiseException e)
        {
            throw new LanewiseException($"{e.Message} To repeat this run, delete {subfolder.Path}.", e);
        }
    }

    /// <summary>Writes the state of the run in progress; the checkpoint comes last, and rows of the tables beyond it are ignored.</summary>
    /// <exception cref="LanewiseException">A file cannot be written.</exception>
    public void SaveProgress(DepthTraining training)
    {
        var result = training.Result;
        var subfolder = new DepthFolder(In(result.Run.Name));
        Directory.CreateDirectory(subfolder.Path);
        DepthTables.SaveGradients(subfolder.Gradients, [result]);
        DepthTables.SaveEpochs(subfolder.Epochs, [result]);
        Checkpoint.Save(subfolder.In("checkpoint.safetensors"), training.GetState());
    }

    /// <summary>Removes the subfolder of a completed run.</summary>
    public void RemoveProgress(DepthRun run)
    {
        string subfolder = In(run.Name);
        if (Directory.Exists(subfolder))
        {
            Directory.Delete(subfolder, recursive: true);
        }
    }

    /// <summary>Returns whether there is a sample of the initial weights, each sample has all layers, and no epoch is missing.</summary>
    private static bool IsComplete(DepthResult result) =>
        result.Samples is [{ Step: 0 }, ..]
        && result.Samples.All(sample => sample.Layers.Count == result.Run.Depth)
        && result.Epochs.Index().All(e => e.Item.Epoch == e.Index + 1);

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
