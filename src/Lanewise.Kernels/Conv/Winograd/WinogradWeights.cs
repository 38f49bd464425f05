using System.Runtime.Intrinsics;

namespace Lanewise.Kernels;

/// <summary>
/// The transform of the weights, G w Gᵀ (1-D Winograd: G w[r]). A lane holds one filter; the lanes hold the filters that are neighbours in
/// the layout that the sums over channels read, <c>[point][output / group][channel][output % group]</c>, so that each point is one store.
/// </summary>
internal static unsafe class WinogradWeights<L, V, T>
    where L : unmanaged, ILane<V>
    where V : unmanaged
    where T : unmanaged, IWinogradTransform<L, V>
{
    private static int Side => T.Side;

    /// <summary>Writes the transformed weights of the part, zeros beyond the last output.</summary>
    public static void Run(WinogradCall call, LaneMemory memory, Part part)
    {
        // All rows of a filter are transformed together (2-D Winograd), or each by itself (1-D).
        int taps = call.Taps, rows = taps / call.SummedRows, row = taps * call.PackedGroup, step = taps * row;
        float* filter = stackalloc float[rows * taps * L.Width], half = stackalloc float[Side * taps * L.Width], none = stackalloc float[1];
        float** from = stackalloc float*[L.Width];
        float* weights = memory.Pointer + call.Weights.Packed, to = memory.Pointer + call.Weights.Transformed;
        *none = 0;
        var (first, end) = part.Of(call.WeightPoint / L.Width);
        var (index, lane) = Math.DivRem(first * L.Width, call.OutputGroup);
        (int channel, int r) = Math.DivRem(index, call.SummedRows);
        (int group, channel) = Math.DivRem(channel, call.InChannels);
        for (float* at = to + (nint)first * L.Width; first < end; first++, at += L.Width)
        {
            for (int i = 0; i < L.Width; i++)
            {
                int output = group * call.OutputGroup + lane, filterRow = call.IsBackward ? call.SummedRows - 1 - r : r;
                var (k, c) = call.IsBackward ? (channel, output) : (output, channel);
                from[i] = output < call.OutChannels ? weights + call.PackedStart[k] + (nint)c * step + filterRow * row : none;
                if (++lane < call.OutputGroup)
                {
                    continue;
                }

                (lane, r) = (0, r + 1);
                if (r < call.SummedRows)
                {
                    continue;
                }

                (r, channel) = (0, channel + 1);
                if (channel == call.InChannels)
                {
                    (channel, group) = (0, group + 1);
                }
            }

            Gather(call, from, none, rows * taps, filter);
            if (rows == 1)
            {
                T.Filter(filter, L.Width, at, call.WeightPoint, taps);
                continue;
            }

            Transform2d(filter, half, at, call.WeightPoint, taps);
        }
    }

    /// <summary>Writes G w Gᵀ: the columns of a filter first, then the rows of the result.</summary>
    private static void Transform2d(float* filter, float* half, float* to, nint pointStride, int taps)
    {
        for (int j = 0; j < taps; j++)
        {
            T.Filter(filter + j * L.Width, taps * L.Width, half + j * L.Width, taps * L.Width, taps);
        }

        for (int i = 0; i < Side; i++)
        {
            T.Filter(half + i * taps * L.Width, L.Width, to + (nint)i * Side * pointStride, pointStride, taps);
        }
    }

    /// <summary>
    /// Copies a filter into each lane; the filter of the gradient to the input is the forward one rotated by 180 degrees.
    /// </summary>
    private static void Gather(WinogradCall call, float** from, float* none, int positions, float* to)
    {
        const int Run = 4;
        nint step = call.IsBackward ? -call.PackedGroup : call.PackedGroup;
        nint start = call.IsBackward ? (positions - 1) * call.PackedGroup : 0;
        for (int lane = 0; lane < L.Width;)
        {
            float* p = from[lane] + start, last = to + positions * L.Width;
            if (L.Width == Run * Run && lane == 0 && AreTransposed(from))
            {
                Transpose(from, start, step, to, positions);
                return;
            }

            bool neighbours = L.Width >= Run && from[lane + 1] == from[lane] + 1 && from[lane + 2] == from[lane] + 2
                && from[lane + 3] == from[lane] + 3;
            if (neighbours)
            {
                for (float* at = to + lane; at < last; at += L.Width, p += step)
                {
                    Vector128.Store(Vector128.Load(p), at);
                }

                lane += Run;
                continue;
            }

            bool exists = from[lane] != none;
            for (float* at = to + lane; at < last; at += L.Width, p += step)
            {
                *at = exists ? *p : 0;
            }

            lane++;
        }
    }

    /// <summary>Whether the lanes hold four times four neighbouring filters, transposed, as for the gradient to the input.</summary>
    private static bool AreTransposed(float** from)
    {
        bool are = true;
        for (int i = 0; are && i < 4; i++)
        {
            are = from[4 + i] == from[i] + 1 && from[8 + i] == from[i] + 2 && from[12 + i] == from[i] + 3;
        }

        return are;
    }

    /// <summary>Copies the filters of transposed lanes.</summary>
    private static void Transpose(float** from, nint start, nint step, float* to, int positions)
    {
        float* a = from[0] + start, b = from[1] + start, c = from[2] + start, d = from[3] + start;
        for (int position = 0; position < positions; position++, a += step, b += step, c += step, d += step, to += L.Width)
        {
            Lane4.StoreTransposed(Vector128.Load(a), Vector128.Load(b), Vector128.Load(c), Vector128.Load(d), to, 4);
        }
    }
}
