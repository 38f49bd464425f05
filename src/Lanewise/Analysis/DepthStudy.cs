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
    private readonly IPictureDataset _train;
    private readonly IPictureDataset _test;
    private readonly Preprocessing _preprocessing;

    /// <summary>Makes a study of some pictures.</summary>
    /// <param name="options">What is trained, and how.</param>
    /// <param name="train">The training pictures.</param>
    /// <param name="test">The pictures that each epoch is judged by.</param>
    /// <param name="preprocessing">How they become the networks' input, which is of its shape.</param>
    /// <exception cref="LanewiseException">An option is out of range.</exception>
    public DepthStudy(DepthStudyOptions options, IPictureDataset train, IPictureDataset test, Preprocessing preprocessing)
    {
        options.Check();
        (Options, _train, _test, _preprocessing) = (options, train, test, preprocessing);
    }

    /// <summary>What is trained, and how.</summary>
    public DepthStudyOptions Options { get; }

    /// <summary>The network of a run.</summary>
    public Network CreateNetwork(DepthRun run) => run.CreateNetwork(_preprocessing.Input, _train.Classes.Count);

    /// <summary>Measures the gradients of a run's network as it is initialised, and trains nothing.</summary>
    /// <exception cref="LanewiseException">Pictures and network do not fit, or there is too little memory.</exception>
    public DepthResult MeasureStart(DepthRun run) => new(run, [SampleStart(run, CreateNetwork(run))], [], Diverged: false);

    /// <summary>Makes a run ready to be trained, from its start or on from where an earlier one stopped.</summary>
    /// <exception cref="LanewiseException">Pictures and network do not fit, or there is too little memory.</exception>
    public DepthTraining Train(DepthRun run)
    {
        var network = CreateNetwork(run);
        var options = Options.Training with { Seed = run.Seed, Preprocessing = _preprocessing };
        return new(run, new Trainer(network, options), () => SampleStart(run, network), Judge(network), SampledSteps(), (_train, _test));
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
        var pictures = _train.Take(Options.Training.BatchSize);
        var plan = Plan.Compile(network, new PlanOptions
        {
            BatchSize = pictures.Count,
            Training = true,
            Threads = Options.Training.Threads,
            LaneWidth = Options.Training.LaneWidth,
            Seed = run.Seed,
        });
        plan.Load(Weights.Initialize(network, run.Seed));
        plan.ComputeGradients(new PreparedDataset(pictures, _preprocessing), [.. Enumerable.Range(0, pictures.Count)]);
        return GradientFlow.Measure(network, plan.Gradients(), step: 0);
    }

    /// <summary>Judges weights by the training pictures.</summary>
    private Func<Weights, CancellationToken, Evaluation> Judge(Network network)
    {
        const int LeastBatch = 64;
        var plan = Plan.Compile(network, new PlanOptions
        {
            BatchSize = Math.Max(Options.Training.BatchSize, LeastBatch),
            Threads = Options.Training.Threads,
            LaneWidth = Options.Training.LaneWidth,
        });
        return (weights, cancellation) =>
        {
            plan.Load(weights);
            return Evaluation.Run(plan, _train, _preprocessing, cancellation);
        };
    }
}
