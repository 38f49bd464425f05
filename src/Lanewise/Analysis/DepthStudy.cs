using Lanewise.Engine;

namespace Lanewise.Analysis;

/// <summary>
/// The experiment that motivated residual networks: the same networks with and without shortcuts, shallow and deep, their training
/// and the gradients of their first layers (He et al. 2015, "Deep residual learning", §4.2).
/// </summary>
internal sealed class DepthStudy
{
    private readonly IImageDataset _train;
    private readonly IImageDataset _test;
    private readonly ImageTransform _preprocessing;

    /// <summary>Creates a study on a dataset.</summary>
    /// <param name="options">The options.</param>
    /// <param name="train">The training set.</param>
    /// <param name="test">The test set, evaluated after each epoch as in the paper.</param>
    /// <param name="transform">How images are preprocessed; its input is that of the networks.</param>
    /// <exception cref="InvalidOptionException">An option is out of range.</exception>
    public DepthStudy(DepthStudyOptions options, IImageDataset train, IImageDataset test, ImageTransform transform)
    {
        options.Check();
        (Options, _train, _test, _preprocessing) = (options, train, test, transform);
    }

    /// <summary>The options.</summary>
    public DepthStudyOptions Options { get; }

    /// <summary>Describes the network of a run.</summary>
    public Network CreateNetwork(DepthRun run) => run.CreateNetwork(_preprocessing.Input, _train.Classes.Count);

    /// <summary>Measures the gradients of a run's initialized network, without training.</summary>
    /// <exception cref="LanewiseException">Images and network do not fit, or memory is insufficient.</exception>
    public DepthResult MeasureStart(DepthRun run) => new(run, [SampleStart(run, CreateNetwork(run))], [], Diverged: false);

    /// <summary>Prepares the training of a run, from the start or to be resumed.</summary>
    /// <exception cref="LanewiseException">Images and network do not fit, or memory is insufficient.</exception>
    public DepthTraining Train(DepthRun run)
    {
        var network = CreateNetwork(run);
        var options = Options.Training with { Seed = run.Seed, Transform = _preprocessing };
        var trainer = new Trainer(network, options);
        return new(run, trainer, () => SampleStart(run, network), Evaluator(network), SampledSteps(), (_train, _test));
    }

    /// <summary>Returns the steps whose gradients are measured, evenly spaced over the training; step 0 is measured separately.</summary>
    private HashSet<long> SampledSteps()
    {
        long steps = Options.Training.Epochs * ((_train.Count + Options.Training.BatchSize - 1L) / Options.Training.BatchSize);
        int intervals = Math.Max(1, Options.Samples - 1);
        return [.. Enumerable.Range(1, Options.Samples - 1).Select(i => i * (steps - 1) / intervals).Where(step => step > 0)];
    }

    private GradientSample SampleStart(DepthRun run, Network network)
    {
        var images = _train.Take(Options.Training.BatchSize);
        var plan = Plan.Compile(network, new PlanOptions
        {
            BatchSize = images.Count,
            Training = true,
            Threads = Options.Training.Threads,
            LaneWidth = Options.Training.LaneWidth,
            Seed = run.Seed,
        });
        plan.SetWeights(Weights.Initialize(network, run.Seed));
        plan.ComputeGradients(new PreparedDataset(images, _preprocessing), [.. Enumerable.Range(0, images.Count)]);
        return GradientFlow.Measure(network, plan.Gradients(), step: 0);
    }

    /// <summary>Returns a function that evaluates weights on the training set.</summary>
    private Func<Weights, CancellationToken, Evaluation> Evaluator(Network network)
    {
        const int MinBatch = 64;
        var plan = Plan.Compile(network, new PlanOptions
        {
            BatchSize = Math.Max(Options.Training.BatchSize, MinBatch),
            Threads = Options.Training.Threads,
            LaneWidth = Options.Training.LaneWidth,
        });
        return (weights, cancellationToken) =>
        {
            plan.SetWeights(weights);
            return Evaluation.Run(plan, _train, _preprocessing, cancellationToken);
        };
    }
}
