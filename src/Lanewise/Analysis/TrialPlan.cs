using Lanewise.Engine;
using Lanewise.Graphs;
using Lanewise.Kernels;

namespace Lanewise.Analysis;

/// <summary>A plan to be measured: random weights, and batches of random images.</summary>
internal sealed class TrialPlan
{
    // Enough that they come from memory as a data set's would; a large batch takes them over and over.
    private const int MaxImages = 64;
    private readonly RandomImages _images;
    private readonly int[] _indices;
    private readonly OptimizerWork? _update;

    /// <summary>Compiles the network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="options">How.</param>
    /// <exception cref="LanewiseException">An option is out of range, or the network needs more memory than there is.</exception>
    public TrialPlan(Network network, PlanOptions options)
    {
        Plan = Plan.Compile(network, options);
        CheckMemory();
        Plan.SetWeights(Weights.Initialize(network, seed: 1));
        _images = new RandomImages(network.Input.Count, network.OutputCount, Math.Min(options.BatchSize, MaxImages));
        _indices = [.. Enumerable.Range(0, options.BatchSize)];
        _update = options.Training ? new OptimizerWork(Plan.TakeLikeWeights()) { Step = new SgdStep(0.01f, 0.5f, 0, Nesterov: false) } : null;
    }

    /// <summary>What is measured.</summary>
    public Plan Plan { get; }

    /// <summary>Infers a batch, or trains on it: one step of SGD with momentum.</summary>
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

    private void CheckMemory()
    {
        long bytes = Plan.Activations.Sum(memory => (long)memory.Length) * sizeof(float);
        // The memory was taken, but is there by promise only until it is written to.
        if (bytes > GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)
        {
            throw new LanewiseException($"{Plan.Network.Name}: {Plan.Options.BatchSize} images need {bytes >> 20:N0} MiB for activations, more memory than there is; measure with a smaller batch, or smaller images.");
        }
    }
}
