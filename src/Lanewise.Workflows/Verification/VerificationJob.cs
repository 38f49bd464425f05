using System.Security.Cryptography;
using Lanewise.Engine;

namespace Lanewise.Workflows;

/// <summary>
/// Trains a run again, from its recorded settings, and compares the digests of weights and optimizer with its receipt: on another
/// processor, at another number of threads, or only in segments between checkpoints that the run kept. Then compares its weights files,
/// the last and the best, with the receipt. The run is not changed.
/// </summary>
/// <param name="run">The run folder.</param>
public sealed class VerificationJob(RunDirectory run)
{
    /// <summary>Gets the folder of the dataset; null for that of the run.</summary>
    public string? DataDir { get; init; }

    /// <summary>Gets the dataset, where it is now; null for that of the run.</summary>
    public string? Dataset { get; init; }

    /// <summary>Gets the number of threads; 0 for that of the run.</summary>
    public int Threads { get; init; }

    /// <summary>Gets the number of segments between kept checkpoints to train again; 0 for the whole run.</summary>
    public int Segments { get; init; }

    /// <summary>Gets the seed by which the segments are drawn; null for one that nobody can know before.</summary>
    public int? Seed { get; init; }

    /// <summary>Trains and compares, until the end or the first difference.</summary>
    /// <param name="progress">Receives steps, and a <see cref="VerificationEvent"/> for each comparison.</param>
    /// <param name="cancellationToken">Stops after the current step.</param>
    /// <exception cref="JobException">The run has no receipt, the receipt was changed, or the data is not that of the run.</exception>
    /// <exception cref="LanewiseException">Data or files cannot be read.</exception>
    public async Task<VerificationResult> RunAsync(IProgress<JobEvent>? progress = null, CancellationToken cancellationToken = default)
    {
        int seed = Seed ?? RandomNumberGenerator.GetInt32(int.MaxValue);
        var receipt = Read();
        var record = run.LoadRecord();
        var files = Files(receipt, record.Settings);
        Segment[] segments = Segments == 0 ? [new(0, 0, receipt.Rows[^1].Step)] : Draw(receipt, seed);
        var checks = new List<VerificationCheck>();
        for (int i = 0; i < segments.Length && checks.All(check => check.IsSame); i++)
        {
            string folder = Directory.CreateTempSubdirectory("lanewise-verify-").FullName;
            try
            {
                using var comparison = new SegmentComparison(receipt, segments[i], i, checks, folder, progress);
                await comparison.RunAsync(Open(record, segments[i], folder, comparison), cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        int rest = receipt.Rows.Count(row => segments.All(segment => row.Step < segment.FirstStep || row.Step > segment.LastStep));
        return new(checks, files, rest, seed);
    }

    private Receipt Read()
    {
        if (!File.Exists(run.Receipt))
        {
            throw new JobException(
                $"{run.Path}: the run has no receipt.json; a training of this version writes one, one of an earlier version did not.");
        }

        var receipt = Receipt.Load(run.Receipt);
        if (receipt.FirstBroken() is { } broken)
        {
            throw new JobException(
                $"{run.Receipt}: the row of step {broken.Step} does not follow from those before it: the file was changed; restore it.");
        }

        if (receipt.Rows is not [{ Step: 0, Epoch: 0 }, ..])
        {
            throw new JobException($"{run.Receipt}: the receipt has no row of the initial weights, so there is nothing to start from.");
        }

        return receipt.OrderOfSums == SumOrder.Version ? receipt : throw new JobException(
            $"{run.Receipt}: the run was trained with order of sums {receipt.OrderOfSums}, this version has {SumOrder.Version}: the last "
            + "bits differ in any case; verify with the version that trained the run (args.json names it).");
    }

    /// <summary>Compares the weights files of the run with the rows of its receipt.</summary>
    private VerifiedFile[] Files(Receipt receipt, TrainSettings settings)
    {
        var network = TrainingJob.CreateNetwork(settings, run);
        return [.. new[] { run.Model, run.Best }.Where(File.Exists).Select(file =>
        {
            string digest = Receipt.DigestOf(Weights.Match(network, Lanewise.Files.WeightsFile.Read(file).Tensors, file));
            return new VerifiedFile(Path.GetFileName(file), receipt.Rows.LastOrDefault(row => row.Weights == digest));
        })];
    }

    /// <summary>Draws segments between neighbouring checkpoints that the run kept, the start and the end included.</summary>
    private Segment[] Draw(Receipt receipt, int seed)
    {
        var kept = receipt.Rows.Skip(1).GroupBy(row => row.Epoch).Where(rows => rows.Key > 0)
            .Select(rows => (Epoch: rows.Key, rows.First().Step)).Where(start => File.Exists(run.KeptCheckpoint(start.Epoch)));
        (int Epoch, long Step)[] starts = [(0, 0L), .. kept];
        if (starts.Length == 1)
        {
            throw new JobException($"{run.Path}: the run kept no checkpoints ({{keep-checkpoints}} of train), so there are no segments.");
        }

        Segment[] all = [.. starts
            .Select((start, i) => new Segment(start.Epoch, start.Step, i + 1 < starts.Length ? starts[i + 1].Step : receipt.Rows[^1].Step))
            .Where(segment => segment.LastStep > segment.FirstStep)];
        new Random(seed).Shuffle(all);
        return [.. all.Take(Segments).OrderBy(segment => segment.Start)];
    }

    /// <summary>Prepares the training of a segment in a folder of its own.</summary>
    private TrainingJob Open(RunRecord<TrainSettings> record, Segment segment, string folder, SegmentComparison comparison)
    {
        var directory = new RunDirectory(folder);
        (record with { Settings = Changed(record.Settings) }).Save(directory.Arguments);
        if (File.Exists(run.NetworkFile))
        {
            File.Copy(run.NetworkFile, directory.NetworkFile);
        }

        if (segment.Start > 0)
        {
            File.Copy(run.KeptCheckpoint(segment.Start), directory.Checkpoint);
            var state = directory.Load(TrainingJob.CreateNetwork(record.Settings, directory)).State;
            if (state.Position is not { Step: 0 } position || position.Epoch != segment.Start || position.Updates != segment.FirstStep)
            {
                throw new JobException(
                    $"{run.KeptCheckpoint(segment.Start)}: not the checkpoint after epoch {segment.Start}; restore the file that the "
                    + "training wrote.");
            }

            comparison.Start(state);
        }

        var job = TrainingJob.Resume(folder, []);
        job.ReceiptAt = comparison.Steps;
        return job;
    }

    // What a training writes beside its weights is not needed, and how long it was patient is said by its receipt.
    private TrainSettings Changed(TrainSettings settings)
    {
        settings = settings with
        {
            KeepCheckpoints = 0,
            ReceiptSteps = 0,
            TensorBoard = false,
            CheckpointMinutes = 0,
            Monitor = null,
            Patience = null,
        };
        settings = Threads > 0 ? settings with { Threads = Threads } : settings;
        settings = DataDir is null ? settings : settings with { DataDir = DataDir };
        return Dataset is null ? settings : settings with { Dataset = Dataset };
    }
}
