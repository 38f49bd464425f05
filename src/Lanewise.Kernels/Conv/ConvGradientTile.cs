using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

/// <summary>
/// The micro-kernel of the weight gradient: a group of output channels × one to six taps, summed over the pixels of a band of rows and
/// then over the lanes (images). The scalar line it equals: <c>dw[k][tap] += Σ over images and pixels of dy[k][pixel] · x[tap + pixel]</c>.
/// There is one method for each number of taps, because only locals stay in registers; they are generated from
/// <c>Generated/ConvGradientTile.template</c>. Adds to the packed weight gradients.
/// </summary>
internal static unsafe partial class ConvGradientTile<L, V, G>
    where L : unmanaged, ILane<V>
    where V : unmanaged
    where G : unmanaged, IGroup<G, L, V>
{
    /// <summary>Adds to the weight gradients of a group of outputs and a group of taps: the sums over the current band.</summary>
    /// <param name="f">The shared operands.</param>
    /// <param name="taps">The taps and the pixels that they cover.</param>
    /// <param name="gradient">The first output's gradient plane.</param>
    /// <param name="to">The first output's packed weight gradients.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Run(GradientFrame* f, TapGroup* taps, float* gradient, float* to)
    {
        float* dy = gradient + taps->Gradient;
        if (f->FirstRow >= taps->FirstRow + taps->Rows || f->EndRow <= taps->FirstRow)
        {
            return;
        }

        switch (taps->Taps)
        {
            case 6: Six(f, taps, dy, to); break;
            case 5: Five(f, taps, dy, to); break;
            case 4: Four(f, taps, dy, to); break;
            case 3: Three(f, taps, dy, to); break;
            case 2: Two(f, taps, dy, to); break;
            default: One(f, taps, dy, to); break;
        }
    }
}
