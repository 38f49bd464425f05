using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

// The sums over images and pixels, slot by slot.
internal static unsafe partial class BatchNorm2d<L, V>
{
    /// <summary>The number of pixels that are summed in single precision.</summary>
    private const int Run = 128;

    private static int Images(ReadOnlySpan<BlockMemory> blocks)
    {
        int images = 0;
        foreach (ref readonly var block in blocks)
        {
            images += block.Images;
        }

        return images;
    }

    /// <summary>Computes count, mean and squares of channel c over the batch.</summary>
    private static Moments MomentsOf(BatchNormCall call, int c, ReadOnlySpan<BlockMemory> blocks)
    {
        var tree = new SlotTree<Moments>();
        for (int i = 0; i < call.Slots.SlotsOf(blocks.Length, L.Width); i++)
        {
            var slot = call.Slots.Slot(blocks, i, L.Width);
            double count = (double)Images(slot) * call.Input.Height * call.Input.Width;
            double mean = Sum<Value>(call.Slots, call.Input, call.Input, c, 0, slot) / count;
            // About the rounded mean; the second term corrects for it.
            float middle = (float)mean;
            double squares = Sum<Square>(call.Slots, call.Input, call.Input, c, middle, slot) - count * (mean - middle) * (mean - middle);
            tree.Add(new(count, mean, Math.Max(0, squares)));
        }

        return tree.Total();
    }

    /// <summary>Computes Σ dy and Σ dy · (x − mean) of channel c over the batch.</summary>
    private static PairSum GradientSums(BatchNormCall call, int c, float mean, ReadOnlySpan<BlockMemory> blocks)
    {
        var tree = new SlotTree<PairSum>();
        for (int i = 0; i < call.Slots.SlotsOf(blocks.Length, L.Width); i++)
        {
            var slot = call.Slots.Slot(blocks, i, L.Width);
            tree.Add(new(
                Sum<Value>(call.Slots, call.Output, call.Output, c, 0, slot),
                Sum<Product>(call.Slots, call.Input, call.Output, c, mean, slot)));
        }

        return tree.Total();
    }

    /// <summary>Computes Σ term(a, b) over the images and pixels of channel c, piece by piece and band by band.</summary>
    private static double Sum<TTerm>(SlotLayout slots, Planes a, Planes b, int c, float mean, ReadOnlySpan<BlockMemory> blocks)
        where TTerm : struct, ITerm
    {
        double sum = 0;
        float* lanes = stackalloc float[16];
        int rows = Math.Max(1, Run / a.Width), pieceBlocks = slots.PieceBlocks(L.Width);
        for (int first = 0; first < blocks.Length; first += pieceBlocks)
        {
            var piece = blocks[first..Math.Min(first + pieceBlocks, blocks.Length)];
            for (int h = 0; h < a.Height; h += rows)
            {
                int last = Math.Min(h + rows, a.Height);
                foreach (ref readonly var block in piece)
                {
                    var from = Surface.Of<L, V>(block.Activations.Pointer, a);
                    var with = Surface.Of<L, V>(block.Activations.Pointer, b);
                    float* rowsA = from.Pointer + c * from.Plane, rowsB = with.Pointer + c * with.Plane;
                    L.Store(SumRows<TTerm>(rowsA, rowsB, from.Pitch, with.Pitch, (h, last, a.Width), mean), lanes);
                    for (int lane = 0; lane < block.Images; lane++)
                    {
                        sum += lanes[lane];
                    }
                }
            }
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V SumRows<TTerm>(float* a, float* b, nint pitchA, nint pitchB, (int First, int End, int Width) rows, float mean)
        where TTerm : struct, ITerm
    {
        V m = L.Create(mean), even = L.Zero, odd = L.Zero;
        for (int h = rows.First; h < rows.End; h++)
        {
            float* x = a + h * pitchA, y = b + h * pitchB, end = x + rows.Width * L.Width;
            for (; x + L.Width < end; x += 2 * L.Width, y += 2 * L.Width)
            {
                even = TTerm.Add(even, L.Load(x), L.Load(y), m);
                odd = TTerm.Add(odd, L.Load(x + L.Width), L.Load(y + L.Width), m);
            }

            if (x < end)
            {
                even = TTerm.Add(even, L.Load(x), L.Load(y), m);
            }
        }

        return L.Add(even, odd);
    }

    private interface ITerm
    {
        static abstract V Add(V sum, V a, V b, V mean);
    }

    /// <summary>a.</summary>
    private readonly struct Value : ITerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Add(V sum, V a, V b, V mean) => L.Add(sum, a);
    }

    /// <summary>(a − mean)².</summary>
    private readonly struct Square : ITerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Add(V sum, V a, V b, V mean)
        {
            V centred = L.Subtract(a, mean);
            return L.Fma(centred, centred, sum);
        }
    }

    /// <summary>(a − mean) · b.</summary>
    private readonly struct Product : ITerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Add(V sum, V a, V b, V mean) => L.Fma(L.Subtract(a, mean), b, sum);
    }
}
