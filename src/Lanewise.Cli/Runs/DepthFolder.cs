using Lanewise.Analysis;
using Lanewise.Files;
using Lanewise.Graphs;
using Lanewise.IO;
using Lanewise.Reports;
using Lanewise.Training;

namespace Lanewise.Cli.Runs;

/// <summary>
/// The folder that a depth study leaves: arguments, three tables, a JSON document and a page; and for a run that is under way a
/// folder of its own with a checkpoint and what was found so far. Every file is replaced whole or not at all.
/// </summary>
internal sealed class DepthFolder
{
    private const string Name = "depth";

    private readonly RunFolder? _claim;

    private DepthFolder(string path, RunFolder? claim = null) => (Path, _claim) = (path, claim);

    /// <summary>The folder as the user would name it.</summary>
    public string Path { get; }

    public string Arguments => In("args.json");

    public string Page => In("depth.html");

    private string Runs => In("runs.csv");

    private string Epochs => In("epochs.csv");

    private string Gradients => In("gradients.csv");

    private string Document => In("depth.json");

    private string Figures => In("figures");

    /// <summary>Makes the folder, before anything costly is done.</summary>
    /// <param name="output">The folder that the user named; null for the next free number under <c>runs</c>.</param>
    /// <exception cref="LanewiseException">The folder is taken or not empty, or cannot be made.</exception>
    public static DepthFolder Create(string? output)
    {
        var claim = RunFolder.Claim(output, Name);
        return new(claim.Path, claim);
    }

    /// <summary>Finds the folder of an earlier study.</summary>
    /// <exception cref="LanewiseException">It is none.</exception>
    public static DepthFolder Open(string path) => new(RunFolder.Open(path, Name).Path);

    /// <summary>Removes what <see cref="Create"/> made, when the study did not come to its first run.</summary>
    public void Abandon() => _claim?.Abandon();

    /// <summary>Reads the results of the runs that came to an end.</summary>
    /// <param name="arguments">The study's.</param>
    /// <exception cref="LanewiseException">A table is damaged, or they do not belong together.</exception>
    public List<DepthResult> LoadResults(DepthArguments arguments)
    {
        if (!File.Exists(Runs))
        {
            return [];
        }

        var ended = DepthTables.LoadRuns(Runs);
        var (epochs, gradients) = (DepthTables.LoadEpochs(Epochs), DepthTables.LoadGradients(Gradients));
        List<DepthResult> results = [.. arguments.ToOptions().Runs.Where(run => ended.ContainsKey(run.Name))
            .Select(run => new DepthResult(run, [.. gradients[run.Name]], [.. epochs[run.Name]], ended[run.Name]))];
        int expected = arguments.AtStart ? 0 : arguments.Epochs;
        foreach (var result in results)
        {
            if (!IsWhole(result) || (!result.Diverged && result.Epochs.Count != expected))
            {
                throw new LanewiseException($"{Path}: what its tables say of {result.Run.Name} is incomplete; begin anew, or delete that run's row in {Runs} to do it again.");
            }
        }

        return results;
    }

    /// <summary>Writes the results of the runs that came to an end. The table of runs comes after the other two: it vouches for them.</summary>
    /// <exception cref="LanewiseException">A file cannot be written.</exception>
    public void SaveResults(DepthArguments arguments, IReadOnlyList<DepthResult> results)
    {
        DepthTables.SaveGradients(Gradients, results);
        DepthTables.SaveEpochs(Epochs, results);
        DepthTables.SaveRuns(Runs, results);
        byte[] document = JsonOutput.Indented(json => DepthReport.Write(json, arguments, results));
        AtomicFile.Write(Document, stream => stream.Write(document));
        DepthPage.Create(arguments.Dataset!, results, arguments.ToOptions().Runs.Count, DepthReport.Settings(arguments), arguments.Command).Save(Page);
        Directory.CreateDirectory(Figures);
        foreach (var (name, drawing) in DepthPage.Drawings(results))
        {
            drawing.Save(System.IO.Path.Combine(Figures, name));
        }
    }

    /// <summary>Reads how far a run is that was under way; null when it has not begun.</summary>
    /// <exception cref="LanewiseException">A file is damaged.</exception>
    public (TrainerState State, DepthResult Result)? LoadProgress(DepthRun run, Network network)
    {
        var under = new DepthFolder(In(run.Name));
        string checkpoint = under.In("checkpoint.safetensors");
        if (!File.Exists(checkpoint))
        {
            return null;
        }

        try
        {
            var result = new DepthResult(
                run, [.. DepthTables.LoadGradients(under.Gradients)[run.Name]], [.. DepthTables.LoadEpochs(under.Epochs)[run.Name]], Diverged: false);
            return IsWhole(result)
                ? (Checkpoint.Load(checkpoint, network), result)
                : throw new LanewiseException($"{under.Gradients}: its layers or {under.Epochs}' epochs are incomplete.");
        }
        catch (LanewiseException e)
        {
            throw new LanewiseException($"{e.Message} To do this run again, delete {under.Path}.", e);
        }
    }

    /// <summary>Writes how far a run is. The checkpoint comes last: it vouches for the tables, which may reach farther.</summary>
    /// <exception cref="LanewiseException">A file cannot be written.</exception>
    public void SaveProgress(DepthTraining training)
    {
        var result = training.Result;
        var under = new DepthFolder(In(result.Run.Name));
        Directory.CreateDirectory(under.Path);
        DepthTables.SaveGradients(under.Gradients, [result]);
        DepthTables.SaveEpochs(under.Epochs, [result]);
        Checkpoint.Save(under.In("checkpoint.safetensors"), training.GetState());
    }

    /// <summary>Removes what a run that came to an end no longer needs.</summary>
    public void RemoveProgress(DepthRun run)
    {
        string under = In(run.Name);
        if (Directory.Exists(under))
        {
            Directory.Delete(under, recursive: true);
        }
    }

    /// <summary>Whether samples begin with the start and have all layers, and epochs are without gaps.</summary>
    private static bool IsWhole(DepthResult result) =>
        result.Samples is [{ Step: 0 }, ..]
        && result.Samples.All(sample => sample.Layers.Count == result.Run.Depth)
        && result.Epochs.Index().All(e => e.Item.Epoch == e.Index + 1);

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
