using Lanewise.Files;
using Lanewise.Graphs;
using Lanewise.Training;

namespace Lanewise.Cli.Runs;

/// <summary>The folder that a run leaves: arguments, summary, model, checkpoint. Every file is replaced whole or not at all.</summary>
internal sealed class RunFolder
{
    private const string DefaultParent = "runs";

    private RunFolder(string path) => Path = path;

    /// <summary>The folder as the user would name it.</summary>
    public string Path { get; }

    public string Arguments => System.IO.Path.Combine(Path, "args.json");

    public string Summary => System.IO.Path.Combine(Path, "summary.csv");

    public string Model => System.IO.Path.Combine(Path, "model.safetensors");

    public string Checkpoint => System.IO.Path.Combine(Path, "checkpoint.safetensors");

    /// <summary>Makes the folder and writes <paramref name="arguments"/> into it, before anything costly is done.</summary>
    /// <param name="output">The folder that the user named; null for the next free number under <c>runs</c>.</param>
    /// <param name="arguments">The run's arguments.</param>
    /// <exception cref="LanewiseException">The folder is not empty, or cannot be made or written.</exception>
    public static RunFolder Create(string? output, RunArguments arguments)
    {
        var folder = output is null ? Next(arguments.Model) : new RunFolder(output);
        if (File.Exists(folder.Path))
        {
            throw new LanewiseException($"{folder.Path} is a file, not a folder; choose another --output.");
        }

        try
        {
            if (Directory.Exists(folder.Path) && Directory.EnumerateFileSystemEntries(folder.Path).Any())
            {
                string remedy = File.Exists(folder.Arguments) ? $"choose another --output, or go on with that run: --resume {folder.Path}" : "choose another --output";
                throw new LanewiseException($"{folder.Path} exists and is not empty; {remedy}.");
            }

            Directory.CreateDirectory(folder.Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LanewiseException($"{folder.Path} cannot be made or read ({e.Message.ReplaceLineEndings(" ").TrimEnd('.')}); choose another --output.", e);
        }

        arguments.Save(folder.Arguments);
        return folder;
    }

    /// <summary>Finds the folder of an earlier run.</summary>
    /// <exception cref="LanewiseException">It is none.</exception>
    public static RunFolder Open(string path)
    {
        var folder = new RunFolder(path.Length > 1 ? System.IO.Path.TrimEndingDirectorySeparator(path) : path);
        return File.Exists(folder.Arguments)
            ? folder
            : throw new LanewiseException(Directory.Exists(path)
                ? $"{path}: there is no args.json in it; name a folder that 'lanewise train' wrote."
                : $"{path}: there is no such folder; name one that 'lanewise train' wrote.");
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
    public void SaveEpoch(TrainerState state, ModelCard card, IEnumerable<EpochResult> epochs)
    {
        ModelFile.Save(Model, state.Weights, card);
        RunSummary.Save(Summary, epochs);
        Files.Checkpoint.Save(Checkpoint, state);
    }

    /// <summary>Writes where training stopped within an epoch.</summary>
    public void SaveCheckpoint(TrainerState state) => Files.Checkpoint.Save(Checkpoint, state);

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

    /// <summary>Removes what <see cref="Create"/> made, when the run did not come to training.</summary>
    public void Abandon()
    {
        try
        {
            File.Delete(Arguments);
            Directory.Delete(Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The failure that stopped the run is the one to report.
        }
    }

    private static RunFolder Next(string model)
    {
        for (int number = 1; ; number++)
        {
            string path = System.IO.Path.Combine(DefaultParent, $"{model}-{number}");
            if (!System.IO.Path.Exists(path))
            {
                return new RunFolder(path);
            }
        }
    }
}
