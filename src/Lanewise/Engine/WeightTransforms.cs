using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>
/// The transformed weights of Winograd convolutions, recomputed on all threads before the first batch after a change of weights.
/// </summary>
internal sealed class WeightTransforms(BlockProgram program, LaneMemory weights) : IWork
{
    /// <summary>The number of work items per convolution.</summary>
    private const int Parts = 8;

    /// <summary>Whether the weights have changed since the last transform.</summary>
    public bool AreStale { get; set; }

    /// <summary>Recomputes the transformed weights if they are stale.</summary>
    public void Refresh(Workers workers)
    {
        if (AreStale && program.Transforms.Count > 0)
        {
            workers.Run(this, program.Transforms.Count * Parts);
        }

        AreStale = false;
    }

    /// <inheritdoc/>
    public void Run(int worker, int item) =>
        program.Kernels.TransformWeights(program.Transforms[item / Parts], weights, new Part(item % Parts, Parts));
}
