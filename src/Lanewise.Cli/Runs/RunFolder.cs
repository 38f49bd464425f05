using Lanewise.Files;
using Lanewise.Graphs;
using Lanewise.Training;

namespace Lanewise.Cli.Runs;

/// <summary>The folder that a run leaves: arguments, summary, gradient flow, model, checkpoint. Every file is replaced whole or not at all.</summary>
internal sealed class RunFolder
{
    private const string DefaultParent = "runs";

    private readonly bool _isOurs;

    private RunFolder(string path, bool isOurs = false) => (Path, _isOurs) = (path, isOurs);

    /// <summary>The folder as the user would name it.</summary>
    public string Path { get; }

    public string Arguments => System.IO.Path.Combine(Path, "args.json");

    public string Summary => System.IO.Path.Combine(Path, "summary.csv");

    public string Gradients => System.IO.Path.Combine(Path, "gradients.csv");

    public string Model => System.IO.Path.Combine(Path, "model.safetensors");

    public string Checkpoint => System.IO.Path.Combine(Path, "checkpoint.safetensors");

    /// <summary>Where the page of the run goes unless the user names another place.</summary>
    public string Report => System.IO.Path.Combine(Path, "report.html");

    /// <summary>The folder of TensorBoard's events.</summary>
    public string TensorBoard => System.IO.Path.Combine(Path, "tensorboard");

    /// <summary>Makes the folder and writes <paramref name="arguments"/> into it, before anything costly is done.</summary>
    /// <param name="output">The folder that the user named; null for the next free number under <paramref name="parent"/>.</param>
    /// <param name="arguments">The run's arguments.</param>
    /// <param name="parent">Where folders that the user did not name are made.</param>
    /// <exception cref="LanewiseException">The folder is taken or not empty, or cannot be made or written.</exception>
    public static RunFolder Create(string? output, RunArguments arguments, string parent = DefaultParent)
    {
        var folder = Claim(output, arguments.Model, parent);
        try
        {
            arguments.Save(folder.Arguments);
        }
        catch
        {
            folder.Abandon();
            throw;
        }

        return folder;
    }

    /// <summary>Makes a folder that only its maker has, with an empty args.json in it.</summary>
    /// <param name="output">The folder that the user named; null for <paramref name="name"/> and the next free number under <paramref name="parent"/>.</param>
    /// <param name="name">What a folder that the user did not name is called.</param>
    /// <param name="parent">Where such a folder is made.</param>
    /// <exception cref="LanewiseException">The folder is taken or not empty, or cannot be made.</exception>
    public static RunFolder Claim(string? output, string name, string parent = DefaultParent) => output is null ? ClaimNext(parent, name) : ClaimNamed(output);

    /// <summary>Finds the folder of an earlier run.</summary>
    /// <param name="path">The folder as the user names it.</param>
    /// <param name="verb">What wrote it, for the message.</param>
    /// <exception cref="LanewiseException">It is none.</exception>
    public static RunFolder Open(string path, string verb = "train")
    {
        var folder = new RunFolder(path.Length > 1 ? System.IO.Path.TrimEndingDirectorySeparator(path) : path);
        return File.Exists(folder.Arguments)
            ? folder
            : throw new LanewiseException(Directory.Exists(path)
                ? $"{path}: there is no args.json in it; name a folder that 'lanewise {verb}' wrote."
                : $"{path}: there is no such folder; name one that 'lanewise {verb}' wrote.");
    }

    /// <summary>The weights that a user means by a run folder or a file.</summary>
    /// <exception cref="LanewiseException">The folder holds none.</exception>
    public static string FindModel(string checkpoint)
    {
        if (!Directory.Exists(checkpoint))
        {
            return checkpoint;
        }

        string model = new RunFolder(checkpoint).Model;
        return File.Exists(model)
            ? model
            : throw new LanewiseException($"{checkpoint}: there is no model.safetensors in it; train writes one after each epoch.");
    }

    /// <summary>Writes what an epoch changed. The checkpoint comes last: it vouches for the others.</summary>
    public void SaveEpoch(TrainerState state, ModelCard card, IEnumerable<EpochResult> epochs, GradientLog gradients)
    {
        ModelFile.Save(Model, state.Weights, card);
        RunSummary.Save(Summary, epochs);
        SaveCheckpoint(state, gradients);
    }

    /// <summary>Writes where training stopped within an epoch.</summary>
    public void SaveCheckpoint(TrainerState state, GradientLog gradients)
    {
        gradients.Save(Gradients);
        Files.Checkpoint.Save(Checkpoint, state);
    }

    /// <summary>Reads where training stopped, and the epochs before that.</summary>
    /// <exception cref="LanewiseException">A file is missing or damaged, or they do not belong together.</exception>
    public (TrainerState State, List<EpochResult> Epochs) Load(Network network)
    {
        if (!File.Exists(Checkpoint))
        {
            throw new LanewiseException($"{Path}: there is no checkpoint.safetensors in it, so nothing to resume from; train anew.");
        }

        var state = Files.Checkpoint.Load(Checkpoint, network);
        int done = state.Position.Epoch;
        List<EpochResult> epochs = done == 0 ? [] : RunSummary.Load(Summary);
        return epochs.Count >= done
            ? (state, epochs[..done])
            : throw new LanewiseException($"{Summary}: it has {epochs.Count} epochs, the checkpoint {done}; train anew.");
    }

    /// <summary>Removes what <see cref="Create"/> made, when the run did not come to training. A folder that was there before stays.</summary>
    public void Abandon()
    {
        try
        {
            File.Delete(Arguments);
            if (Directory.Exists(TensorBoard))
            {
                Directory.Delete(TensorBoard, recursive: true);
            }

            if (_isOurs)
            {
                Directory.Delete(Path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The failure that stopped the run is the one to report.
        }
    }

    private static RunFolder ClaimNamed(string path)
    {
        if (File.Exists(path))
        {
            throw new LanewiseException($"{path} is a file, not a folder; choose another --output.");
        }

        bool exists = Directory.Exists(path);
        var folder = new RunFolder(path, isOurs: !exists);
        if (exists && Explained(path, () => Directory.EnumerateFileSystemEntries(path).Any()))
        {
            string remedy = File.Exists(folder.Arguments) ? $"choose another --output, or go on with that run: --resume {path}" : "choose another --output";
            throw new LanewiseException($"{path} exists and is not empty; {remedy}.");
        }

        return folder.TryClaim()
            ? folder
            : throw new LanewiseException($"{path} is taken: another run has just begun in it; choose another --output.");
    }

    private static RunFolder ClaimNext(string parent, string name)
    {
        for (int number = 1; ; number++)
        {
            string path = System.IO.Path.Combine(parent, $"{name}-{number}");
            if (!System.IO.Path.Exists(path) && new RunFolder(path, isOurs: true) is var folder && folder.TryClaim())
            {
                return folder;
            }
        }
    }

    /// <summary>Makes the folder and an empty args.json, which only one of several runs that begin at once can; false for the others.</summary>
    private bool TryClaim() => Explained(Path, () =>
    {
        Directory.CreateDirectory(Path);
        try
        {
            using var claim = new FileStream(Arguments, FileMode.CreateNew, FileAccess.Write);
            return true;
        }
        catch (IOException) when (File.Exists(Arguments) || !Directory.Exists(Path))
        {
            // Another run has it, or has had it and has just removed the folder again.
            return false;
        }
    });

    private static bool Explained(string path, Func<bool> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LanewiseException($"{path} cannot be made or read ({e.Message.ReplaceLineEndings(" ").TrimEnd('.')}); choose another --output.", e);
        }
    }
}
