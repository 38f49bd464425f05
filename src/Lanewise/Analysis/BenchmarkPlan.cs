using Lanewise.Engine;
using Lanewise.Kernels;

namespace Lanewise.Analysis;

/// <summary>A plan for measurements, with random weights and batches of random images.</summary>
internal sealed class BenchmarkPlan
{
    // Enough images that they are read from memory, as a dataset's are; larger batches repeat them.
    private const int MaxImages = 64;
    private readonly RandomImages _images;
    private readonly int[] _indices;
    private readonly OptimizerWork? _update;

    /// <summary>Compiles the network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="options">The options.</param>
    /// <exception cref="InvalidOptionException">An option is out of range, or the network needs more memory than there is.</exception>
    public BenchmarkPlan(Network network, PlanOptions options)
    {
        Plan = Plan.Compile(network, options);
        Plan.SetWeights(Weights.Initialize(network, seed: 1));
        _images = new RandomImages(network.Input.Count, network.OutputCount, Math.Min(options.BatchSize, MaxImages));
        _indices = [.. Enumerable.Range(0, options.BatchSize)];
        var step = new SgdStep(0.01f, 0.5f, 0, Nesterov: false);
        _update = options.Training ? new OptimizerWork(Plan.AllocateLikeWeights()) { Step = step } : null;
    }

    /// <summary>The plan to measure.</summary>
    public Plan Plan { get; }

    /// <summary>Runs inference on a batch, or one training step of SGD with momentum.</summary>
    public void Run()
    {
        if (_update is null)
        {
            Plan.Infer(_images, _indices);
        }
        else
        {
            Plan.ComputeGradients(_images, _indices);
            Plan.Apply(_update);
        }
    }
}
