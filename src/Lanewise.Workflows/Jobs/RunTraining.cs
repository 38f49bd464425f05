using System.Globalization;
using Lanewise.Files;

namespace Lanewise.Workflows;

/// <summary>The training of a run whose data is loaded: steps, epochs, and what is saved when.</summary>
internal sealed class RunTraining : IDisposable
{
    private readonly RunDirectory _directory;
    private readonly TrainSettings _settings;
    private readonly Trainer _trainer;
    private readonly ModelCard _card;
    private readonly List<EpochResult> _epochs;
    private readonly GradientLog _gradients;
    private readonly TensorBoardLog? _tensorBoard;

    public RunTraining(
        RunDirectory directory, RunRecord<TrainSettings> record, DatasetSplits splits, Network network, Weights? initial,
        List<EpochResult> epochs)
    {
        (_directory, _settings, Splits, _epochs) = (directory, record.Settings, splits, epochs);
        // Image files are photographs unless a setting says otherwise.
        var ofModel = ModelCatalog.Find(_settings.Model!).Transform with { Ink = null };
        var transform = _settings.Input.Apply(splits.Transform ?? ofModel, network);
        int stepsPerEpoch = (splits.Train.Count + _settings.BatchSize - 1) / _settings.BatchSize;
        _gradients = new GradientLog(network, stepsPerEpoch);
        _card = new ModelCard(network.Name, ClassNames(splits.Train.Classes, network.OutputCount), transform, splits.Name);
        if (_settings.TensorBoard)
        {
            _tensorBoard = new TensorBoardLog(directory, stepsPerEpoch, _settings.Epochs, _settings.BatchSize, splits.Train.Count);
            if (epochs.Count == 0)
            {
                _tensorBoard.ShowImages(splits.Test, transform);
            }
        }

        IGradientObserver[] observers = _tensorBoard is null ? [_gradients] : [_gradients, _tensorBoard];
        _trainer = new Trainer(
            _settings.Freeze ? network.WithTrainableHead() : network, Options(record, transform), initial)
        {
            GradientObserver = new GradientObservers(observers),
        };
    }

    public DatasetSplits Splits { get; }

    /// <summary>Continues from a saved state.</summary>
    public void Resume(TrainerState state)
    {
        _trainer.Resume(state);
        _gradients.Resume(_directory.Gradients, state.Position);
    }

    /// <summary>Trains the remaining epochs and returns the metrics of all.</summary>
    public async Task<IReadOnlyList<EpochResult>> RunAsync(IProgress<JobEvent>? progress, CancellationToken cancellationToken)
    {
        progress?.Report(new TrainingStartedEvent(_settings.Epochs, _settings.BatchSize));
        var steps = progress.Of<TrainingProgress>(step => new StepEvent(step));
        try
        {
            await foreach (var epoch in _trainer.EpochsAsync(
                Splits.Train, Splits.Test, _tensorBoard?.Wrap(steps) ?? steps, cancellationToken).ConfigureAwait(false))
            {
                _epochs.Add(epoch);
                _directory.SaveEpoch(_trainer.GetState(), _card, _epochs, _gradients);
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
        catch (TrainingDivergedException e)
        {
            string kept = _epochs.Count == 0
                ? "No epoch was completed, so no weights were saved."
                : $"{_directory.Model} has the weights after epoch {_epochs.Count}.";
            throw new JobException($"{e.Message.TrimEnd('.')} ({{lr}}, {{batch-size}}). {kept}", e);
        }
        catch (LanewiseException e) when (_trainer.Position is not { Epoch: 0, Step: 0 })
        {
            // For example an unreadable image: what was trained so far, possibly for hours, is kept.
            _directory.SaveCheckpoint(_trainer.GetState(), _gradients);
            throw new InterruptedRunException(e.Message, _directory, e);
        }
        finally
        {
            progress?.Report(new TrainingEndedEvent());
        }

        return _epochs;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _tensorBoard?.Dispose();
        _trainer.Dispose();
    }

    private TrainingOptions Options(RunRecord<TrainSettings> record, ImageTransform transform) => new()
    {
        Epochs = _settings.Epochs,
        BatchSize = _settings.BatchSize,
        Optimizer = _settings.ToOptimizer(),
        Schedule = _settings.ToSchedule(),
        Seed = _settings.Seed,
        Threads = _settings.Threads,
        LaneWidth = record.Facts.UsableLaneWidth,
        Algorithm = _settings.Algorithm,
        Transform = transform,
        Augmentation = Augmentations.Find(_settings.Augmentation ?? Augmentations.Names[0]),
    };

    /// <summary>Gets the class names of the dataset, followed by indices for additional classes.</summary>
    private static string[] ClassNames(IReadOnlyList<string> known, int count) =>
        [.. known, .. Enumerable.Range(known.Count, count - known.Count).Select(i => i.ToString(CultureInfo.InvariantCulture))];
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
