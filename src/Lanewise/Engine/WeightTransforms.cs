using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>The transformed weights of convolutions by Winograd's way: made again, by all threads, before a batch runs on weights that have changed.</summary>
internal sealed class WeightTransforms(BlockProgram program, LaneMemory weights) : IWork
{
    /// <summary>Parts of each convolution's.</summary>
    private const int Parts = 8;

    /// <summary>Whether the weights have changed since.</summary>
    public bool AreStale { get; set; }

    /// <summary>Makes them again if need be.</summary>
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
