using System.Runtime.CompilerServices;
using Lanewise.Data;
using Lanewise.Graphs;
using Lanewise.Training;

namespace Lanewise.Analysis;

/// <summary>One training of a depth study, which can be followed, cancelled, and taken up again with equal bits.</summary>
public sealed class DepthTraining
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
        Func<Weights, CancellationToken, Evaluation> judge,
        HashSet<long> sampledSteps,
        (IImageDataset Train, IImageDataset Test) images)
    {
        (_run, _trainer, _sampleStart, _evaluate, _sampledSteps, _images) = (run, trainer, sampleStart, judge, sampledSteps, images);
        _recorder = Record();
    }

    /// <summary>What has been found so far.</summary>
    public DepthResult Result => new(_run, [.. _earlier, .. _recorder.Samples], [.. _epochs], _diverged);

    /// <summary>With <see cref="Result"/>, all that is needed to go on from here.</summary>
    public TrainerState GetState() => _trainer.GetState();

    /// <summary>Goes on from where a training stopped.</summary>
    /// <param name="state">Its state.</param>
    /// <param name="result">Its result, which may reach beyond the state: what comes after it is found again.</param>
    /// <exception cref="LanewiseException">They do not belong together, or to this run.</exception>
    public void Resume(TrainerState state, DepthResult result)
    {
        var position = state.Position;
        _earlier = [.. result.Samples.Where(sample => sample.Step == 0 || sample.Step < position.Updates)];
        if (result.Run != _run || result.Epochs.Count < position.Epoch || (_earlier.Count == 0 && position.Updates > 0))
        {
            throw new LanewiseException($"{_run.Name}: what was found so far does not reach to epoch {position.Epoch}, where training stopped; begin this run anew.");
        }

        _trainer.Resume(state);
        _epochs.Clear();
        _epochs.AddRange(result.Epochs.Take(position.Epoch));
        _recorder = Record();
        _diverged = false;
    }

    /// <summary>
    /// Measures the start, trains, and gives each epoch's figures, in which those of the training images are of the weights after
    /// the epoch. A loss that diverges ends it; <see cref="Result"/> then says so.
    /// </summary>
    /// <param name="progress">Is told after every step, on the training thread; keep it short.</param>
    /// <param name="cancellation">Stops after the current step.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="LanewiseException">An image cannot be read, or images and network do not fit.</exception>
    public async IAsyncEnumerable<EpochResult> RunAsync(IProgress<TrainingProgress>? progress = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        if (_earlier.Count == 0)
        {
            _earlier = [await Task.Run(_sampleStart, cancellation).ConfigureAwait(false)];
        }

        if (_epochs is [.., { TrainError: double.NaN }])
        {
            await EvaluateAsync(cancellation).ConfigureAwait(false);
        }

        var epochs = _trainer.RunAsync(_images.Train, _images.Test, progress, cancellation).GetAsyncEnumerator(cancellation);
        await using (epochs.ConfigureAwait(false))
        {
            while (await MoveNextAsync(epochs).ConfigureAwait(false))
            {
                var epoch = epochs.Current;
                _epochs.Add(new(epoch.Epoch, double.NaN, double.NaN, epoch.ValLoss, ShareOfErrors(epoch.ValTop1, _images.Test)));
                await EvaluateAsync(cancellation).ConfigureAwait(false);
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

    /// <summary>Judges the last epoch by the training images.</summary>
    private async Task EvaluateAsync(CancellationToken cancellation)
    {
        var judged = await Task.Run(() => _evaluate(_trainer.GetWeights(), cancellation), cancellation).ConfigureAwait(false);
        _epochs[^1] = _epochs[^1] with { TrainLoss = judged.Loss, TrainError = ShareOfErrors(judged.Top1, _images.Train) };
    }

    /// <summary>The wrong images' share, to the same bits as their number divided by that of all.</summary>
    private static double ShareOfErrors(double accuracy, IImageDataset images) => Math.Round((1 - accuracy) * images.Count) / images.Count;
}
