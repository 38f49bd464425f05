using Lanewise.Analysis;
using Lanewise.Engine;
using Lanewise.Files;

namespace Lanewise.Workflows;

/// <summary>
/// The experiment that motivated residual networks: the same networks with and without shortcuts, shallow and deep, their errors and
/// the gradients of their layers (He et al. 2015, "Deep residual learning", §4.2).
/// </summary>
/// <param name="settings">The settings.</param>
/// <param name="splits">The images; the test set is evaluated after each epoch, as in the paper.</param>
internal sealed class DepthStudy(DepthSettings settings, DatasetSplits splits)
{
    private const int Samples = 40;

    private readonly ImageTransform _transform = splits.Transform ?? ImageTransform.Cifar10;

    /// <summary>Gets the trained steps whose gradients are recorded.</summary>
    public IReadOnlyList<long> RecordedSteps { get; } =
        StepsToRecord((long)settings.Epochs * TrainingSetup.StepsOf(splits, settings.BatchSize), Samples);

    /// <summary>Selects steps evenly from the second to the last; the first sample is that of the initial weights.</summary>
    /// <param name="steps">The number of steps of a training.</param>
    /// <param name="samples">The number of samples, that of the initial weights included.</param>
    public static IReadOnlyList<long> StepsToRecord(long steps, int samples) =>
        [.. Enumerable.Range(1, samples - 1).Select(i => i * (steps - 1) / (samples - 1)).Where(step => step > 0).Distinct()];

    /// <summary>Measures the gradients of a run's initial weights over the first batch of the training set.</summary>
    /// <exception cref="LanewiseException">Images and network do not fit, or memory is insufficient.</exception>
    public GradientSample MeasureStart(DepthRun run)
    {
        var network = CreateNetwork(run);
        var images = splits.Train.Take(settings.BatchSize);
        using var plan = Plan.Compile(network, new PlanOptions
        {
            BatchSize = images.Count,
            Training = true,
            Threads = settings.Threads,
            Seed = run.Seed,
        });
        plan.SetWeights(Weights.Initialize(network, run.Seed));
        plan.ComputeGradients(new PreparedDataset(images, _transform), [.. Enumerable.Range(0, images.Count)]);
        return GradientFlow.Measure(network, plan.Gradients(), step: 0);
    }

    /// <summary>Says how a run is trained.</summary>
    public TrainingSetup Setup(DepthRun run)
    {
        var network = CreateNetwork(run);
        var steps = RecordedSteps.ToHashSet();
        var options = settings.ToTrainingOptions() with { Seed = run.Seed, Transform = _transform, EvaluateTrainingSet = true };
        return new(network, options, splits, new ModelCard(network.Name, splits.Train.Classes, _transform, splits.Name, network))
        {
            RecordsGradients = position => steps.Contains(position.Updates),
        };
    }

    /// <summary>Returns whether the gradients of all recorded steps before a position are there.</summary>
    public bool HasAllGradients(DepthRun run, RunTraining training, TrainingPosition position) =>
        training.Gradients.Select(sample => sample.Step).SequenceEqual(RecordedSteps.Where(step => step < position.Updates))
        && training.Gradients.All(sample => sample.Layers.Count == run.Depth);

    /// <summary>Gets the result of a run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="start">The gradients of the initial weights.</param>
    /// <param name="training">The training, completed or diverged.</param>
    /// <param name="hasDiverged">Whether the loss became infinite or NaN.</param>
    public DepthResult Result(DepthRun run, GradientSample start, RunTraining training, bool hasDiverged) => new(
        run,
        [start, .. training.Gradients],
        [.. training.Epochs.Select(e => new DepthEpoch(
            e.Epoch, e.TrainLoss, ErrorRate(e.TrainTop1, splits.Train.Count), e.ValLoss, ErrorRate(e.ValTop1, splits.Test.Count)))],
        hasDiverged);

    private Network CreateNetwork(DepthRun run) => run.CreateNetwork(_transform.Input, splits.Train.Classes.Count);

    /// <summary>Computes the error rate, bitwise identical to the number of errors divided by that of all images.</summary>
    private static double ErrorRate(double accuracy, int images) => Math.Round((1 - accuracy) * images) / images;
}
