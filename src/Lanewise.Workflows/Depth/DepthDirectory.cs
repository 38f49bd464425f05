using Lanewise.Analysis;
using Lanewise.Files;
using Lanewise.IO;
using Lanewise.Reports;

namespace Lanewise.Workflows;

/// <summary>
/// The folder of a depth study: arguments, three tables, a JSON document and a page, and a subfolder for the run in progress with
/// a checkpoint and its results so far. Every file is replaced atomically.
/// </summary>
public sealed class DepthDirectory
{
    private const string Name = "depth";

    private readonly RunDirectory? _reserved;

    private DepthDirectory(string path, RunDirectory? claim = null) => (Path, _reserved) = (path, claim);

    /// <summary>Gets the path of the folder, as it was given.</summary>
    public string Path { get; }

    /// <summary>Gets the path of the settings and facts.</summary>
    public string Arguments => In("args.json");

    /// <summary>Gets the path of the page.</summary>
    public string Page => In("depth.html");

    private string Runs => In("runs.csv");

    private string Epochs => In("epochs.csv");

    private string Gradients => In("gradients.csv");

    private string Document => In("depth.json");

    private string Figures => In("figures");

    /// <summary>Creates the folder, before any expensive work.</summary>
    /// <param name="output">The folder given by the user; null for the next free number under <c>runs</c>.</param>
    /// <exception cref="LanewiseException">The folder is in use or not empty, or cannot be created.</exception>
    internal static DepthDirectory Create(string? output)
    {
        var claim = RunDirectory.Reserve(output, Name);
        return new(claim.Path, claim);
    }

    /// <summary>Opens the folder of an earlier study.</summary>
    /// <exception cref="LanewiseException">The folder does not contain a study.</exception>
    internal static DepthDirectory Open(string path) => new(RunDirectory.Open(path).Path);

    /// <summary>Writes to the folder, and removes it again if that fails.</summary>
    internal void KeepIfWritten(Action write) => _reserved!.KeepIfWritten(write);

    /// <summary>Removes what <see cref="Create"/> created, if the study failed before its first run.</summary>
    internal void Rollback() => _reserved?.Rollback();

    /// <summary>Reads the results of the completed runs.</summary>
    /// <param name="settings">The settings of the study.</param>
    /// <exception cref="LanewiseException">A table is damaged, or the tables are inconsistent.</exception>
    internal List<DepthResult> LoadResults(DepthSettings settings)
    {
        if (!File.Exists(Runs))
        {
            return [];
        }

        var completed = DepthTables.LoadRuns(Runs);
        var (epochs, gradients) = (DepthTables.LoadEpochs(Epochs), DepthTables.LoadGradients(Gradients));
        List<DepthResult> results = [.. settings.ToOptions(laneWidth: 0).Runs.Where(run => completed.ContainsKey(run.Name))
            .Select(run => new DepthResult(run, [.. gradients[run.Name]], [.. epochs[run.Name]], completed[run.Name]))];
        int expected = settings.AtStart ? 0 : settings.Epochs;
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
    internal void SaveResults(DepthStudyResult study)
    {
        var results = study.Results;
        DepthTables.SaveGradients(Gradients, results);
        DepthTables.SaveEpochs(Epochs, results);
        DepthTables.SaveRuns(Runs, results);
        byte[] document = JsonFormat.Indented(json => DepthDocument.Write(json, study));
        AtomicFile.Write(Document, stream => stream.Write(document));
        var (dataset, rows) = (study.Settings.Dataset!, DepthDocument.Rows(study));
        DepthPage.Create(dataset, results, study.Runs.Count, rows, study.Facts.Command).Save(Page);
        Directory.CreateDirectory(Figures);
        foreach (var (name, figure) in DepthPage.Figures(results))
        {
            figure.Save(System.IO.Path.Combine(Figures, name));
        }
    }

    /// <summary>Reads the state of the run in progress; null if it has not started.</summary>
    /// <exception cref="LanewiseException">A file is damaged.</exception>
    internal (TrainerState State, DepthResult Result)? LoadProgress(DepthRun run, Network network)
    {
        var subfolder = new DepthDirectory(In(run.Name));
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
    internal void SaveProgress(DepthTraining training)
    {
        var result = training.Result;
        var subfolder = new DepthDirectory(In(result.Run.Name));
        Directory.CreateDirectory(subfolder.Path);
        DepthTables.SaveGradients(subfolder.Gradients, [result]);
        DepthTables.SaveEpochs(subfolder.Epochs, [result]);
        Checkpoint.Save(subfolder.In("checkpoint.safetensors"), training.GetState());
    }

    /// <summary>Removes the subfolder of a completed run.</summary>
    internal void RemoveProgress(DepthRun run)
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
