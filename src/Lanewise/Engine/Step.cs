using Lanewise.Graphs;
using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>A kernel call on one block of images.</summary>
internal delegate void BlockAction(KernelSet kernels, in BlockMemory memory, Part part);

/// <summary>A kernel call on all blocks of a batch at once, in their order.</summary>
internal delegate void BatchAction(KernelSet kernels, ReadOnlySpan<BlockMemory> blocks, Part part);

/// <summary>What a step does, and how threads can share it.</summary>
/// <param name="Units">The most parts that a call can be cut in.</param>
/// <param name="Each">Does a part on one block; null when the blocks depend on one another.</param>
/// <param name="All">Does a part on all blocks.</param>
internal sealed record Work(int Units, BlockAction? Each, BatchAction All)
{
    /// <summary>Blocks that do not care for one another.</summary>
    public static Work PerBlock(int units, BlockAction each) => new(units, each, (kernels, blocks, part) =>
    {
        foreach (ref readonly var block in blocks)
        {
            each(kernels, block, part);
        }
    });

    /// <summary>A part that runs over all blocks in order, because it adds to one sum or needs them all first.</summary>
    public static Work Across(int units, BatchAction all) => new(units, null, all);
}

/// <summary>One kernel call of a plan.</summary>
/// <param name="Nodes">The node it belongs to, or several that it computes together.</param>
/// <param name="Kernel">What it does, for example <c>Conv2d.BackwardInput</c>.</param>
/// <param name="Work">How.</param>
/// <param name="Tile">A convolution's algorithm and tile, for a person to read; null for another kernel.</param>
internal sealed record Step(IReadOnlyList<Node> Nodes, string Kernel, Work Work, string? Tile = null)
{
    /// <summary>The node's path; of several the first's, and how many more: <c>incep1.branch1x1 +2</c>.</summary>
    public string Path => Nodes is [var node] ? node.Path : $"{Nodes[0].Path} +{Nodes.Count - 1}";

    /// <summary>A node's share of it, by MACs.</summary>
    public double ShareOf(Node node) => Nodes.Count == 1 ? 1 : (double)node.Macs / Nodes.Sum(n => n.Macs);
}
