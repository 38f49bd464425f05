using System.Text;
using Lanewise.Files;
using Lanewise.IO;

namespace Lanewise.Workflows;

/// <summary>The folder of a run: arguments, summary, gradient flow, model, checkpoint. Every file is replaced atomically.</summary>
public sealed class RunDirectory
{
    private const string TensorBoardName = "tensorboard";

    // What a checkpoint has besides the state of training.
    private const string SummaryKey = "lanewise.run.summary", GradientsKey = "lanewise.run.gradients", ReceiptKey = "lanewise.run.receipt";

    private readonly bool _isCreated;
    private readonly bool _hadRun;

    internal RunDirectory(string path, bool isCreated = false)
    {
        (Path, _isCreated) = (path, isCreated);
        _hadRun = File.Exists(Arguments);
    }

    /// <summary>Gets the path of the folder, as it was given.</summary>
    public string Path { get; }

    /// <summary>Gets the path of the settings and facts.</summary>
    public string Arguments => System.IO.Path.Combine(Path, "args.json");

    /// <summary>Gets the path of the metrics of each epoch.</summary>
    public string Summary => System.IO.Path.Combine(Path, "summary.csv");

    /// <summary>Gets the path of the gradient norms.</summary>
    public string Gradients => System.IO.Path.Combine(Path, "gradients.csv");

    /// <summary>Gets the path of the weights of the last epoch.</summary>
    public string Model => System.IO.Path.Combine(Path, RunWeightsFile.NameOf(RunWeights.Last));

    /// <summary>Gets the path of the weights of the best epoch, which a training keeps that monitors a metric.</summary>
    public string Best => System.IO.Path.Combine(Path, RunWeightsFile.NameOf(RunWeights.Best));

    /// <summary>Gets the path of the moving average of the weights after the last epoch, where a training computes one.</summary>
    public string Ema => System.IO.Path.Combine(Path, RunWeightsFile.NameOf(RunWeights.Ema));

    /// <summary>Gets the path of the state of training.</summary>
    public string Checkpoint => System.IO.Path.Combine(Path, "checkpoint.safetensors");

    /// <summary>Gets the path of the digests of weights and optimizer.</summary>
    public string Receipt => System.IO.Path.Combine(Path, "receipt.json");

    /// <summary>Gets the folder of the checkpoints that a training keeps.</summary>
    public string KeptCheckpoints => System.IO.Path.Combine(Path, "checkpoints");

    /// <summary>Gets the default path of the report page.</summary>
    public string Report => System.IO.Path.Combine(Path, "report.html");

    /// <summary>Gets the folder of TensorBoard events.</summary>
    public string TensorBoard => System.IO.Path.Combine(Path, TensorBoardName);

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

    /// <summary>Gets whether the checkpoint of a run with results is gone, so that it cannot be resumed.</summary>
    internal bool LacksCheckpoint => !File.Exists(Checkpoint) && (File.Exists(Model) || File.Exists(Summary));

    /// <summary>Gets the description of a network that is not in the catalog.</summary>
    internal string NetworkFile => System.IO.Path.Combine(Path, "network.json");

    /// <summary>Creates the folder of a run below this one, or opens it if it exists.</summary>
    /// <exception cref="LanewiseException">The folder cannot be created.</exception>
    internal RunDirectory Subfolder(string name)
    {
        var folder = new RunDirectory(System.IO.Path.Combine(Path, name));
        RunReservation.WithPathInMessage(folder.Path, () => Directory.CreateDirectory(folder.Path));
        return folder;
    }

    /// <summary>Gets the weights file of a run folder; a file is returned unchanged.</summary>
    /// <param name="path">A run folder or a weights file.</param>
    /// <param name="use">The set of the run's weights; null for the one that its <c>args.json</c> names.</param>
    /// <exception cref="LanewiseException">The folder has no weights, or not that set.</exception>
    public static string FindModel(string path, RunWeights? use = null) => FindWeights(path, use).Path;

    /// <summary>Finds the weights file of a run folder, and what is to be said of it.</summary>
    /// <inheritdoc cref="FindModel"/>
    internal static RunWeightsFile FindWeights(string path, RunWeights? use)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return RunWeightsFile.Find(path, use)
            ?? (WeightsFile.IsFolder(path) ? new(path, Notice: null)
            : throw ForeignFile.OfFolder(path) ?? new LanewiseException(
                $"{path}: the folder has no model.safetensors; a training writes it after its first epoch."));
    }

    /// <summary>Writes the description of a network that is not in the catalog, so that the run can be resumed without its file.</summary>
    internal void SaveNetwork(Network network) => AtomicFile.WriteText(NetworkFile, NetworkGraph.Write(network));

    /// <summary>Reads the description of the network; null if there is none.</summary>
    /// <exception cref="LanewiseException">It cannot be read, or is damaged.</exception>
    internal Network? LoadNetwork(string name) => File.Exists(NetworkFile)
        ? NetworkGraph.Read(string.Concat(InputFile.ReadLines(NetworkFile)), name, NetworkFile)
        : null;

    /// <summary>
    /// Writes the state of training with the metrics of the completed epochs, so that a summary that could not be written is written on
    /// resuming.
    /// </summary>
    /// <param name="state">The state.</param>
    /// <param name="epochs">The metrics.</param>
    /// <param name="gradients">The gradient log, where it could not be written to its own file; null otherwise.</param>
    /// <param name="receipt">The receipt; null for none.</param>
    /// <param name="file">The file; null for that from which the run is resumed.</param>
    /// <exception cref="FileAccessException">The file cannot be written.</exception>
    internal void SaveCheckpoint(
        TrainerState state, IEnumerable<EpochResult> epochs, string? gradients, Receipt? receipt, string? file = null)
    {
        var notes = new Dictionary<string, string>(StringComparer.Ordinal) { [SummaryKey] = RunSummary.Format(epochs) };
        if (gradients is not null)
        {
            notes[GradientsKey] = gradients;
        }

        if (receipt is not null)
        {
            notes[ReceiptKey] = receipt.Format();
        }

        Files.Checkpoint.Save(file ?? Checkpoint, state, notes);
    }

    /// <summary>Returns the path of the checkpoint that is kept after an epoch.</summary>
    internal string KeptCheckpoint(int epoch) =>
        System.IO.Path.Combine(KeptCheckpoints, FormattableString.Invariant($"epoch-{epoch:0000}.safetensors"));

    /// <summary>Reads the state of training and the completed epochs.</summary>
    /// <exception cref="LanewiseException">A file is missing or damaged, or the files are inconsistent.</exception>
    internal SavedRun Load(Network network)
    {
        if (!File.Exists(Checkpoint))
        {
            throw new JobException(
                $"{Path}: the folder has no checkpoint.safetensors to resume from; start a new run in another {{output}}.");
        }

        var state = Files.Checkpoint.Load(Checkpoint, network, out var metadata);
        int done = state.Position.Epoch;
        // Checkpoints of earlier versions rely on the summary.
        var epochs = metadata.TryGetValue(SummaryKey, out string? text) ? RunSummary.Parse(text.Split('\n'), Checkpoint)
            : done == 0 ? [] : RunSummary.Load(Summary);
        return epochs.Count >= done
            ? new(state, epochs[..done], metadata.GetValueOrDefault(GradientsKey))
            {
                Receipt = metadata.TryGetValue(ReceiptKey, out string? receipt)
                    ? Workflows.Receipt.Parse(Encoding.UTF8.GetBytes(receipt), Checkpoint)
                    : null,
            }
            : throw new JobException(
                $"{Summary} has {epochs.Count} epochs, the checkpoint {done}; start a new run in another {{output}}.");
    }

    /// <summary>Returns whether the files of the last epoch have the weights of a state.</summary>
    internal bool HasModel(TrainerState state) =>
        Holds(Model, state.Weights) && (state.Average is null || Holds(Ema, state.Average));

    /// <summary>Returns whether a file has exactly these weights.</summary>
    internal static bool Holds(string path, Weights weights)
    {
        try
        {
            var stored = WeightsFile.Read(path).Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
            return weights.Tensors.All(tensor => stored.TryGetValue(tensor.Name, out var other)
                && tensor.Values.AsSpan().SequenceEqual(other.Values));
        }
        catch (LanewiseException)
        {
            return false;
        }
    }

    /// <summary>Returns the epoch whose weights the file of the best epoch has; null if there is none, or it does not say.</summary>
    internal int? EpochOfBest()
    {
        try
        {
            return File.Exists(Best) ? ModelCard.FromMetadata(Safetensors.ReadMetadata(Best), Best)?.Epoch : null;
        }
        catch (LanewiseException)
        {
            return null;
        }
    }

    /// <summary>Returns whether all other files have what the checkpoint has.</summary>
    internal bool IsComplete(SavedRun saved, MonitoredMetric? monitor)
    {
        try
        {
            // The weights of an earlier epoch are nowhere else.
            bool endsWithBest = BestEpoch.Of(saved.Epochs, monitor)?.Epoch.Epoch == saved.Epochs.Count;
            return saved.Gradients is null && RunSummary.Load(Summary).Count >= saved.Epochs.Count && HasModel(saved.State)
                && (!endsWithBest || Holds(Best, saved.State.Answer));
        }
        catch (LanewiseException)
        {
            return false;
        }
    }

    /// <summary>Returns whether the folder holds more than a run can begin again without losing anything.</summary>
    internal bool HasProgress()
    {
        if (LacksCheckpoint || File.Exists(Model)
            || Directory.EnumerateDirectories(Path).Any(folder => System.IO.Path.GetFileName(folder) != TensorBoardName))
        {
            return true;
        }

        try
        {
            return File.Exists(Checkpoint) && Files.Checkpoint.ReadPosition(Checkpoint) is not { Epoch: 0, Step: 0 };
        }
        catch (LanewiseException)
        {
            // A damaged checkpoint may be worth something to its owner.
            return true;
        }
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

    /// <summary>Removes what a run wrote that failed before training; an existing folder is kept, and so are the settings in it.</summary>
    internal void Rollback()
    {
        try
        {
            RemoveRun();
            if (!_hadRun)
            {
                File.Delete(Arguments);
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

    /// <summary>Removes the files of a run that has no progress, except its settings.</summary>
    internal void RemoveRun()
    {
        foreach (string file in (string[])[NetworkFile, Summary, Gradients, Receipt, Best, Ema, Checkpoint])
        {
            File.Delete(file);
        }

        if (Directory.Exists(TensorBoard))
        {
            Directory.Delete(TensorBoard, recursive: true);
        }

        AtomicFile.RemoveTemporary(Path);
    }
}
