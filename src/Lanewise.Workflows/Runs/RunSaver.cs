using System.Diagnostics;
using System.Text;
using Lanewise.Files;
using Lanewise.IO;

namespace Lanewise.Workflows;

/// <summary>
/// Saves a run while it is trained: decides when a checkpoint is due, and writes what is older than it before it. A process that is
/// killed at any moment leaves a run that resumes from its last checkpoint; what other files have beyond that is written again.
/// </summary>
/// <param name="directory">The folder of the run.</param>
/// <param name="card">Describes the model in its file.</param>
/// <param name="epochs">The metrics of the completed epochs, to which the training adds.</param>
/// <param name="gradients">The gradient log.</param>
/// <param name="interval">The time between two checkpoints within an epoch; zero for none.</param>
internal sealed class RunSaver(
    RunDirectory directory, ModelCard card, IReadOnlyList<EpochResult> epochs, GradientLog gradients, TimeSpan interval)
{
    // At the end of an epoch, saving may take a twentieth of the time of training.
    private const int LongestShare = 20;

    private readonly Stopwatch _sinceLast = Stopwatch.StartNew();
    private TimeSpan _cost;
    private (Weights Last, Weights? Average)? _unsavedModel;
    private Weights? _unsavedBest;
    private bool _isBehind;

    /// <summary>Gets the metric by which the weights of the best epoch are kept; null to keep the last ones only.</summary>
    public MonitoredMetric? Monitor { get; init; }

    /// <summary>Gets or sets the receipt, to which the training adds; null for none.</summary>
    public Receipt? Receipt { get; set; }

    /// <summary>Gets the number of checkpoints to keep, of epochs spread over the run.</summary>
    public int Kept { get; init; }

    /// <summary>Gets the number of epochs of the run.</summary>
    public int PlannedEpochs { get; init; }

    /// <summary>Gets the position of the checkpoint; null before the first one.</summary>
    public TrainingPosition? Saved { get; private set; }

    /// <summary>Gets whether a checkpoint within an epoch is due.</summary>
    public bool IsDue => interval > TimeSpan.Zero && _sinceLast.Elapsed >= interval;

    /// <summary>Takes the position of the checkpoint from which the run continues, and cuts the other files back to it.</summary>
    /// <param name="saved">What was saved.</param>
    /// <exception cref="FileAccessException">A file cannot be written.</exception>
    public void Resume(SavedRun saved)
    {
        var state = saved.State;
        // Gradients that only the checkpoint has go back to their own file.
        (Saved, _isBehind) = (state.Position, saved.Gradients is not null);
        if (epochs.Count > 0 && !Has(directory.Summary, RunSummary.Format(epochs)))
        {
            RunSummary.Save(directory.Summary, epochs);
        }

        if (!Has(directory.Gradients, gradients.Format()))
        {
            gradients.Save(directory.Gradients);
        }

        SaveReceipt();

        // Between two epochs the model is that of the checkpoint, unless it could not be written.
        bool isBetween = state.Position is { Epoch: > 0, Step: 0 };
        _unsavedModel = isBetween && !directory.HasModel(state) ? (state.Weights, state.Average) : null;
        _unsavedBest = isBetween && IsBest && !RunDirectory.Holds(directory.Best, state.Answer) ? state.Answer : null;
        _sinceLast.Restart();
    }

    /// <summary>Saves a completed epoch: its metrics always, the rest if the last checkpoint is old enough.</summary>
    /// <param name="state">The state after the epoch.</param>
    /// <exception cref="FileAccessException">A file cannot be written.</exception>
    public void EpochDone(TrainerState state)
    {
        (_unsavedModel, _isBehind) = ((state.Weights, state.Average), true);
        _unsavedBest = IsBest ? state.Answer : _unsavedBest;
        if (_sinceLast.Elapsed >= LongestShare * _cost)
        {
            Save(state);
        }
        else
        {
            RunSummary.Save(directory.Summary, epochs);
            SaveReceipt();
        }

        if (IsKept(state.Position.Epoch))
        {
            Keep(state);
        }
    }

    private void Keep(TrainerState state)
    {
        string file = directory.KeptCheckpoint(state.Position.Epoch);
        try
        {
            Directory.CreateDirectory(directory.KeptCheckpoints);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FileAccessException.Writing(directory.KeptCheckpoints, e);
        }

        directory.SaveCheckpoint(state, epochs, gradients.Format(), Receipt, file);
    }

    /// <summary>
    /// Saves everything, unless that was done at this position. A file that cannot be written does not keep the checkpoint from being
    /// written: that has all a resumed run needs. The exception are the weights of an earlier epoch, if that is the best: they come first,
    /// and without them the checkpoint stays where it is, so that a resumed run trains that epoch again.
    /// </summary>
    /// <param name="state">The state.</param>
    /// <exception cref="FileAccessException">A file cannot be written; the first one, if several cannot.</exception>
    public void Save(TrainerState state)
    {
        if (Saved == state.Position && !_isBehind && _unsavedModel is null && _unsavedBest is null)
        {
            return;
        }

        var clock = Stopwatch.StartNew();
        if (_unsavedBest is { } best)
        {
            ModelFile.Save(directory.Best, best, card with { Epoch = BestEpoch.Of(epochs, Monitor)?.Epoch.Epoch });
            _unsavedBest = null;
        }

        var failure = Try(SaveModel);
        _unsavedModel = failure is null ? null : _unsavedModel;
        failure = (epochs.Count == 0 ? null : Try(() => RunSummary.Save(directory.Summary, epochs))) is { } noSummary
            ? failure ?? noSummary : failure;
        var noGradients = Try(() => gradients.Save(directory.Gradients));
        failure ??= Try(SaveReceipt);
        directory.SaveCheckpoint(state, epochs, noGradients is null ? null : gradients.Format(), Receipt);
        failure ??= noGradients;
        (Saved, _isBehind, _cost) = (state.Position, failure is not null, clock.Elapsed);
        _sinceLast.Restart();
        if (failure is not null)
        {
            throw failure;
        }
    }

    private void SaveModel()
    {
        if (_unsavedModel is not var (last, average))
        {
            return;
        }

        ModelFile.Save(directory.Model, last, card);
        if (average is not null)
        {
            ModelFile.Save(directory.Ema, average, card);
        }
    }

    private void SaveReceipt()
    {
        if (Receipt?.Format() is { } text && !Has(directory.Receipt, text))
        {
            AtomicFile.WriteText(directory.Receipt, text);
        }
    }

    /// <summary>Whether the checkpoint after an epoch is one of those that are kept, spread evenly up to the last.</summary>
    private bool IsKept(int epoch) => (long)epoch * Kept / PlannedEpochs > (long)(epoch - 1) * Kept / PlannedEpochs;

    private bool IsBest => BestEpoch.Of(epochs, Monitor)?.Epoch.Epoch == epochs.Count;

    private static bool Has(string path, string text)
    {
        try
        {
            return InputFile.ReadBytes(path).AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(text));
        }
        catch (FileAccessException)
        {
            return false;
        }
    }

    private static FileAccessException? Try(Action write)
    {
        try
        {
            write();
            return null;
        }
        catch (FileAccessException e)
        {
            return e;
        }
    }
}
