using System.Diagnostics;
using System.Runtime.CompilerServices;
using Lanewise.Engine;
using Lanewise.Kernels;

namespace Lanewise;

/// <summary>
/// Trains a network epoch by epoch. Training can be cancelled between two steps and resumed with bitwise identical results; for a
/// given seed the weights are the same at any number of threads.
/// </summary>
public sealed class Trainer
{
    private const int MinEvaluationBatch = 64;
    private readonly TrainingOptions _options;
    private readonly ImageTransform _preprocessing;
    private readonly Plan _plan;
    private readonly Plan _evaluation;
    private readonly OptimizerWork _update;
    private TrainingPosition _position;

    /// <summary>Compiles the network and allocates all memory.</summary>
    /// <param name="network">The network to train.</param>
    /// <param name="options">The training options.</param>
    /// <param name="initial">The initial weights; null for random initialization, PyTorch's by default.</param>
    /// <exception cref="InvalidOptionException">An option is out of range.</exception>
    /// <exception cref="ShapeException">The preprocessing does not fit the network.</exception>
    public Trainer(Network network, TrainingOptions options, Weights? initial = null)
    {
        options.Check();
        if (!network.Parameters.Any(p => !p.IsBuffer && options.IsTrainable?.Invoke(p.Name) != false))
        {
            throw new InvalidOptionException(
                $"{network.Name}: there is no parameter to train; TrainingOptions.IsTrainable must accept some, and the network have some.",
                nameof(options.IsTrainable));
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
        int evaluationBatch = Math.Max(options.BatchSize, MinEvaluationBatch);
        _evaluation = Plan.Compile(network, _plan.Options with { BatchSize = evaluationBatch, Training = false });
        var state = options.Optimizer.StateNames.Select(_ => _plan.AllocateLikeWeights());
        _update = new OptimizerWork([.. state]) { Step = StepAt(options.Optimizer.LearningRate) };
        _plan.SetWeights(initial ?? Weights.Initialize(network, options.Seed));
    }

    /// <summary>The network that is trained.</summary>
    public Network Network => _plan.Network;

    /// <summary>Returns a copy of the current weights.</summary>
    public Weights GetWeights() => _plan.GetWeights();

    /// <summary>The current position in training.</summary>
    public TrainingPosition Position => _position;

    /// <summary>Returns a copy of the complete state, from which <see cref="Resume"/> continues.</summary>
    public TrainerState GetState() => new(
        _plan.GetWeights(), OptimizerState.ToDictionary(s => s.Name, s => _plan.SaveState(s.Memory), StringComparer.Ordinal), _position);

    /// <summary>Observes the gradients of steps, after they are computed and before the update; null for none.</summary>
    public IGradientObserver? GradientObserver { get; set; }

    private IEnumerable<(string Name, LaneMemory Memory)> OptimizerState => _options.Optimizer.StateNames.Zip(_update.State);

    /// <summary>Restores <paramref name="state"/>, from which the next run continues.</summary>
    /// <exception cref="ModelFormatException">
    /// The state belongs to another network or optimizer, or other parameters were trained.
    /// </exception>
    public void Resume(TrainerState state)
    {
        if (!state.Optimizer.Keys.ToHashSet(StringComparer.Ordinal).SetEquals(_options.Optimizer.StateNames))
        {
            string own = string.Join(", ", _options.Optimizer.StateNames), found = string.Join(", ", state.Optimizer.Keys);
            throw new ModelFormatException(
                $"the optimizer keeps {own}, the state to resume has {found}; resume with the same optimizer.", ModelFormatError.Mismatch);
        }

        _plan.DiscardGradients();
        _plan.SetWeights(state.Weights);
        foreach (var (name, memory) in OptimizerState)
        {
            _plan.LoadState(state.Optimizer[name], memory);
        }

        _position = state.Position;
    }

    /// <summary>
    /// Trains the remaining epochs on background threads and returns the metrics of each epoch when it is done. Training runs only while
    /// the result is enumerated.
    /// </summary>
    /// <param name="train">The training set.</param>
    /// <param name="validation">The validation set, evaluated after each epoch.</param>
    /// <param name="progress">Called after every step on the training thread; must return quickly.</param>
    /// <param name="cancellation">Stops after the current step; <see cref="GetState"/> then returns where.</param>
    /// <exception cref="OperationCanceledException">Training was cancelled.</exception>
    /// <exception cref="TrainingDivergedException">The loss became infinite or NaN.</exception>
    /// <exception cref="ShapeException">The preprocessing does not fit the network.</exception>
    /// <exception cref="DatasetException">A dataset is empty or has more classes than the network.</exception>
    /// <exception cref="LanewiseException">An image cannot be read.</exception>
    public async IAsyncEnumerable<EpochResult> RunAsync(
        IImageDataset train,
        IImageDataset validation,
        IProgress<TrainingProgress>? progress = null,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        Check(train);
        Check(validation);
        while (_position.Epoch < _options.Epochs)
        {
            yield return await Task.Run(() => RunEpoch(train, validation, progress, cancellation), cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Checks a dataset before training, so that an unsuitable validation set does not fail only after the first epoch.</summary>
    private void Check(IImageDataset dataset)
    {
        if (dataset.Count == 0)
        {
            throw new DatasetException(
                $"{dataset.Name}: there is no image in it; training and validation both need some.", DatasetError.Empty, dataset.Name);
        }

        if (_preprocessing.Input != Network.Input)
        {
            throw new ShapeException(
                $"{Network.Name} takes {Network.Input}, the preprocessing gives {_preprocessing.Input}; they must be of one "
                    + $"shape.", Network.Name);
        }

        if (dataset.Classes.Count > Network.OutputCount)
        {
            throw new DatasetException(
                $"{dataset.Name} has {dataset.Classes.Count} classes, the network {Network.OutputCount}; build it with as many.",
                DatasetError.ClassMismatch,
                dataset.Name);
        }
    }

    private EpochResult RunEpoch(
        IImageDataset train, IImageDataset validation, IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        var restorePoint = GetState();
        int count = train.Count;
        var source = new PreparedDataset(train, _preprocessing, _options.Augmentation, _options.Seed, _position.Epoch);
        using var batches = new BatchLoader(source, Order(count), _options.BatchSize, _position.Step, _options.Threads, cancellation);
        int steps = (count + _options.BatchSize - 1) / _options.BatchSize;
        double earlier = _position.Seconds;
        int earlierSteps = _position.Step;
        var clock = Stopwatch.StartNew();
        while (_position.Step < steps)
        {
            Step(batches, batches.Next(), RateAt(_position.Step, steps), restorePoint);
            _position = _position with { Seconds = earlier + clock.Elapsed.TotalSeconds };
            progress?.Report(Progress(steps, count, (_position.Step - earlierSteps) * _options.BatchSize / clock.Elapsed.TotalSeconds));
        }

        _evaluation.SetWeights(_plan.GetWeights());
        var result = Evaluation.Run(_evaluation, validation, _preprocessing, cancellation);
        if (!double.IsFinite(result.Loss))
        {
            // The last step's update can overflow although its loss was finite.
            Diverged(restorePoint, $"after the last step of epoch {_position.Epoch + 1}");
        }

        var p = _position;
        double rate = RateAt(steps - 1, steps);
        _position = new(p.Epoch + 1, 0, 0, 0, 0, p.Updates);
        return new(p.Epoch + 1, p.LossSum / count, (double)p.Correct / count, result.Loss, result.Top1, rate, p.Seconds, count / p.Seconds);
    }

    /// <summary>Computes the learning rate of a step of the current epoch.</summary>
    private double RateAt(int step, int steps) =>
        _options.Schedule.RateAt(_options.Optimizer.LearningRate, _position.Epoch + (double)step / steps, _options.Epochs);

    /// <summary>Returns the epoch's order of images: a Fisher–Yates shuffle that depends only on seed and epoch.</summary>
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

    private void Step(BatchLoader source, ReadOnlySpan<int> images, double rate, TrainerState restorePoint)
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
            Diverged(restorePoint, $"at step {_position.Step + 1} of epoch {_position.Epoch + 1}");
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
            // Some blocks may have accumulated gradients; the next step must not apply them.
            _plan.DiscardGradients();
            throw;
        }
    }

    private void Diverged(TrainerState restorePoint, string when)
    {
        var position = _position;
        Resume(restorePoint);
        string kept = restorePoint.Position.Step == 0 ? "before this epoch" : "where training was resumed";
        throw new TrainingDivergedException(
            $"the loss is no longer finite {when}; the weights are those {kept}. Try a learning rate of "
                + $"{_options.Optimizer.LearningRate / 10:G3} or a larger batch.",
            position);
    }

    private TrainingProgress Progress(int steps, int count, double imagesPerSecond)
    {
        double seen = Math.Min((double)_position.Step * _options.BatchSize, count);
        var p = _position;
        return new(p.Epoch + 1, _options.Epochs, p.Step, steps, p.LossSum / seen, p.Correct / seen, imagesPerSecond);
    }
}
