using Lanewise.Analysis;

namespace Lanewise.Workflows;

/// <summary>The training of a run whose data is loaded, alone or as a part of a study: steps, epochs, and what is saved when.</summary>
internal sealed class RunTraining : IDisposable
{
    private readonly RunDirectory _directory;
    private readonly TrainingSetup _setup;
    private readonly Trainer _trainer;
    private readonly List<EpochResult> _epochs;
    private readonly GradientLog _gradients;
    private readonly TensorBoardLog? _tensorBoard;

    /// <summary>Compiles the network.</summary>
    /// <param name="directory">The folder of the run.</param>
    /// <param name="setup">What is trained.</param>
    /// <param name="epochs">The metrics of the completed epochs.</param>
    public RunTraining(RunDirectory directory, TrainingSetup setup, List<EpochResult> epochs)
    {
        (_directory, _setup, _epochs) = (directory, setup, epochs);
        var (options, splits) = (setup.Options, setup.Splits);
        _gradients = new GradientLog(setup.Network, setup.StepsPerEpoch, setup.RecordsGradients);
        if (setup.TensorBoard)
        {
            _tensorBoard = new TensorBoardLog(directory, setup.StepsPerEpoch, options.Epochs, options.BatchSize, splits.Train.Count);
            if (epochs.Count == 0)
            {
                _tensorBoard.ShowImages(splits.Test, options.Transform!);
            }
        }

        IGradientObserver[] observers = _tensorBoard is null ? [_gradients] : [_gradients, _tensorBoard];
        _trainer = new Trainer(setup.Network, options, setup.Initial) { GradientObserver = new GradientObservers(observers) };
    }

    /// <summary>Gets the metrics of the completed epochs.</summary>
    public IReadOnlyList<EpochResult> Epochs => _epochs;

    /// <summary>Gets the recorded gradients.</summary>
    public IReadOnlyList<GradientSample> Gradients => _gradients.Samples;

    /// <summary>Continues from a saved state.</summary>
    public void Resume(TrainerState state)
    {
        _trainer.Resume(state);
        _gradients.Resume(_directory.Gradients, state.Position);
    }

    /// <summary>Trains the remaining epochs.</summary>
    /// <exception cref="TrainingStoppedException">Training was cancelled; the checkpoint is saved.</exception>
    /// <exception cref="TrainingDivergedException">The loss became infinite or NaN; what the last epoch saved remains.</exception>
    /// <exception cref="InterruptedRunException">Training failed after some steps; the checkpoint is saved.</exception>
    /// <exception cref="LanewiseException">Training failed before its first step.</exception>
    public async Task RunAsync(IProgress<JobEvent>? progress, CancellationToken cancellationToken)
    {
        var (options, splits) = (_setup.Options, _setup.Splits);
        progress?.Report(new TrainingStartedEvent(options.Epochs, options.BatchSize));
        var steps = progress.Of<TrainingProgress>(step => new StepEvent(step));
        try
        {
            await foreach (var epoch in _trainer.EpochsAsync(
                splits.Train, splits.Test, _tensorBoard?.Wrap(steps) ?? steps, cancellationToken).ConfigureAwait(false))
            {
                _epochs.Add(epoch);
                _directory.SaveEpoch(_trainer.GetState(), _setup.Card, _epochs, _gradients);
                _tensorBoard?.EpochDone(epoch, _trainer.Network, _trainer.GetWeights());
                progress?.Report(new EpochEvent(epoch));
            }
        }
        catch (OperationCanceledException e)
        {
            var state = _trainer.GetState();
            _directory.SaveCheckpoint(state, _gradients);
            throw new TrainingStoppedException(_directory, state.Position, e);
        }
        catch (LanewiseException e) when (e is not TrainingDivergedException && _trainer.Position is not { Epoch: 0, Step: 0 })
        {
            // For example an unreadable image: what was trained so far, possibly for hours, is kept.
            _directory.SaveCheckpoint(_trainer.GetState(), _gradients);
            throw new InterruptedRunException(e.Message, _directory, e);
        }
        finally
        {
            progress?.Report(new TrainingEndedEvent());
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _tensorBoard?.Dispose();
        _trainer.Dispose();
    }
}

/// <summary>A run failed after some steps, and its state is saved: it can be resumed once the cause is removed.</summary>
/// <param name="message">The one-line message of the cause.</param>
/// <param name="directory">The folder of the run.</param>
/// <param name="inner">The cause.</param>
public sealed class InterruptedRunException(string message, RunDirectory directory, Exception inner) : LanewiseException(message, inner)
{
    /// <summary>Gets the folder of the run.</summary>
    public RunDirectory Directory => directory;
}
