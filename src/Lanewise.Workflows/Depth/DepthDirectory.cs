using Lanewise.Analysis;
using Lanewise.IO;
using Lanewise.Reports;

namespace Lanewise.Workflows;

/// <summary>
/// The folder of a depth study: arguments, three tables, a JSON document, a page, figures, and below it the run folder of the run in
/// progress. Every file is replaced atomically.
/// </summary>
public sealed class DepthDirectory
{
    private readonly RunDirectory _folder;

    internal DepthDirectory(RunDirectory folder) => _folder = folder;

    /// <summary>Gets the path of the folder, as it was given.</summary>
    public string Path => _folder.Path;

    /// <summary>Gets the path of the settings and facts.</summary>
    public string Arguments => _folder.Arguments;

    /// <summary>Gets the path of the page.</summary>
    public string Page => In("depth.html");

    private string Runs => In("runs.csv");

    private string Epochs => In("epochs.csv");

    private string Gradients => In("gradients.csv");

    private string Document => In("depth.json");

    private string Figures => In("figures");

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
        List<DepthResult> results = [.. settings.Runs.Where(run => completed.ContainsKey(run.Name))
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
        DepthPage.Create(dataset, results, study.Settings.Runs.Count, rows, study.Facts.Command).Save(Page);
        Directory.CreateDirectory(Figures);
        foreach (var (name, figure) in DepthPage.Figures(results))
        {
            figure.Save(System.IO.Path.Combine(Figures, name));
        }
    }

    /// <summary>Gets the folder of a run in progress, and creates it if it has not started.</summary>
    /// <exception cref="LanewiseException">The folder cannot be created.</exception>
    internal RunDirectory FolderOf(DepthRun run) => _folder.Subfolder(run.Name);

    /// <summary>Removes the folder of a run whose results are in the tables.</summary>
    internal void RemoveFolderOf(DepthRun run)
    {
        string folder = In(run.Name);
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Returns whether there is a sample of the initial weights, each sample has all layers, and no epoch is missing.</summary>
    private static bool IsComplete(DepthResult result) =>
        result.Samples is [{ Step: 0 }, ..]
        && result.Samples.All(sample => sample.Layers.Count == result.Run.Depth)
        && result.Epochs.Index().All(e => e.Item.Epoch == e.Index + 1);

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
