using System.Diagnostics;
using System.Runtime.CompilerServices;
using Lanewise.Data;
using Lanewise.Engine;
using Lanewise.Graphs;
using Lanewise.Kernels;

namespace Lanewise.Training;

/// <summary>
/// Trains a network: epochs that a caller can follow, cancel between two steps, and take up again with equal bits.
/// For one seed the weights are the same at any number of threads.
/// </summary>
public sealed class Trainer
{
    private const int MinEvaluationBatch = 64;
    private readonly TrainingOptions _options;
    private readonly Preprocessing _preprocessing;
    private readonly Plan _plan;
    private readonly Plan _evaluation;
    private readonly OptimizerWork _update;
    private TrainingPosition _position;

    /// <summary>Compiles the network and takes all memory.</summary>
    /// <param name="network">What is trained.</param>
    /// <param name="options">How.</param>
    /// <param name="initial">Weights to begin with; null for PyTorch's default initialisation.</param>
    /// <exception cref="LanewiseException">An option is out of range.</exception>
    public Trainer(Network network, TrainingOptions options, Weights? initial = null)
    {
        options.Check();
        if (!network.Parameters.Any(p => !p.IsBuffer && options.IsTrainable?.Invoke(p.Name) != false))
        {
            throw new LanewiseException($"{network.Name}: there is no parameter to train; TrainingOptions.IsTrainable must take some of them, and the network have some.");
        }

        _options = options;
        _preprocessing = options.PreprocessingOf(network);
        _plan = Plan.Compile(network, new PlanOptions
        {
            BatchSize = options.BatchSize,
            Training = true,
            Threads = options.Threads,
            LaneWidth = options.LaneWidth,
            Algorithm = options.Algorithm,
            IsTrainable = options.IsTrainable,
            Seed = options.Seed,
        });
        _evaluation = Plan.Compile(network, _plan.Options with { BatchSize = Math.Max(options.BatchSize, MinEvaluationBatch), Training = false });
        _update = new OptimizerWork([.. options.Optimizer.StateNames.Select(_ => _plan.TakeLikeWeights())]) { Step = StepAt(options.Optimizer.LearningRate) };
        _plan.SetWeights(initial ?? Weights.Initialize(network, options.Seed));
    }

    /// <summary>What is trained.</summary>
    public Network Network => _plan.Network;

    /// <summary>A copy of the weights as they are now.</summary>
    public Weights GetWeights() => _plan.GetWeights();

    /// <summary>Where training stands.</summary>
    public TrainingPosition Position => _position;

    /// <summary>A copy of all that is needed to go on from here.</summary>
    public TrainerState GetState() => new(_plan.GetWeights(), OptimizerState.ToDictionary(s => s.Name, s => _plan.SaveState(s.Memory), StringComparer.Ordinal), _position);

    /// <summary>Is shown gradients of steps, between their computation and the update; null for nobody.</summary>
    public IGradientObserver? GradientObserver { get; set; }

    private IEnumerable<(string Name, LaneMemory Memory)> OptimizerState => _options.Optimizer.StateNames.Zip(_update.State);

    /// <summary>Goes on from <paramref name="state"/> at the next run.</summary>
    /// <exception cref="LanewiseException">It belongs to another network or optimizer, or other parameters were trained.</exception>
    public void Resume(TrainerState state)
    {
        if (!state.Optimizer.Keys.ToHashSet(StringComparer.Ordinal).SetEquals(_options.Optimizer.StateNames))
        {
            throw new LanewiseException(
                $"the optimizer to go on with keeps {string.Join(", ", _options.Optimizer.StateNames)}, the one that stopped kept {string.Join(", ", state.Optimizer.Keys)}; resume with the same optimizer.");
        }

        _plan.DiscardGradients();
        _plan.SetWeights(state.Weights);
        foreach (var (name, memory) in OptimizerState)
        {
            _plan.LoadState(state.Optimizer[name], memory);
        }

        _position = state.Position;
    }

    /// <summary>Trains epoch by epoch, on other threads than the caller's, and gives each epoch's figures when it is done.</summary>
    /// <param name="train">The training images.</param>
    /// <param name="test">The images that each epoch is judged by.</param>
    /// <param name="progress">Is told after every step, on the training thread; keep it short.</param>
    /// <param name="cancellation">Stops after the current step; <see cref="GetState"/> then tells where.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="TrainingDivergedException">The loss became infinite or NaN.</exception>
    /// <exception cref="LanewiseException">Images and network do not fit.</exception>
    public async IAsyncEnumerable<EpochResult> RunAsync(
        IImageDataset train,
        IImageDataset test,
        IProgress<TrainingProgress>? progress = null,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        Check(train);
        Check(test);
        while (_position.Epoch < _options.Epochs)
        {
            yield return await Task.Run(() => RunEpoch(train, test, progress, cancellation), cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Before any work: an unfit test set should not be found out after an hour's epoch.</summary>
    private void Check(IImageDataset dataset)
    {
        if (dataset.Count == 0)
        {
            throw new LanewiseException($"{dataset.Name}: there is no image in it; training and test both need some.");
        }

        if (_preprocessing.Input != Network.Input)
        {
            throw new LanewiseException($"{Network.Name} takes {Network.Input}, the preprocessing gives {_preprocessing.Input}; they must be of one shape.");
        }

        if (dataset.Classes.Count > Network.OutputCount)
        {
            throw new LanewiseException($"{dataset.Name} has {dataset.Classes.Count} classes, the network {Network.OutputCount}; build it with as many.");
        }
    }

    private EpochResult RunEpoch(IImageDataset train, IImageDataset test, IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        var good = GetState();
        int count = train.Count;
        var source = new PreparedDataset(train, _preprocessing, _options.Augmentation, _options.Seed, _position.Epoch);
        using var batches = new BatchLoader(source, Order(count), _options.BatchSize, _position.Step, _options.Threads, cancellation);
        int steps = (count + _options.BatchSize - 1) / _options.BatchSize;
        double earlier = _position.Seconds;
        int earlierSteps = _position.Step;
        var clock = Stopwatch.StartNew();
        while (_position.Step < steps)
        {
            Step(batches, batches.Next(), RateAt(_position.Step, steps), good);
            _position = _position with { Seconds = earlier + clock.Elapsed.TotalSeconds };
            progress?.Report(Progress(steps, count, (_position.Step - earlierSteps) * _options.BatchSize / clock.Elapsed.TotalSeconds));
        }

        _evaluation.SetWeights(_plan.GetWeights());
        var judged = Evaluation.Run(_evaluation, test, _preprocessing, cancellation);
        if (!double.IsFinite(judged.Loss))
        {
            // The last step's update can overflow after its loss was still a number.
            Diverged(good, $"after the last step of epoch {_position.Epoch + 1}");
        }

        var p = _position;
        double rate = RateAt(steps - 1, steps);
        _position = new(p.Epoch + 1, 0, 0, 0, 0, p.Updates);
        return new(p.Epoch + 1, p.LossSum / count, (double)p.Correct / count, judged.Loss, judged.Top1, rate, p.Seconds, count / p.Seconds);
    }

    /// <summary>The learning rate of a step of the epoch under way.</summary>
    private double RateAt(int step, int steps) =>
        _options.Schedule.RateAt(_options.Optimizer.LearningRate, _position.Epoch + (double)step / steps, _options.Epochs);

    /// <summary>The epoch's order of images: a shuffle that seed and epoch alone decide (Fisher and Yates).</summary>
    private int[] Order(int count)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        var random = new SplitMix64(((ulong)(uint)_options.Seed << 32) + (uint)_position.Epoch + 1);
        for (int i = count - 1; i > 0; i--)
        {
            int j = random.Below(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }

    private void Step(BatchLoader source, ReadOnlySpan<int> images, double rate, TrainerState good)
    {
        ComputeGradients(source, images);
        double loss = 0;
        int correct = 0;
        for (int i = 0; i < images.Length; i++)
        {
            loss += _plan.Losses[i];
            correct += _plan.Predictions[i] == source.Label(images[i]) ? 1 : 0;
        }

        if (!double.IsFinite(loss))
        {
            Diverged(good, $"at step {_position.Step + 1} of epoch {_position.Epoch + 1}");
        }

        if (GradientObserver is { } observer && observer.Wants(_position))
        {
            observer.Observe(_position, _plan.Gradients());
        }

        _update.Step = StepAt(rate);
        _plan.Apply(_update);
        var p = _position;
        _position = p with { Step = p.Step + 1, LossSum = p.LossSum + loss, Correct = p.Correct + correct, Updates = p.Updates + 1 };
    }

    private OptimizerStep StepAt(double rate) => _options.Optimizer.StepAt(rate, _position.Updates + 1);

    private void ComputeGradients(BatchLoader source, ReadOnlySpan<int> images)
    {
        try
        {
            _plan.ComputeGradients(source, images, _position.Updates);
        }
        catch
        {
            // Some blocks may have added theirs; the next step must not apply them.
            _plan.DiscardGradients();
            throw;
        }
    }

    private void Diverged(TrainerState good, string when)
    {
        Resume(good);
        string kept = good.Position.Step == 0 ? "before this epoch" : "where training was resumed";
        throw new TrainingDivergedException(
            $"the loss is no longer finite {when}; the weights are those {kept}. Try a learning rate of {_options.Optimizer.LearningRate / 10:G3} or a larger batch.");
    }

    private TrainingProgress Progress(int steps, int count, double imagesPerSecond)
    {
        double seen = Math.Min((double)_position.Step * _options.BatchSize, count);
        return new(_position.Epoch + 1, _options.Epochs, _position.Step, steps, _position.LossSum / seen, _position.Correct / seen, imagesPerSecond);
    }
}
