using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>A kernel call on one block of images.</summary>
internal delegate void BlockAction(KernelSet kernels, in BlockMemory memory, Part part);

/// <summary>A kernel call on all blocks of a batch at once, in their order.</summary>
internal delegate void BatchAction(KernelSet kernels, ReadOnlySpan<BlockMemory> blocks, Part part);

/// <summary>The work of a step, and how it splits among threads.</summary>
/// <param name="Units">The maximum number of parts.</param>
/// <param name="Each">Runs a part on one block; null if the blocks depend on each other.</param>
/// <param name="All">Runs a part on all blocks.</param>
internal sealed record Work(int Units, BlockAction? Each, BatchAction All)
{
    /// <summary>Creates work on independent blocks.</summary>
    public static Work PerBlock(int units, BlockAction each) => new(units, each, (kernels, blocks, part) =>
    {
        foreach (ref readonly var block in blocks)
        {
            each(kernels, block, part);
        }
    });

    /// <summary>Creates work whose parts run over all blocks in order, because they accumulate one sum or need all blocks first.</summary>
    public static Work Across(int units, BatchAction all) => new(units, null, all);
}

/// <summary>One kernel call of a plan.</summary>
/// <param name="Nodes">The node that it computes, or several computed together.</param>
/// <param name="Kernel">The name of the kernel, for example <c>Conv2d.BackwardInput</c>.</param>
/// <param name="Work">The work.</param>
/// <param name="Tile">The algorithm and tile of a convolution, as text; null for other kernels.</param>
/// <param name="Choice">What the algorithm of a convolution was chosen from; null for other kernels.</param>
internal sealed record Step(IReadOnlyList<Node> Nodes, string Kernel, Work Work, string? Tile = null, Conv2dChoice? Choice = null)
{
    /// <summary>The path of the node; for several, that of the first and the number of the others: <c>incep1.branch1x1 +2</c>.</summary>
    public string Path => Nodes is [var node] ? node.Path : $"{Nodes[0].Path} +{Nodes.Count - 1}";

    /// <summary>Returns the share of a node in the step, by MACs.</summary>
    public double ShareOf(Node node) => Nodes.Count == 1 ? 1 : (double)node.Macs / Nodes.Sum(n => n.Macs);
}
