using System.Diagnostics;
using System.Globalization;
using Lanewise.Kernels;

namespace Lanewise;

// An epoch, step by step.
public sealed partial class Trainer
{
    private EpochResult RunEpoch(
        IDataset train, IDataset validation, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        var data = Data!;
        var restorePoint = GetState();
        int count = train.Count;
        var source = new PreparedDataset(train, data.Transform, _options.Augmentation, _options.Seed, _position.Epoch);
        using var batches = new BatchLoader(source, Order(count), _options.BatchSize, _position.Step, _options.Threads, cancellationToken);
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

        var result = Evaluate(validation, data, cancellationToken);
        var onTrain = _options.EvaluateTrainingSet ? Evaluate(train, data, cancellationToken) : null;
        if (!double.IsFinite(result.Loss) || onTrain is { Loss: var loss } && !double.IsFinite(loss))
        {
            // The last step's update can overflow although its loss was finite.
            Diverged(restorePoint, $"after the last step of epoch {_position.Epoch + 1}");
        }

        var p = _position;
        double rate = RateAt(steps - 1, steps);
        Validation = result;
        _position = new(p.Epoch + 1, 0, 0, 0, 0, p.Updates);
        var (trainLoss, trainTop1) = onTrain is null ? (p.LossSum / count, (double)p.Correct / count) : (onTrain.Loss, onTrain.Top1);
        return new(p.Epoch + 1, trainLoss, trainTop1, result.Loss, result.Top1, rate, p.Seconds, count / p.Seconds);
    }

    /// <summary>Computes the learning rate of a step of the current epoch, from the full one rounded to a float.</summary>
    private double RateAt(int step, int steps) =>
        _options.Schedule.RateAt((float)_options.Optimizer.LearningRate, _position.Epoch + (double)step / steps, _options.Epochs);

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

        Observe();
        _update.Step = StepAt(rate);
        _plan.Apply(_update);
        var p = _position;
        _position = p with { Step = p.Step + 1, LossSum = p.LossSum + loss, Correct = p.Correct + correct, Updates = p.Updates + 1 };
    }

    private void Observe()
    {
        try
        {
            if (GradientObserver is { } observer && observer.Wants(_position))
            {
                observer.Observe(_position, _plan.Gradients());
            }
        }
        catch
        {
            // The step was not taken: its gradients must not be applied with those of the next one.
            _plan.DiscardGradients();
            throw;
        }
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
        Restore(restorePoint);
        string kept = restorePoint.Position.Step == 0 ? "before this epoch" : "where training was resumed";
        string what = $"the loss is no longer finite {when}";
        var optimizer = _options.Optimizer;
        double lower = optimizer.LowerLearningRate(optimizer.UsualLearningRate);
        throw new TrainingDivergedException(
            $"{what}; the weights are those {kept}. Try a learning rate of {lower.ToString("G3", CultureInfo.InvariantCulture)} "
                + "or a larger batch.",
            position)
        {
            Event = what,
        };
    }

    private TrainingProgress Progress(int steps, int count, double imagesPerSecond)
    {
        double seen = Math.Min((double)_position.Step * _options.BatchSize, count);
        var p = _position;
        return new(p.Epoch + 1, _options.Epochs, p.Step, steps, p.LossSum / seen, p.Correct / seen, imagesPerSecond);
    }
}
