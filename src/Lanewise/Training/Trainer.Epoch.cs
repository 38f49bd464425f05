using System.Diagnostics;
using System.Globalization;
using Lanewise.Engine;

namespace Lanewise;

// An epoch, step by step.
public sealed partial class Trainer
{
    private EpochResult RunEpoch(
        IDataset train, IDataset validation, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        var data = Data!;
        var restorePoint = ReadState();
        int count = train.Count;
        int steps = (count - 1) / _options.ImagesPerStep + 1;
        int[] order = Order(train);
        using var batches = Load(train, order, cancellationToken);
        double earlier = _position.Seconds;
        int earlierSteps = _position.Step;
        var clock = Stopwatch.StartNew();
        while (_position.Step < steps)
        {
            int first = _position.Step * _options.ImagesPerStep;
            var images = order.AsSpan(first, Math.Min(_options.ImagesPerStep, count - first));
            Step(batches, images, RateAt(_position.Step, steps), restorePoint);
            _position = _position with { Seconds = earlier + clock.Elapsed.TotalSeconds };
            double seconds = clock.Elapsed.TotalSeconds;
            progress?.Report(Progress(steps, count, (_position.Step - earlierSteps) * _options.ImagesPerStep / seconds));
        }

        var result = Evaluate(validation, data, cancellationToken);
        var onTrain = _options.EvaluateTrainingSet ? Evaluate(train, data, cancellationToken) : null;
        AverageValidation = ReadState().Average is { } average ? Evaluate(average, validation, data, cancellationToken) : null;
        if (new[] { result, onTrain, AverageValidation }.Any(evaluation => evaluation is not null && !double.IsFinite(evaluation.Loss)))
        {
            // The last step's update can overflow although its loss was finite.
            Diverged(restorePoint, $"after the last step of epoch {_position.Epoch + 1}");
        }

        var p = _position;
        double rate = RateAt(steps - 1, steps);
        Validation = result;
        _valLosses.Add(result.Loss);
        _position = new(p.Epoch + 1, 0, 0, 0, 0, p.Updates);
        var (trainLoss, trainTop1) = onTrain is null ? (p.LossSum / count, (double)p.Correct / count) : (onTrain.Loss, onTrain.Top1);
        return new(p.Epoch + 1, trainLoss, trainTop1, result.Loss, result.Top1, rate, p.Seconds, count / p.Seconds)
        {
            EmaValLoss = AverageValidation?.Loss,
            EmaValTop1 = AverageValidation?.Top1,
        };
    }

    /// <summary>Prepares the images of the current epoch from the current step on.</summary>
    private BatchLoader Load(IDataset train, int[] order, CancellationToken cancellationToken)
    {
        var source = new PreparedDataset(train, Data!.Transform, _options.Augmentation, _options.Seed, _position.Epoch);
        int batch = checked(_position.Step * _options.AccumulationSteps);
        return new(source, order, _options.BatchSize, batch, _options.Threads, cancellationToken, Mixing(source.Input));
    }

    /// <summary>Computes the learning rate of a step of the current epoch, from the full one rounded to a float.</summary>
    private double RateAt(int step, int steps)
    {
        double t = _position.Epoch + (double)step / steps;
        return _options.Schedule.RateAt((float)_options.Optimizer.LearningRate, t, _options.Epochs, _valLosses);
    }

    /// <summary>Returns the epoch's order of images, which depends only on seed and epoch.</summary>
    private int[] Order(IDataset train)
    {
        ulong seed = ((ulong)(uint)_options.Seed << 32) + (uint)_position.Epoch + 1;
        return _options.BalanceClasses
            ? SampleOrder.Balanced([.. Enumerable.Range(0, train.Count).Select(train.Label)], seed)
            : SampleOrder.Shuffled(train.Count, seed);
    }

    /// <summary>Returns what draws the mix of each batch of the epoch; null without mixup and cutmix.</summary>
    private Func<int, BatchMix?>? Mixing(Shape input)
    {
        int epoch = _position.Epoch;
        return _options.Mixup is not { IsOn: true } mixup ? null : batch => BatchMix.Draw(mixup, input, _options.Seed, epoch, batch);
    }

    private void Step(BatchLoader source, ReadOnlySpan<int> images, double rate, TrainerState restorePoint)
    {
        _state = null;
        var (loss, correct) = ComputeGradients(source, images);
        if (!double.IsFinite(loss))
        {
            Diverged(restorePoint, $"at step {_position.Step + 1} of epoch {_position.Epoch + 1}");
        }

        Observe();
        Update(rate, loss, correct);
    }

    /// <summary>Applies the gradients of a step.</summary>
    /// <param name="rate">The learning rate.</param>
    /// <param name="loss">The sum of the losses of its images.</param>
    /// <param name="correct">The number of correct predictions.</param>
    private void Update(double rate, double loss, int correct)
    {
        _state = null;
        for (int group = 0; group < _groups.Count; group++)
        {
            _update.Steps[group] = _groups.StepAt(group, rate, _position.Updates + 1);
        }

        _update.AverageShare = _options.Average?.ShareAt(_position.Updates + 1) ?? 0;
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

    /// <summary>
    /// Computes the gradients of a step, batch by batch; returns the sum of the losses and the number of correct predictions.
    /// </summary>
    /// <param name="source">The source, at the first batch of the step.</param>
    /// <param name="images">The images of the step.</param>
    private (double Loss, int Correct) ComputeGradients(BatchLoader source, ReadOnlySpan<int> images)
    {
        int parts = _options.AccumulationSteps;
        // A step that is stopped between its batches is taken again from the start.
        float[]? buffers = parts > 1 ? _plan.SaveBuffers() : null;
        try
        {
            var scale = LossScale.Of(images.Length, _plan.Divisor(source, images));
            double loss = 0;
            int correct = 0;
            for (int part = 0; part * _options.BatchSize < images.Length; part++)
            {
                var batch = source.Next();
                _plan.ComputeScaledGradients(source, batch, scale, _position.Updates, part * _options.BatchSize);
                for (int i = 0; i < batch.Length; i++)
                {
                    loss += _plan.Losses[i];
                    correct += _plan.Predictions[i] == _plan.LabelOf(i) ? 1 : 0;
                }

                if (parts > 1)
                {
                    _plan.HoldGradients();
                }
            }

            if (parts > 1)
            {
                _plan.ReturnHeldGradients();
            }

            return (loss, correct);
        }
        catch
        {
            // Some blocks may have accumulated gradients; the next step must not apply them.
            _plan.DiscardGradients();
            if (buffers is not null)
            {
                _plan.LoadBuffers(buffers);
            }

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
        double seen = Math.Min((double)_position.Step * _options.ImagesPerStep, count);
        var p = _position;
        return new(p.Epoch + 1, _options.Epochs, p.Step, steps, p.LossSum / seen, p.Correct / seen, imagesPerSecond);
    }
}
