using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

/// <summary>
/// The micro-kernel of convolution: a group of output channels × a few neighbouring pixels of one output row, summed over a list of taps.
/// The scalar line it equals: <c>y[k][pixel] = bias[k] + Σ over taps of w[k][tap] · x[tap + pixel]</c>, then + add, masked, max(0, ·).
/// A lane holds one image (<see cref="ImageOperands{L, V}"/>) or one output channel (<see cref="ChannelOperands{L, V}"/>).
/// There is one method for each number of pixels (1 to 6; 8, 9 and 12 for groups of one or two outputs, whose sums are too few to hide the
/// latency of an FMA), because only locals stay in registers; they are generated from <c>Generated/ConvTile.template</c>. Writes the
/// output.
/// </summary>
internal static unsafe partial class ConvTile<L, V, G, O>
    where L : unmanaged, ILane<V>
    where V : unmanaged
    where G : unmanaged, IGroup<G, L, V>
    where O : unmanaged, IOperands<L, V>
{
    /// <summary>Writes one tile of the outputs k, k + 1, … of the group.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run(ConvFrame* f, Tile* tile, int k)
    {
        switch (tile->Pixels)
        {
            case 12: Twelve(f, tile, k); break;
            case 9: Nine(f, tile, k); break;
            case 8: Eight(f, tile, k); break;
            case 6: Six(f, tile, k); break;
            case 5: Five(f, tile, k); break;
            case 4: Four(f, tile, k); break;
            case 3: Three(f, tile, k); break;
            case 2: Two(f, tile, k); break;
            default: One(f, tile, k); break;
        }
    }

    /// <summary>Applies add, mask and ReLU to the sums of one pixel and writes them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Finish(G q, ConvFrame* f, Tile* tile, int k, int pixel)
    {
        nint at = pixel * f->OutputStep;
        if (f->Add.Pointer != null)
        {
            q.Add(G.Load(f->Add.At(tile, k) + at, f->Add.Plane));
        }

        if (f->Mask.Pointer != null)
        {
            q.Mask(G.Load(f->Mask.At(tile, k) + at, f->Mask.Plane));
        }

        if (f->ReLU)
        {
            q.ReLU();
        }

        q.Store(f->Output.At(tile, k) + at, f->Output.Plane);
    }
}
