using Lanewise.Files;
using Lanewise.IO;

namespace Lanewise.Workflows;

/// <summary>The folder of a run: arguments, summary, gradient flow, model, checkpoint. Every file is replaced atomically.</summary>
public sealed class RunDirectory
{
    private const string DefaultParent = "runs";

    private readonly bool _isCreated;

    private RunDirectory(string path, bool isCreated = false) => (Path, _isCreated) = (path, isCreated);

    /// <summary>Gets the path of the folder, as it was given.</summary>
    public string Path { get; }

    /// <summary>Gets the path of the settings and facts.</summary>
    public string Arguments => System.IO.Path.Combine(Path, "args.json");

    /// <summary>Gets the path of the metrics of each epoch.</summary>
    public string Summary => System.IO.Path.Combine(Path, "summary.csv");

    /// <summary>Gets the path of the gradient norms.</summary>
    public string Gradients => System.IO.Path.Combine(Path, "gradients.csv");

    /// <summary>Gets the path of the weights of the last epoch.</summary>
    public string Model => System.IO.Path.Combine(Path, "model.safetensors");

    /// <summary>Gets the path of the state of training.</summary>
    public string Checkpoint => System.IO.Path.Combine(Path, "checkpoint.safetensors");

    /// <summary>Gets the default path of the report page.</summary>
    public string Report => System.IO.Path.Combine(Path, "report.html");

    /// <summary>Gets the folder of TensorBoard events.</summary>
    public string TensorBoard => System.IO.Path.Combine(Path, "tensorboard");

    /// <summary>Reserves a folder for one run by creating it with an empty args.json.</summary>
    /// <param name="output">
    /// The folder given by the user; null for <paramref name="name"/> with the next free number under <paramref name="parent"/>.
    /// </param>
    /// <param name="name">The name of default folders.</param>
    /// <param name="parent">The parent of default folders.</param>
    /// <exception cref="LanewiseException">The folder is in use or not empty, or cannot be created.</exception>
    internal static RunDirectory Reserve(string? output, string name, string parent = DefaultParent) =>
        output is null ? ReserveNext(parent, name) : ReserveNamed(output);

    /// <summary>Opens the folder of an earlier run.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="LanewiseException">The folder does not exist or contains no run.</exception>
    public static RunDirectory Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var folder = new RunDirectory(path.Length > 1 ? System.IO.Path.TrimEndingDirectorySeparator(path) : path);
        return File.Exists(folder.Arguments)
            ? folder
            : throw new LanewiseException(Directory.Exists(path)
                ? $"{path}: the folder has no args.json; specify the folder of a run."
                : PretrainedCatalog.TryFind(path) is not null ? $"{path}: pretrained weights have no run; specify the folder of a run."
                : $"{path}: the folder does not exist; specify the folder of a run.");
    }

    /// <summary>Gets the description of a network that is not in the catalog.</summary>
    private string NetworkFile => System.IO.Path.Combine(Path, "network.json");

    /// <summary>Creates the folder of a run below this one, or opens it if it exists.</summary>
    /// <exception cref="LanewiseException">The folder cannot be created.</exception>
    internal RunDirectory Subfolder(string name)
    {
        var folder = new RunDirectory(System.IO.Path.Combine(Path, name));
        WithPathInMessage(folder.Path, () => Directory.CreateDirectory(folder.Path).Exists);
        return folder;
    }

    /// <summary>Gets the weights file of a run folder; a file is returned unchanged.</summary>
    /// <param name="path">A run folder or a weights file.</param>
    /// <exception cref="LanewiseException">The folder has no weights.</exception>
    public static string FindModel(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!Directory.Exists(path))
        {
            return path;
        }

        string model = new RunDirectory(path).Model;
        return File.Exists(model)
            ? model
            : throw new LanewiseException($"{path}: the folder has no model.safetensors; a training writes it after each epoch.");
    }

    /// <summary>Writes the description of a network that is not in the catalog, so that the run can be resumed without its file.</summary>
    internal void SaveNetwork(Network network) => AtomicFile.WriteText(NetworkFile, NetworkGraph.Write(network));

    /// <summary>Reads the description of the network; null if there is none.</summary>
    /// <exception cref="LanewiseException">It cannot be read, or is damaged.</exception>
    internal Network? LoadNetwork(string name) => File.Exists(NetworkFile)
        ? NetworkGraph.Read(string.Concat(InputFile.ReadLines(NetworkFile)), name, NetworkFile)
        : null;

    /// <summary>Writes the files that an epoch changes; the checkpoint is written last because it marks the others as complete.</summary>
    internal void SaveEpoch(TrainerState state, ModelCard card, IEnumerable<EpochResult> epochs, GradientLog gradients)
    {
        ModelFile.Save(Model, state.Weights, card);
        RunSummary.Save(Summary, epochs);
        SaveCheckpoint(state, gradients);
    }

    /// <summary>Writes the state of training, also within an epoch.</summary>
    internal void SaveCheckpoint(TrainerState state, GradientLog gradients)
    {
        gradients.Save(Gradients);
        Files.Checkpoint.Save(Checkpoint, state);
    }

    /// <summary>Reads the state of training and the completed epochs.</summary>
    /// <exception cref="LanewiseException">A file is missing or damaged, or the files are inconsistent.</exception>
    internal (TrainerState State, List<EpochResult> Epochs) Load(Network network)
    {
        if (!File.Exists(Checkpoint))
        {
            throw new LanewiseException($"{Path}: the folder has no checkpoint.safetensors to resume from; start a new run.");
        }

        var state = Files.Checkpoint.Load(Checkpoint, network);
        int done = state.Position.Epoch;
        List<EpochResult> epochs = done == 0 ? [] : RunSummary.Load(Summary);
        return epochs.Count >= done
            ? (state, epochs[..done])
            : throw new LanewiseException($"{Summary} has {epochs.Count} epochs, the checkpoint {done}; start a new run.");
    }

    /// <summary>Reads the settings and facts of the run.</summary>
    /// <exception cref="LanewiseException">The file cannot be read or is of another kind.</exception>
    internal RunRecord<TrainSettings> LoadRecord()
    {
        var record = RunRecord<TrainSettings>.Load(Arguments);
        return record.Settings.Model is null
            ? throw new LanewiseException($"{Arguments}: not the arguments of a run (the model is missing); start a new run.")
            : record;
    }

    /// <summary>Removes what <see cref="Reserve"/> created, if the run failed before training; an existing folder is kept.</summary>
    internal void Rollback()
    {
        try
        {
            File.Delete(Arguments);
            File.Delete(NetworkFile);
            if (Directory.Exists(TensorBoard))
            {
                Directory.Delete(TensorBoard, recursive: true);
            }

            if (_isCreated)
            {
                Directory.Delete(Path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The caller reports the failure that stopped the run.
        }
    }

    private static RunDirectory ReserveNamed(string path)
    {
        if (File.Exists(path))
        {
            throw new JobException($"{path} is a file, not a folder; choose another {{output}}.");
        }

        bool exists = Directory.Exists(path);
        var folder = new RunDirectory(path, isCreated: !exists);
        if (exists && WithPathInMessage(path, () => Directory.EnumerateFileSystemEntries(path).Any()))
        {
            string remedy = File.Exists(folder.Arguments)
                ? $"choose another {{output}}, or resume that run with {{resume}} {path}"
                : "choose another {output}";
            throw new JobException($"{path} exists and is not empty; {remedy}.");
        }

        return folder.TryReserve()
            ? folder
            : throw new JobException($"{path} is in use by another run; choose another {{output}}.");
    }

    private static RunDirectory ReserveNext(string parent, string name)
    {
        for (int number = 1; ; number++)
        {
            string path = System.IO.Path.Combine(parent, $"{name}-{number}");
            if (!System.IO.Path.Exists(path) && new RunDirectory(path, isCreated: true) is var folder && folder.TryReserve())
            {
                return folder;
            }
        }
    }

    /// <summary>Creates the folder and an empty args.json; of several runs that start at once, this succeeds for one only.</summary>
    private bool TryReserve() => WithPathInMessage(Path, () =>
    {
        Directory.CreateDirectory(Path);
        try
        {
            using var file = new FileStream(Arguments, FileMode.CreateNew, FileAccess.Write);
            return true;
        }
        catch (IOException) when (File.Exists(Arguments) || !Directory.Exists(Path))
        {
            // Another run has reserved the folder, or had reserved it and has just removed it.
            return false;
        }
    });

    private static bool WithPathInMessage(string path, Func<bool> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string reason = e.Message.ReplaceLineEndings(" ").TrimEnd('.');
            throw new JobException($"{path} cannot be created or read ({reason}); choose another {{output}}.", e);
        }
    }
}
