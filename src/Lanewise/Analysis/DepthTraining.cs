using System.Runtime.CompilerServices;

namespace Lanewise.Analysis;

/// <summary>One training of a depth study, which can be cancelled and resumed with bitwise identical results.</summary>
internal sealed class DepthTraining
{
    private readonly DepthRun _run;
    private readonly Trainer _trainer;
    private readonly Func<GradientSample> _sampleStart;
    private readonly Func<Weights, CancellationToken, Evaluation> _evaluate;
    private readonly HashSet<long> _sampledSteps;
    private readonly (IImageDataset Train, IImageDataset Test) _images;
    private readonly List<DepthEpoch> _epochs = [];
    private IReadOnlyList<GradientSample> _earlier = [];
    private GradientRecorder _recorder;
    private bool _diverged;

    internal DepthTraining(
        DepthRun run,
        Trainer trainer,
        Func<GradientSample> sampleStart,
        Func<Weights, CancellationToken, Evaluation> evaluate,
        HashSet<long> sampledSteps,
        (IImageDataset Train, IImageDataset Test) images)
    {
        (_run, _trainer, _sampleStart, _evaluate, _sampledSteps, _images) = (run, trainer, sampleStart, evaluate, sampledSteps, images);
        _recorder = Record();
    }

    /// <summary>The results so far.</summary>
    public DepthResult Result => new(_run, [.. _earlier, .. _recorder.Samples], [.. _epochs], _diverged);

    /// <summary>Returns the trainer's state, which together with <see cref="Result"/> allows to resume.</summary>
    public TrainerState GetState() => _trainer.GetState();

    /// <summary>Restores an interrupted training.</summary>
    /// <param name="state">The trainer's state.</param>
    /// <param name="result">The results, possibly beyond the state: later ones are computed again.</param>
    /// <exception cref="ModelFormatException">State and result do not belong together, or to another run.</exception>
    public void Resume(TrainerState state, DepthResult result)
    {
        var position = state.Position;
        _earlier = [.. result.Samples.Where(sample => sample.Step == 0 || sample.Step < position.Updates)];
        if (result.Run != _run || result.Epochs.Count < position.Epoch || (_earlier.Count == 0 && position.Updates > 0))
        {
            throw new ModelFormatException(
                $"{_run.Name}: the results do not reach epoch {position.Epoch}, where training stopped; start this run again.",
                ModelFormatError.Mismatch);
        }

        _trainer.Resume(state);
        _epochs.Clear();
        _epochs.AddRange(result.Epochs.Take(position.Epoch));
        _recorder = Record();
        _diverged = false;
    }

    /// <summary>
    /// Measures the initial gradients, trains, and returns the metrics of each epoch, with those of the training set measured after the
    /// epoch. A diverging loss ends the enumeration; <see cref="DepthResult.Diverged"/> is then true.
    /// </summary>
    /// <param name="progress">Called after every step on the training thread; must return quickly.</param>
    /// <param name="cancellationToken">Stops after the current step.</param>
    /// <exception cref="OperationCanceledException">Training was cancelled.</exception>
    /// <exception cref="LanewiseException">An image cannot be read, or images and network do not fit.</exception>
    public async IAsyncEnumerable<EpochResult> RunAsync(
        IProgress<TrainingProgress>? progress = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (_earlier.Count == 0)
        {
            _earlier = [await Task.Run(_sampleStart, cancellationToken).ConfigureAwait(false)];
        }

        if (_epochs is [.., { TrainError: double.NaN }])
        {
            await EvaluateAsync(cancellationToken).ConfigureAwait(false);
        }

        var epochs = _trainer.EpochsAsync(_images.Train, _images.Test, progress, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (epochs.ConfigureAwait(false))
        {
            while (await MoveNextAsync(epochs).ConfigureAwait(false))
            {
                var epoch = epochs.Current;
                _epochs.Add(new(epoch.Epoch, double.NaN, double.NaN, epoch.ValLoss, ErrorRate(epoch.ValTop1, _images.Test)));
                await EvaluateAsync(cancellationToken).ConfigureAwait(false);
                yield return epoch with { TrainLoss = _epochs[^1].TrainLoss, TrainTop1 = 1 - _epochs[^1].TrainError };
            }
        }
    }

    private GradientRecorder Record()
    {
        var recorder = new GradientRecorder(_trainer.Network, position => _sampledSteps.Contains(position.Updates));
        _trainer.GradientObserver = recorder;
        return recorder;
    }

    private async Task<bool> MoveNextAsync(IAsyncEnumerator<EpochResult> epochs)
    {
        try
        {
            return await epochs.MoveNextAsync().ConfigureAwait(false);
        }
        catch (TrainingDivergedException)
        {
            _diverged = true;
            return false;
        }
    }

    /// <summary>Evaluates the last epoch on the training set.</summary>
    private async Task EvaluateAsync(CancellationToken cancellationToken)
    {
        var evaluation = await Task.Run(() => _evaluate(_trainer.GetWeights(), cancellationToken), cancellationToken).ConfigureAwait(false);
        _epochs[^1] = _epochs[^1] with { TrainLoss = evaluation.Loss, TrainError = ErrorRate(evaluation.Top1, _images.Train) };
    }

    /// <summary>Computes the error rate, bitwise identical to the number of errors divided by that of all images.</summary>
    private static double ErrorRate(double accuracy, IImageDataset images) => Math.Round((1 - accuracy) * images.Count) / images.Count;
}
