using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>
/// What is loaded: the weights of a compiled network as the kernels read them, with the transformed weights of Winograd convolutions.
/// A <see cref="CompiledModel"/> sets them once, before any session reads them; only the single owner of a <see cref="Plan"/> changes
/// them later.
/// </summary>
internal sealed class PackedWeights : IWork
{
    /// <summary>The number of work items per transformed convolution.</summary>
    private const int Parts = 8;
    private readonly CompiledNetwork _compiled;
    private bool _areStale;

    /// <summary>Allocates the memory of the weights.</summary>
    public PackedWeights(CompiledNetwork compiled)
    {
        _compiled = compiled;
        Memory = new LaneMemory(compiled.Program.WeightFloats);
        Remainder = compiled.Remainder is { } remainder ? new PackedWeights(remainder) : null;
    }

    /// <summary>The packed weights, followed by transformed ones.</summary>
    public LaneMemory Memory { get; }

    /// <summary>The weights as packed for the images beyond the last full block; null where these form a partly filled block.</summary>
    public PackedWeights? Remainder { get; }

    /// <summary>Whether weights were set.</summary>
    public bool AreSet { get; private set; }

    /// <summary>Packs weights.</summary>
    /// <returns>The weights of all parameters of the network.</returns>
    /// <exception cref="LanewiseException">A name or a shape does not match the network; nothing was changed.</exception>
    public Weights Set(Weights weights)
    {
        weights = _compiled.Parameters.Pack(weights, Memory);
        (AreSet, _areStale) = (true, true);
        Remainder?.Set(weights);
        return weights;
    }

    /// <summary>Marks the transformed weights as stale, after an optimizer step.</summary>
    public void MarkChanged() => _areStale = true;

    /// <summary>Recomputes the transformed weights, on all threads, if the weights have changed.</summary>
    public void Transform(Workers workers)
    {
        if (!_areStale)
        {
            return;
        }

        workers.Run(this, _compiled.Program.Transforms.Count * Parts);
        _areStale = false;
    }

    /// <inheritdoc/>
    public void Run(int worker, int item) =>
        _compiled.Kernels.TransformWeights(_compiled.Program.Transforms[item / Parts], Memory, new Part(item % Parts, Parts));
}
