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
    private readonly RunSaver _saver;
    private readonly TensorBoardLog? _tensorBoard;
    private readonly FrozenLayers? _frozen;
    private readonly string? _notice;
    private Weights? _weights;
    private ReceiptRow? _first;
    private IProgress<JobEvent>? _progress;

    /// <summary>Compiles the network.</summary>
    /// <param name="directory">The folder of the run.</param>
    /// <param name="setup">What is trained.</param>
    /// <param name="epochs">The metrics of the completed epochs.</param>
    public RunTraining(RunDirectory directory, TrainingSetup setup, List<EpochResult> epochs)
    {
        (_directory, _setup, _epochs) = (directory, setup, epochs);
        var (options, splits) = (setup.Options, setup.Splits);
        _gradients = new GradientLog(setup.Network, setup.StepsPerEpoch, setup.RecordsGradients);
        _saver = new RunSaver(directory, setup.Card, epochs, _gradients, setup.CheckpointInterval)
        {
            Monitor = setup.Monitor,
            Kept = setup.KeptCheckpoints,
            PlannedEpochs = options.Epochs,
        };
        if (setup.TensorBoard)
        {
            _tensorBoard = new TensorBoardLog(directory, setup.StepsPerEpoch, options.Epochs, options.ImagesPerStep, splits.Train.Count);
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

    /// <summary>Gets what is trained.</summary>
    public TrainingSetup Setup => _setup;

    /// <summary>Gets the number of steps since training began.</summary>
    public long Steps => _trainer.Position.Updates;

    /// <summary>Gets the evaluation of the validation images after the last epoch; null if none was trained.</summary>
    public Evaluation? Validation => _trainer.Validation;

    /// <summary>Gets whether the monitored metric has not improved for as many epochs as the run has patience.</summary>
    public bool HasRunOut => BestEpoch.Of(_epochs, _setup.Monitor)?.HasRunOut(_setup.Patience) is true;

    /// <summary>Gets the recorded gradients.</summary>
    public IReadOnlyList<GradientSample> Gradients => _gradients.Samples;

    /// <summary>Gets the position of the checkpoint; null before the first one.</summary>
    public TrainingPosition? Saved => _saver.Saved;

    /// <summary>Saves the initial weights, so that the run can be resumed from now on.</summary>
    /// <param name="receipt">The receipt that the run keeps; null for none.</param>
    /// <exception cref="FileAccessException">A file cannot be written.</exception>
    public void Begin(Receipt? receipt)
    {
        var state = GetState();
        _saver.Receipt = receipt;
        _first = receipt?.Add(state);
        _saver.Save(state);
    }

    /// <summary>Continues from a saved state.</summary>
    public void Resume(SavedRun saved)
    {
        var state = saved.State;
        _saver.Receipt = saved.Receipt;
        _saver.Receipt?.CutTo(state.Position.Updates);
        _trainer.Resume(_frozen?.HeadOf(state) ?? state);
        _weights = state.Weights;
        _gradients.Resume(_directory.Gradients, saved.Gradients, state.Position);
        _saver.Resume(saved);
    }

    /// <summary>Trains the remaining epochs.</summary>
    /// <exception cref="TrainingStoppedException">Training was cancelled; the checkpoint is saved.</exception>
    /// <exception cref="TrainingDivergedException">The loss became infinite or NaN; the last good state is saved.</exception>
    /// <exception cref="InterruptedRunException">Training failed; the checkpoint is saved.</exception>
    public async Task RunAsync(IProgress<JobEvent>? progress, CancellationToken cancellationToken)
    {
        var options = _setup.Options;
        var steps = progress.Of<TrainingProgress>(step => new StepEvent(step));
        try
        {
            var (train, validation) = await DataAsync(progress, cancellationToken).ConfigureAwait(false);
            progress?.Report(new TrainingStartedEvent(options.Epochs, options.ImagesPerStep));
            _progress = progress;
            Report(_first);
            _trainer.Evaluated = progress.Evaluated;
            var saving = new SavingProgress(this, _tensorBoard?.Wrap(steps) ?? steps);
            if (!HasRunOut)
            {
                await foreach (var epoch in _trainer.EpochsAsync(train, validation, saving, cancellationToken).ConfigureAwait(false))
                {
                    EpochDone(epoch, progress);
                    if (HasRunOut)
                    {
                        break;
                    }
                }
            }

            _saver.Save(GetState());
        }
        catch (OperationCanceledException e)
        {
            var state = GetState();
            Save(state);
            throw new TrainingStoppedException(_directory, state.Position, e);
        }
        catch (TrainingDivergedException)
        {
            // The trainer has gone back to a good state, which may be newer than the checkpoint.
            if (GetState() is var state && (_saver.Saved is not { } saved || saved.IsBefore(state.Position)))
            {
                Save(state);
            }

            throw;
        }
        catch (LanewiseException e) when (_saver.Saved is not null)
        {
            // For example an unreadable image: what was trained so far, possibly for hours, is kept.
            TrySave(GetState());
            throw new InterruptedRunException(e.Message, _directory, _saver.Saved.Value, e);
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

    private void EpochDone(EpochResult epoch, IProgress<JobEvent>? progress)
    {
        _epochs.Add(epoch);
        progress.Phase("saving");
        var state = GetState();
        Report(_saver.Receipt?.Add(state));
        _saver.EpochDone(state);
        _tensorBoard?.EpochDone(epoch, _setup.Network, state.Weights);
        progress?.Report(new EpochEvent(epoch));
    }

    /// <summary>Adds the digests of the current step to the receipt where the run asks for it.</summary>
    private void StepDone()
    {
        // The last step of an epoch has its row once the epoch is evaluated.
        if (_setup.TakesReceipt(Steps) && _trainer.Position.Step < _setup.StepsPerEpoch)
        {
            Report(_saver.Receipt?.Add(GetState()));
        }
    }

    private void Report(ReceiptRow? row)
    {
        if (row is not null)
        {
            _progress?.Report(new ReceiptEvent(row, _saver.Receipt!.Data));
        }
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

    /// <summary>Saves a state.</summary>
    /// <exception cref="InterruptedRunException">A file cannot be written; the exception says what is kept.</exception>
    private void Save(TrainerState state)
    {
        if (TrySave(state) is { } failure)
        {
            throw _saver.Saved is { } kept ? new InterruptedRunException(failure.Message, _directory, kept, failure) : failure;
        }
    }

    private FileAccessException? TrySave(TrainerState state)
    {
        try
        {
            _saver.Save(state);
            return null;
        }
        catch (FileAccessException e)
        {
            return e;
        }
    }

    private TrainerState GetState() => _frozen?.Join(_trainer.ReadState(), _weights!) ?? _trainer.ReadState();

    /// <summary>Returns what the trainer trains on: the images, or the features that frozen layers compute from them.</summary>
    private async Task<(IDataset Train, IDataset Validation)> DataAsync(IProgress<JobEvent>? progress, CancellationToken cancellationToken)
    {
        if (_notice is not null)
        {
            progress.Notice(_notice);
        }

        var (train, validation) = (_setup.Splits.Train, _setup.Splits.Test);
        if (_frozen is null)
        {
            var memory = ImageMemory.ForThisMachine();
            return (InMemory(train, memory), InMemory(validation, memory));
        }

        return await Task.Run(
            () => ((IDataset)Features(train, training: true), (IDataset)Features(validation, training: false)), cancellationToken)
            .ConfigureAwait(false);

        ITensorDataset Features(IDataset images, bool training) =>
            _frozen.Compute(images, _weights!, _setup.Options, training, Computed(images.Count), cancellationToken);

        IProgress<int> Computed(int total) => progress.Of<int>(done => new PhaseEvent("computing features", done, total));
    }

    /// <summary>Keeps decoded files in memory: they are decoded once, not in each epoch.</summary>
    internal static IImageDataset InMemory(IImageDataset images, ImageMemory memory) =>
        images is IFixedShapeImageDataset ? images : new CachedImages(images, memory);

    /// <summary>Saves a checkpoint within an epoch when one is due.</summary>
    private sealed class SavingProgress(RunTraining training, IProgress<TrainingProgress> next) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            next.Report(value);
            training.StepDone();
            if (training._saver.IsDue)
            {
                training._saver.Save(training.GetState());
            }
        }
    }
}

/// <summary>A run failed, and a checkpoint is kept: it can be resumed once the cause is removed.</summary>
/// <param name="message">The one-line message of the cause.</param>
/// <param name="directory">The folder of the run.</param>
/// <param name="kept">The position of the checkpoint.</param>
/// <param name="inner">The cause.</param>
public sealed class InterruptedRunException(string message, RunDirectory directory, TrainingPosition kept, Exception inner)
    : LanewiseException(message, inner)
{
    /// <summary>Gets the folder of the run.</summary>
    public RunDirectory Directory => directory;

    /// <summary>Gets the position of the checkpoint from which the run is resumed.</summary>
    public TrainingPosition Kept => kept;
}
