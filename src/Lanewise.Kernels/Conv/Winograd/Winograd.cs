using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

/// <summary>
/// Convolution by Winograd's minimal filtering, y = Aᵀ(Σ over c of (G w[k][c]) ⊙ (Bᵀ x[c])), forward or as the gradient to the input. The
/// transforms work lane by lane in either layout; the sums over channels at each point run through <see cref="ConvTile{L, V, G, O}"/>.
/// </summary>
internal static unsafe class Winograd<L, V, T>
    where L : unmanaged, ILane<V>
    where V : unmanaged
    where T : unmanaged, IWinogradTransform<L, V>
{
    /// <summary>Writes the tiles and channels of the part.</summary>
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

    /// <summary>Gets the address of a pixel; null on an absent surface.</summary>
    public static float* At(Surface s, int k, int row, int column) =>
        s.Pointer == null ? null : s.Pointer + k * s.Plane + row * s.Pitch + column * s.Pixel;

    /// <summary>Applies add, mask and max(min, ·) to neighbouring outputs of a row and writes them.</summary>
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

    /// <summary>Computes the sums over channels at each point. Writes to.</summary>
    private static void SumChannels<O>(
        WinogradCall call, in BlockMemory memory, WinogradCall.PointSum sum, int k, int outputs, float* from, float* to)
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
                // Aᵀ adds the value at point 1 (in 2-D: 1 in both dimensions) to every output, so the bias is added there.
                bool addsBias = call.Weights.Bias >= 0 && point == (call.Points == T.Side ? 1 : T.Side + 1);
                frame.Bias = addsBias ? memory.Weights.Pointer + call.Weights.Bias + (nint)k * O.OutputLanes : zeros;
                frame.BiasStride = addsBias ? O.OutputLanes : 0;
                frame.Source = from + (nint)point * call.InputPoint * L.Width;
                frame.Weights = memory.Weights.Pointer + call.Weights.Transformed
                    + (nint)point * call.WeightPoint + k * frame.WeightsPerOutput;
                frame.Output = Surface.Of<L, V>(to + (nint)point * call.OutputPoint * L.Width, sum.Output(call.Chunk));
                // The larger operand, inputs or weights, is read once.
                int step = call.Lanes is null ? 1 : table.Tiles.Length;
                for (int tile = 0; tile < table.Tiles.Length; tile += step)
                {
                    Conv2d<L, V>.Outputs<O>(&frame, tiles + tile, tiles + tile + step, 0, outputs, call.Group);
                }
            }
        }
    }
}
