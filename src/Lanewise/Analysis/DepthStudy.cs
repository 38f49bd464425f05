using Lanewise.Data;
using Lanewise.Engine;
using Lanewise.Graphs;
using Lanewise.Training;

namespace Lanewise.Analysis;

/// <summary>
/// The experiment that residual networks came from: the same networks with and without shortcuts, shallow and deep, how well they
/// learn and what reaches their first layers (He et al. 2015, "Deep residual learning", §4.2).
/// </summary>
public sealed class DepthStudy
{
    private readonly IImageDataset _train;
    private readonly IImageDataset _test;
    private readonly Preprocessing _preprocessing;

    /// <summary>Makes a study of some images.</summary>
    /// <param name="options">What is trained, and how.</param>
    /// <param name="train">The training images.</param>
    /// <param name="test">The images that each epoch is judged by.</param>
    /// <param name="preprocessing">How they become the networks' input, which is of its shape.</param>
    /// <exception cref="LanewiseException">An option is out of range.</exception>
    public DepthStudy(DepthStudyOptions options, IImageDataset train, IImageDataset test, Preprocessing preprocessing)
    {
        options.Check();
        (Options, _train, _test, _preprocessing) = (options, train, test, preprocessing);
    }

    /// <summary>What is trained, and how.</summary>
    public DepthStudyOptions Options { get; }

    /// <summary>The network of a run.</summary>
    public Network CreateNetwork(DepthRun run) => run.CreateNetwork(_preprocessing.Input, _train.Classes.Count);

    /// <summary>Measures the gradients of a run's network as it is initialised, and trains nothing.</summary>
    /// <exception cref="LanewiseException">Images and network do not fit, or there is too little memory.</exception>
    public DepthResult MeasureStart(DepthRun run) => new(run, [SampleStart(run, CreateNetwork(run))], [], Diverged: false);

    /// <summary>Makes a run ready to be trained, from its start or on from where an earlier one stopped.</summary>
    /// <exception cref="LanewiseException">Images and network do not fit, or there is too little memory.</exception>
    public DepthTraining Train(DepthRun run)
    {
        var network = CreateNetwork(run);
        var options = Options.Training with { Seed = run.Seed, Preprocessing = _preprocessing };
        return new(run, new Trainer(network, options), () => SampleStart(run, network), Evaluator(network), SampledSteps(), (_train, _test));
    }

    /// <summary>The steps whose gradients are measured, spread evenly over the whole training; step 0 is measured apart.</summary>
    private HashSet<long> SampledSteps()
    {
        long steps = Options.Training.Epochs * ((_train.Count + Options.Training.BatchSize - 1L) / Options.Training.BatchSize);
        int spaces = Math.Max(1, Options.Samples - 1);
        return [.. Enumerable.Range(1, Options.Samples - 1).Select(i => i * (steps - 1) / spaces).Where(step => step > 0)];
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

    /// <summary>Judges weights by the training images.</summary>
    private Func<Weights, CancellationToken, Evaluation> Evaluator(Network network)
    {
        const int MinBatch = 64;
        var plan = Plan.Compile(network, new PlanOptions
        {
            BatchSize = Math.Max(Options.Training.BatchSize, MinBatch),
            Threads = Options.Training.Threads,
            LaneWidth = Options.Training.LaneWidth,
        });
        return (weights, cancellation) =>
        {
            plan.SetWeights(weights);
            return Evaluation.Run(plan, _train, _preprocessing, cancellation);
        };
    }
}
