using System.Runtime.Intrinsics;

namespace Lanewise.Kernels;

/// <summary>
/// The weight gradient by Winograd: dw[k][c] = Gᵀ · (Σ over tiles and images of (A dy[k] Aᵀ) ⊙ (Bᵀ x[c] B)) · G. Input and gradient are
/// transformed into shared memory; the sums run through <see cref="ConvTile{L, V, G, O}"/>, where a tap is one tile of one image, a pixel
/// is an input channel, and a lane is an output channel. Adds to the packed weight gradients.
/// </summary>
internal static unsafe partial class WinogradGradient<L, V, T>
    where L : unmanaged, ILane<V>
    where V : unmanaged
    where T : unmanaged, IWinogradGradientTransform<L, V>
{
    private static int Side => T.Side;

    /// <summary>Adds to the gradients to weights of the outputs and inputs of the part.</summary>
    public static void Run(WinogradGradientCall call, ReadOnlySpan<BlockMemory> blocks, Part part)
    {
        blocks = BlocksOf(call, blocks);
        var (first, end) = blocks.IsEmpty ? (0, 0) : part.Of(call.Units);
        for (int unit = first; unit < end; unit++)
        {
            var (group, chunk) = Math.DivRem(unit, call.Chunks);
            int c = call.ChunkStart(chunk), vector = group * call.Group;
            var filters = new Filters(
                vector, Math.Min(call.Group, call.Vectors - vector), c, call.ChunkStart(chunk + 1) - c);
            if (call.Slots.Count == 1)
            {
                AddSlots(call, blocks, group, filters);
            }
            else
            {
                AddTree(call, blocks, group, filters);
            }
        }
    }

    private static ReadOnlySpan<BlockMemory> BlocksOf(WinogradGradientCall call, ReadOnlySpan<BlockMemory> blocks) =>
        call.Slot < 0 ? blocks : call.Slots.Slot(blocks, call.Slot, L.Width);

    /// <summary>Adds the sums over blocks of one slot, or over a block of two, to the gradients of each.</summary>
    private static void AddSlots(WinogradGradientCall call, ReadOnlySpan<BlockMemory> blocks, int group, Filters filters)
    {
        float* to = call.Slot < 0 ? blocks[0].Gradients.Pointer + call.Weights : blocks[0].Shared.Pointer + call.Target;
        Sum(call, blocks, (0, (blocks.Length + call.PieceBlocks - 1) / call.PieceBlocks), group, filters);
        AddWeights(call, blocks[0].Scratch.Pointer, filters, to);
        if (call.PieceLanes < L.Width && blocks[0].Images > call.PieceLanes)
        {
            Sum(call, blocks, (1, 1), group, filters);
            AddWeights(call, blocks[0].Scratch.Pointer, filters, to + blocks[0].Half);
        }
    }

    /// <summary>Adds the sums over all slots, added as <see cref="SlotTree{T}"/> does.</summary>
    private static void AddTree(WinogradGradientCall call, ReadOnlySpan<BlockMemory> blocks, int group, Filters filters)
    {
        float* scratch = blocks[0].Scratch.Pointer;
        var sums = new SlotBuffers<L, V>(scratch + call.SumFloats, call.FilterFloats);
        int pieces = call.Slots.SlotBlocks(L.Width) / call.PieceBlocks;
        for (int slot = 0; slot < call.Slots.SlotsOf(blocks.Length, L.Width); slot++)
        {
            int count = (call.Slots.Slot(blocks, slot, L.Width).Length + call.PieceBlocks - 1) / call.PieceBlocks;
            Sum(call, blocks, (slot * pieces, count), group, filters);
            WriteFilters(call, scratch, filters, sums.Next);
            sums.Add();
        }

        sums.Complete();
        ScatterFilters(call, sums.Total, filters, blocks[0].Gradients.Pointer + call.Weights);
    }

    /// <summary>The vectors of outputs and the channels of a unit of work.</summary>
    private readonly record struct Filters(int Vector, int Vectors, int Channel, int Channels);

    /// <summary>Computes the sums over the tiles and images of some pieces at each point. Writes scratch memory.</summary>
    private static void Sum(
        WinogradGradientCall call, ReadOnlySpan<BlockMemory> blocks, (int First, int Count) pieces, int group, Filters filters)
    {
        float* zeros = stackalloc float[L.Width];
        L.Store(L.Zero, zeros);
        float* shared = blocks[0].Shared.Pointer + call.SharedStart, gradient = shared + (nint)call.Points * call.InputPoint * L.Width;
        var table = call.Sums[filters.Channels - call.MinChannels];
        var (input, image) = call.PieceStart(pieces.First);
        fixed (Tap* taps = table.Taps)
        fixed (Tile* tiles = table.Tiles)
        {
            nint planes = call.Tiles * call.PieceBlocks / table.Chunks;
            nint images = planes * call.PieceLanes, line = (nint)call.GradientRows * call.Group * L.Width;
            var frame = new ConvFrame
            {
                Bias = zeros,
                Taps = taps,
                SourceStep = L.Width,
                OutputStep = L.Width,
                WeightStride = L.Width,
                Chunks = table.Chunks * pieces.Count,
                ChunkInput = planes * call.InputPlanes.PlaneStride * L.Width,
                ChunkWeight = images * line,
            };
            for (int point = 0; point < call.Points; point++)
            {
                frame.Source = shared + ((nint)point * call.InputPoint + filters.Channel) * L.Width + input;
                frame.Weights = gradient + ((nint)point * call.GradientPoint + (nint)group * call.GradientGroup) * L.Width + image * line;
                frame.Output = Surface.Of<L, V>(blocks[0].Scratch.Pointer + (nint)point * call.SumPoint * L.Width, call.SumPlanes);
                Conv2d<L, V>.Outputs<ChannelOperands<L, V>>(
                    &frame, tiles, tiles + table.Tiles.Length, 0, filters.Vectors, call.Group);
            }
        }
    }

    /// <summary>Transforms the sums to filters and adds them to the packed weight gradients.</summary>
    private static void AddWeights(WinogradGradientCall call, float* sums, Filters filters, float* to)
    {
        int positions = call.Geometry.Positions;
        float* filter = stackalloc float[positions * L.Width];
        for (int vector = 0; vector < filters.Vectors; vector++)
        {
            var starts = StartsOf(call, filters.Vector + vector);
            for (int channel = 0; channel < filters.Channels; channel++)
            {
                Filter(call, sums, vector, channel, filter);
                Add(filter, positions, starts, to + (nint)(filters.Channel + channel) * positions * call.PackedGroup, call.PackedGroup);
            }
        }
    }

    /// <summary>Transforms the sums to filters. Writes [vector][channel][position][output].</summary>
    private static void WriteFilters(WinogradGradientCall call, float* sums, Filters filters, float* to)
    {
        for (int vector = 0; vector < filters.Vectors; vector++)
        {
            for (int channel = 0; channel < filters.Channels; channel++, to += call.Geometry.Positions * L.Width)
            {
                Filter(call, sums, vector, channel, to);
            }
        }
    }

    /// <summary>Adds filters, as <see cref="WriteFilters"/> wrote them, to the packed weight gradients.</summary>
    private static void ScatterFilters(WinogradGradientCall call, float* from, Filters filters, float* to)
    {
        int positions = call.Geometry.Positions;
        for (int vector = 0; vector < filters.Vectors; vector++)
        {
            var starts = StartsOf(call, filters.Vector + vector);
            for (int channel = 0; channel < filters.Channels; channel++, from += positions * L.Width)
            {
                Add(from, positions, starts, to + (nint)(filters.Channel + channel) * positions * call.PackedGroup, call.PackedGroup);
            }
        }
    }

    private static ReadOnlySpan<int> StartsOf(WinogradGradientCall call, int vector) =>
        call.PackedStart.AsSpan(vector * L.Width, Math.Min(L.Width, call.Geometry.OutChannels - vector * L.Width));

    /// <summary>Transforms the sums of one vector of outputs and one channel. Writes [position][output].</summary>
    private static void Filter(WinogradGradientCall call, float* sums, int vector, int channel, float* to)
    {
        int taps = call.Geometry.Rows.Kernel;
        float* half = stackalloc float[taps * Side * L.Width];
        nint point = (nint)call.SumPoint * L.Width, pitch = (nint)call.SumPlanes.Pitch * L.Width;
        float* from = sums + ((nint)vector * call.SumPlanes.PlaneStride + channel) * L.Width;
        for (int j = 0; !call.AlongRows && j < Side; j++)
        {
            T.FilterGradient(from + j * point, Side * point, half + j * L.Width, Side * L.Width, taps);
        }

        for (int r = 0; r < taps; r++)
        {
            float* row = call.AlongRows ? from + r * pitch : half + r * Side * L.Width;
            T.FilterGradient(row, call.AlongRows ? point : L.Width, to + r * taps * L.Width, L.Width, taps);
        }
    }

    /// <summary>Adds the filter of each lane to the packed weight gradients of its output.</summary>
    private static void Add(float* from, int positions, ReadOnlySpan<int> starts, float* to, int packedGroup)
    {
        const int Run = 4;
        for (int lane = 0; lane < starts.Length;)
        {
            float* at = to + starts[lane], last = at + positions * packedGroup;
            float* v = from + lane;
            bool neighbours = lane + Run <= starts.Length && starts[lane + Run - 1] == starts[lane] + Run - 1;
            if (neighbours)
            {
                for (; at < last; at += packedGroup, v += L.Width)
                {
                    Vector128.Store(Vector128.Load(at) + Vector128.Load(v), at);
                }

                lane += Run;
                continue;
            }

            for (; at < last; at += packedGroup, v += L.Width)
            {
                *at += *v;
            }

            lane++;
        }
    }
}
