using Lanewise.Analysis;

namespace Lanewise.Workflows;

/// <summary>The training of a run whose data is loaded, alone or as a part of a study: steps, epochs, and what is saved when.</summary>
internal sealed class RunTraining : IDisposable
{
    // Above this, features are computed in each epoch.
    private const long MaxFeatureBytes = 1L << 30;

    private readonly RunDirectory _directory;
    private readonly TrainingSetup _setup;
    private readonly Trainer _trainer;
    private readonly List<EpochResult> _epochs;
    private readonly GradientLog _gradients;
    private readonly TensorBoardLog? _tensorBoard;
    private readonly FrozenLayers? _frozen;
    private readonly string? _notice;
    private Weights? _weights;

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
        (_frozen, _notice) = FindFrozenLayers(setup);
        _weights = setup.Initial ?? (_frozen is null ? null : Weights.Initialize(setup.Network, options.Seed));
        _trainer = _frozen is null
            ? new Trainer(setup.Network, options, _weights)
            : new Trainer(_frozen.Head, options with { Transform = null }, _weights!.Of(_frozen.Head));
        _trainer.GradientObserver = new GradientObservers(observers);
    }

    /// <summary>Gets the metrics of the completed epochs.</summary>
    public IReadOnlyList<EpochResult> Epochs => _epochs;

    /// <summary>Gets the recorded gradients.</summary>
    public IReadOnlyList<GradientSample> Gradients => _gradients.Samples;

    /// <summary>Continues from a saved state.</summary>
    public void Resume(TrainerState state)
    {
        _trainer.Resume(_frozen?.HeadOf(state) ?? state);
        _weights = state.Weights;
        _gradients.Resume(_directory.Gradients, state.Position);
    }

    /// <summary>Trains the remaining epochs.</summary>
    /// <exception cref="TrainingStoppedException">Training was cancelled; the checkpoint is saved.</exception>
    /// <exception cref="TrainingDivergedException">The loss became infinite or NaN; what the last epoch saved remains.</exception>
    /// <exception cref="InterruptedRunException">Training failed after some steps; the checkpoint is saved.</exception>
    /// <exception cref="LanewiseException">Training failed before its first step.</exception>
    public async Task RunAsync(IProgress<JobEvent>? progress, CancellationToken cancellationToken)
    {
        var options = _setup.Options;
        var steps = progress.Of<TrainingProgress>(step => new StepEvent(step));
        try
        {
            var (train, validation) = await DataAsync(progress, cancellationToken).ConfigureAwait(false);
            progress?.Report(new TrainingStartedEvent(options.Epochs, options.BatchSize));
            await foreach (var epoch in _trainer.EpochsAsync(
                train, validation, _tensorBoard?.Wrap(steps) ?? steps, cancellationToken).ConfigureAwait(false))
            {
                _epochs.Add(epoch);
                var state = GetState();
                _directory.SaveEpoch(state, _setup.Card, _epochs, _gradients);
                _tensorBoard?.EpochDone(epoch, _setup.Network, state.Weights);
                progress?.Report(new EpochEvent(epoch));
            }
        }
        catch (OperationCanceledException e)
        {
            var state = GetState();
            _directory.SaveCheckpoint(state, _gradients);
            throw new TrainingStoppedException(_directory, state.Position, e);
        }
        catch (LanewiseException e) when (e is not TrainingDivergedException && _trainer.Position is not { Epoch: 0, Step: 0 })
        {
            // For example an unreadable image: what was trained so far, possibly for hours, is kept.
            _directory.SaveCheckpoint(GetState(), _gradients);
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

    private static (FrozenLayers? Frozen, string? Notice) FindFrozenLayers(TrainingSetup setup)
    {
        if (setup.FindFrozenLayers() is not { } frozen)
        {
            return (null, null);
        }

        string images = FormattableString.Invariant($"{setup.Images:N0} images");
        string gigabytes = FormattableString.Invariant($"{frozen.BytesOf(setup.Images) / 1e9:0.0} GB");
        return frozen.BytesOf(setup.Images) <= MaxFeatureBytes
            ? (frozen, $"computing the features of {images} once, {frozen.Head.Input} each; the epochs train on them.")
            : (null, $"the features of {images} would take {gigabytes} of memory, so they are computed again in each epoch.");
    }

    private TrainerState GetState() => _frozen?.Join(_trainer.GetState(), _weights!) ?? _trainer.GetState();

    /// <summary>Returns what the trainer trains on: the images, or the features that frozen layers compute from them.</summary>
    private async Task<(IDataset Train, IDataset Validation)> DataAsync(IProgress<JobEvent>? progress, CancellationToken cancellationToken)
    {
        if (_notice is not null)
        {
            progress.Notice(_notice);
        }

        var (train, validation) = (_setup.Splits.Train, _setup.Splits.Test);
        return _frozen is null ? (train, validation) : await Task.Run(
            () => ((IDataset)Features(train, training: true), (IDataset)Features(validation, training: false)), cancellationToken)
            .ConfigureAwait(false);

        ITensorDataset Features(IDataset images, bool training) =>
            _frozen.Compute(images, _weights!, _setup.Options, training, progress: null, cancellationToken);
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
