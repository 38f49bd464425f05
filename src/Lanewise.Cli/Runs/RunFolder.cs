using Lanewise.Files;

namespace Lanewise.Cli.Runs;

/// <summary>The folder of a run: arguments, summary, gradient flow, model, checkpoint. Every file is replaced atomically.</summary>
internal sealed class RunFolder
{
    private const string DefaultParent = "runs";

    private readonly bool _isCreated;

    private RunFolder(string path, bool isCreated = false) => (Path, _isCreated) = (path, isCreated);

    /// <summary>Gets the folder, as given on the command line.</summary>
    public string Path { get; }

    public string Arguments => System.IO.Path.Combine(Path, "args.json");

    public string Summary => System.IO.Path.Combine(Path, "summary.csv");

    public string Gradients => System.IO.Path.Combine(Path, "gradients.csv");

    public string Model => System.IO.Path.Combine(Path, "model.safetensors");

    public string Checkpoint => System.IO.Path.Combine(Path, "checkpoint.safetensors");

    /// <summary>Gets the default path of the report page.</summary>
    public string Report => System.IO.Path.Combine(Path, "report.html");

    /// <summary>Gets the folder of TensorBoard events.</summary>
    public string TensorBoard => System.IO.Path.Combine(Path, "tensorboard");

    /// <summary>Creates the folder and writes <paramref name="arguments"/> to it, before any expensive work.</summary>
    /// <param name="output">The folder given by the user; null for the next free number under <paramref name="parent"/>.</param>
    /// <param name="arguments">The arguments of the run.</param>
    /// <param name="parent">The parent of default folders.</param>
    /// <exception cref="LanewiseException">The folder is in use or not empty, or cannot be created or written.</exception>
    public static RunFolder Create(string? output, RunArguments arguments, string parent = DefaultParent)
    {
        var folder = Reserve(output, arguments.Model, parent);
        try
        {
            arguments.Save(folder.Arguments);
        }
        catch
        {
            folder.Rollback();
            throw;
        }

        return folder;
    }

    /// <summary>Reserves a folder for one run by creating it with an empty args.json.</summary>
    /// <param name="output">
    /// The folder given by the user; null for <paramref name="name"/> with the next free number under <paramref name="parent"/>.
    /// </param>
    /// <param name="name">The name of default folders.</param>
    /// <param name="parent">The parent of default folders.</param>
    /// <exception cref="LanewiseException">The folder is in use or not empty, or cannot be created.</exception>
    public static RunFolder Reserve(string? output, string name, string parent = DefaultParent) =>
        output is null ? ReserveNext(parent, name) : ReserveNamed(output);

    /// <summary>Opens the folder of an earlier run.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="verb">The verb that writes such folders, for the message.</param>
    /// <exception cref="LanewiseException">The folder does not exist or contains no run.</exception>
    public static RunFolder Open(string path, string verb = "train")
    {
        var folder = new RunFolder(path.Length > 1 ? System.IO.Path.TrimEndingDirectorySeparator(path) : path);
        return File.Exists(folder.Arguments)
            ? folder
            : throw new LanewiseException(Directory.Exists(path)
                ? $"{path}: the folder has no args.json; specify a folder written by 'lanewise {verb}'."
                : $"{path}: the folder does not exist; specify one written by 'lanewise {verb}'.");
    }

    /// <summary>Gets the weights file of a run folder; a file is returned unchanged.</summary>
    /// <exception cref="LanewiseException">The folder has no weights.</exception>
    public static string FindModel(string checkpoint)
    {
        if (!Directory.Exists(checkpoint))
        {
            return checkpoint;
        }

        string model = new RunFolder(checkpoint).Model;
        return File.Exists(model)
            ? model
            : throw new LanewiseException($"{checkpoint}: the folder has no model.safetensors; train writes it after each epoch.");
    }

    /// <summary>Writes the files that an epoch changes; the checkpoint is written last because it marks the others as complete.</summary>
    public void SaveEpoch(TrainerState state, ModelCard card, IEnumerable<EpochResult> epochs, GradientLog gradients)
    {
        ModelFile.Save(Model, state.Weights, card);
        RunSummary.Save(Summary, epochs);
        SaveCheckpoint(state, gradients);
    }

    /// <summary>Writes the state of training, also within an epoch.</summary>
    public void SaveCheckpoint(TrainerState state, GradientLog gradients)
    {
        gradients.Save(Gradients);
        Files.Checkpoint.Save(Checkpoint, state);
    }

    /// <summary>Reads the state of training and the completed epochs.</summary>
    /// <exception cref="LanewiseException">A file is missing or damaged, or the files are inconsistent.</exception>
    public (TrainerState State, List<EpochResult> Epochs) Load(Network network)
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

    /// <summary>Removes what <see cref="Create"/> created, if the run failed before training; an existing folder is kept.</summary>
    public void Rollback()
    {
        try
        {
            File.Delete(Arguments);
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

    private static RunFolder ReserveNamed(string path)
    {
        if (File.Exists(path))
        {
            throw new LanewiseException($"{path} is a file, not a folder; choose another --output.");
        }

        bool exists = Directory.Exists(path);
        var folder = new RunFolder(path, isCreated: !exists);
        if (exists && WithPathInMessage(path, () => Directory.EnumerateFileSystemEntries(path).Any()))
        {
            string remedy = File.Exists(folder.Arguments)
                ? $"choose another --output, or resume that run with --resume {path}"
                : "choose another --output";
            throw new LanewiseException($"{path} exists and is not empty; {remedy}.");
        }

        return folder.TryReserve()
            ? folder
            : throw new LanewiseException($"{path} is in use by another run; choose another --output.");
    }

    private static RunFolder ReserveNext(string parent, string name)
    {
        for (int number = 1; ; number++)
        {
            string path = System.IO.Path.Combine(parent, $"{name}-{number}");
            if (!System.IO.Path.Exists(path) && new RunFolder(path, isCreated: true) is var folder && folder.TryReserve())
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
            throw new LanewiseException($"{path} cannot be created or read ({reason}); choose another --output.", e);
        }
    }
}
