using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

/// <summary>Convolution by Winograd's way. The transforms are written for one image, whatever the lanes hold; the sums at a point run through the taps' micro-kernel.</summary>
internal static unsafe class Winograd<L, V, T>
    where L : unmanaged, ILane<V>
    where V : unmanaged
    where T : unmanaged, IWinogradTransform<L, V>
{
    /// <summary>Writes the part's tiles and channels of the output.</summary>
    public static void Run<O>(WinogradCall call, in BlockMemory memory, Part part)
        where O : unmanaged, IOperands<L, V>
    {
        float* inputs = memory.Scratch.Pointer, sums = inputs + (nint)call.Points * call.InputPoint * L.Width;
        float* columns = sums + (nint)call.Points * call.OutputPoint * L.Width;
        var (first, end) = part.Of(call.Units);
        for (int unit = first; unit < end; unit++)
        {
            var (block, share) = Math.DivRem(unit, call.Shares);
            if (call is RowWinogradCall rows)
            {
                var (band, column) = Math.DivRem(block, rows.Columns);
                int row = rows.RowStart(band), tile = rows.TileStart(column), tiles = rows.TileStart(column + 1) - tile;
                var sum = rows.Sum(band, tiles);
                if (unit == first || share == 0)
                {
                    WinogradRows<L, V, T>.TransformInputs(rows, memory, sum, (row, tile, tiles), inputs);
                }

                for (int k = call.ShareStart(share); k < call.ShareStart(share + 1); k += call.Chunk)
                {
                    int outputs = Math.Min(call.Chunk, call.ShareStart(share + 1) - k);
                    SumChannels<O>(call, memory, sum, k, outputs, inputs, sums);
                    WinogradRows<L, V, T>.TransformOutputs(rows, memory, sum, (row, tile, tiles), k, outputs, sums);
                }
            }
            else
            {
                var tiled = (TileWinogradCall)call;
                int tile = tiled.BlockStart(block), tiles = tiled.BlockStart(block + 1) - tile;
                var sum = tiled.Sums[tiles - tiled.Sums[0].Outputs];
                if (unit == first || share == 0)
                {
                    WinogradTiles<L, V, T>.TransformInputs(tiled, memory, sum, tile, inputs, columns);
                }

                for (int k = call.ShareStart(share); k < call.ShareStart(share + 1); k += call.Chunk)
                {
                    int outputs = Math.Min(call.Chunk, call.ShareStart(share + 1) - k);
                    SumChannels<O>(call, memory, sum, k, outputs, inputs, sums);
                    WinogradTiles<L, V, T>.TransformOutputs(tiled, memory, sum, tile, k, outputs, sums);
                }
            }
        }
    }

    /// <summary>Where a pixel lies; nowhere on a surface that is not there.</summary>
    public static float* At(Surface s, int k, int row, int column) => s.Pointer == null ? null : s.Pointer + k * s.Plane + row * s.Pitch + column * s.Pixel;

    /// <summary>Adds a shortcut, masks, cuts off below the min, and writes neighbouring outputs of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Finish(float* from, int columns, V min, float* y, float* add, float* mask)
    {
        for (int j = 0; j < columns; j++)
        {
            nint at = j * L.Width;
            V v = L.Load(from + at);
            v = add == null ? v : L.Add(v, L.Load(add + at));
            v = mask == null ? v : L.IfGreater(L.Load(mask + at), L.Zero, v, L.Zero);
            L.Store(L.Max(min, v), y + at);
        }
    }

    /// <summary>Writes the sums at each point.</summary>
    private static void SumChannels<O>(WinogradCall call, in BlockMemory memory, WinogradCall.PointSum sum, int k, int outputs, float* from, float* to)
        where O : unmanaged, IOperands<L, V>
    {
        float* zeros = stackalloc float[L.Width];
        L.Store(L.Zero, zeros);
        var table = sum.Taps;
        fixed (Tap* taps = table.Taps)
        fixed (Tile* tiles = table.Tiles)
        {
            var frame = new ConvFrame
            {
                Taps = taps,
                SourceStep = L.Width,
                OutputStep = L.Width,
                WeightsPerOutput = call.InChannels * call.SummedRows * O.OutputLanes,
                WeightStride = O.OutputLanes,
                Chunks = table.Chunks,
                ChunkInput = table.ChunkInput,
                ChunkWeight = table.ChunkWeight,
            };
            for (int point = 0; point < call.Points; point++)
            {
                // What is added at the point 1, of both dimensions, is added to every output.
                bool addsBias = call.Bias >= 0 && point == (call.Points == T.Side ? 1 : T.Side + 1);
                frame.Bias = addsBias ? memory.Weights.Pointer + call.Bias + (nint)k * O.OutputLanes : zeros;
                frame.BiasStride = addsBias ? O.OutputLanes : 0;
                frame.Source = from + (nint)point * call.InputPoint * L.Width;
                frame.Weights = memory.Weights.Pointer + call.Transformed + (nint)point * call.WeightPoint + k * frame.WeightsPerOutput;
                frame.Output = Surface.Of<L, V>(to + (nint)point * call.OutputPoint * L.Width, sum.Output(call.Chunk));
                // What is larger, inputs or weights, is read once.
                int step = call.Lanes is null ? 1 : table.Tiles.Length;
                for (int piece = 0; piece < table.Tiles.Length; piece += step)
                {
                    Conv2d<L, V>.Outputs<O>(&frame, tiles + piece, tiles + piece + step, 0, outputs, call.Group);
                }
            }
        }
    }
}
