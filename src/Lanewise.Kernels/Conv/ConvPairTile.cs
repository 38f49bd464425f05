using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Lanewise.Kernels;

/// <summary>
/// The micro-kernel for 1×1 convolutions whose inputs do not stay in a near cache: two groups of four output channels × one to three
/// pixels, which reads half as many inputs for as many sums as one group × six pixels, and prefetches those of the next band of rows. The
/// scalar line is that of <see cref="ConvTile{L, V, G, O}"/>, whose last step it shares. The methods are generated from
/// <c>Generated/ConvPairTile.template</c>. Writes the output.
/// </summary>
internal static unsafe partial class ConvPairTile<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>The outputs of a group.</summary>
    public const int Group = 4;

    /// <summary>Writes one tile of the outputs k … k + 7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run(ConvFrame* f, Tile* tile, int k)
    {
        switch (tile->Pixels)
        {
            case 3: Three(f, tile, k); break;
            case 2: Two(f, tile, k); break;
            default: One(f, tile, k); break;
        }
    }

    /// <summary>Prefetches an input into the second-level cache; the address may lie beyond the end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(float* p)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch1(p);
        }
    }
}
