using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

/// <summary>Convolution by Winograd's way. The transforms are written for one image, whatever the lanes hold; the sums at a point run through the taps' micro-kernel.</summary>
internal static unsafe class Winograd<L, V, T>
    where L : unmanaged, ILane<V>
    where V : unmanaged
    where T : unmanaged, IWinogradTransform<L, V>
{
    private static int Side => T.Side;

    private static int Points => T.Side * T.Side;

    /// <summary>Writes the part's tiles and channels of the output.</summary>
    public static void Run<O>(WinogradTask task, in BlockMemory memory, Part part)
        where O : unmanaged, IOperands<L, V>
    {
        float* scratch = memory.Scratch.Pointer, sums = scratch + (nint)Points * task.InputPoint * L.Width;
        float* columns = sums + (nint)Points * task.OutputPoint * L.Width;
        var (first, end) = part.Of(task.Units);
        for (int unit = first; unit < end; unit++)
        {
            var (block, share) = Math.DivRem(unit, task.Shares);
            int tile = task.BlockStart(block), tiles = task.BlockStart(block + 1) - tile;
            var sum = task.Sums[tiles - task.Sums[0].Source.Width];
            if (unit == first || share == 0)
            {
                TransformInputs(task, memory, sum, tile, scratch, columns);
            }

            int last = task.ShareStart(share + 1);
            for (int k = task.ShareStart(share); k < last; k += task.Chunk)
            {
                int outputs = Math.Min(task.Chunk, last - k);
                SumChannels<O>(task, memory, sum, k, outputs, scratch, sums);
                TransformOutputs<O>(task, memory, sum, tile, k, outputs, sums);
            }
        }
    }

    /// <summary>Transforms a block's tiles, a row of neighbours at a time.</summary>
    private static void TransformInputs(WinogradTask task, in BlockMemory memory, WinogradTask.PointSum sum, int firstTile, float* to, float* columns)
    {
        var x = Surface.Of<L, V>(memory.Activations.Pointer, task.Source);
        nint plane = (nint)sum.Source.PlaneStride * L.Width, point = (nint)task.InputPoint * L.Width;
        for (int done = 0, tiles; done < sum.Source.Width; done += tiles)
        {
            int first = firstTile + done;
            tiles = Math.Min(sum.Source.Width - done, task.Grid.Columns - first % task.Grid.Columns);
            float* at = to + (nint)done * L.Width;
            for (int c = 0; c < task.Source.Channels; c++, at += plane)
            {
                WinogradTiles<L, V, T>.Transform(task.Source, task.Grid, x.Pointer + c * x.Plane, first, tiles, columns, at, L.Width, point);
            }
        }
    }

    private static void SumChannels<O>(WinogradTask task, in BlockMemory memory, WinogradTask.PointSum sum, int k, int outputs, float* from, float* to)
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
                Bias = zeros,
                Taps = taps,
                SourceStep = L.Width,
                OutputStep = L.Width,
                WeightsPerOutput = task.InChannels * O.OutputLanes,
                WeightStride = O.OutputLanes,
                Chunks = table.Chunks,
                ChunkInput = table.ChunkInput,
                ChunkWeight = table.ChunkWeight,
            };
            for (int point = 0; point < Points; point++)
            {
                frame.Source = from + (nint)point * task.InputPoint * L.Width;
                frame.Weights = memory.Weights.Pointer + task.Transformed + (nint)point * task.WeightPoint + k * frame.WeightsPerOutput;
                frame.Output = Surface.Of<L, V>(to + (nint)point * task.OutputPoint * L.Width, sum.Output(task.Chunk));
                // What is larger, inputs or weights, is read once.
                int step = task.Lanes is null ? 1 : table.Tiles.Length;
                for (int piece = 0; piece < table.Tiles.Length; piece += step)
                {
                    Conv2d<L, V>.Outputs<O>(&frame, tiles + piece, tiles + piece + step, 0, outputs, task.Group);
                }
            }
        }
    }

    private static void TransformOutputs<O>(WinogradTask task, in BlockMemory memory, WinogradTask.PointSum sum, int firstTile, int firstOutput, int outputs, float* from)
        where O : unmanaged, IOperands<L, V>
    {
        float* activations = memory.Activations.Pointer;
        var y = Surface.Of<L, V>(activations, task.Output);
        var add = task.Add is { } shortcut ? Surface.Of<L, V>(activations, shortcut) : default;
        var mask = task.Mask is { } cut ? Surface.Of<L, V>(activations, cut) : default;
        int side = task.Grid.Side;
        float* half = stackalloc float[Points * L.Width];
        nint plane = (nint)sum.Output(task.Chunk).PlaneStride * L.Width, point = (nint)task.OutputPoint * L.Width;
        for (int i = 0; i < outputs; i++)
        {
            int k = firstOutput + i;
            V bias = task.Bias >= 0 ? O.Bias(memory.Weights.Pointer + task.Bias + (nint)k * O.OutputLanes) : L.Zero;
            for (int t = 0; t < sum.Source.Width; t++)
            {
                var (tileRow, tileColumn) = Math.DivRem(firstTile + t, task.Grid.Columns);
                int row = tileRow * side, column = tileColumn * side;
                float* m = from + i * plane + (nint)t * L.Width;
                for (int j = 0; j < Side; j++)
                {
                    T.Output(m + j * point, Side * point, half + j * L.Width, Side * L.Width, side);
                }

                int rows = Math.Min(side, task.Output.Height - row), columns = Math.Min(side, task.Output.Width - column);
                for (int r = 0; r < rows; r++)
                {
                    float* line = half + r * Side * L.Width;
                    T.Output(line, L.Width, line, L.Width, side);
                    Finish(task, line, columns, bias, At(y, k, row + r, column), At(add, k, row + r, column), At(mask, k, row + r, column));
                }
            }
        }
    }

    private static float* At(Surface s, int k, int row, int column) => s.Pointer == null ? null : s.Pointer + k * s.Plane + row * s.Pitch + column * s.Pixel;

    /// <summary>Adds bias and shortcut, masks, cuts off at zero, and writes a row of a tile.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(WinogradTask task, float* from, int columns, V bias, float* y, float* add, float* mask)
    {
        for (int j = 0; j < columns; j++)
        {
            nint at = j * L.Width;
            V v = L.Add(L.Load(from + at), bias);
            v = add == null ? v : L.Add(v, L.Load(add + at));
            v = mask == null ? v : L.IfGreater(L.Load(mask + at), L.Zero, v, L.Zero);
            L.Store(task.ReLU ? L.Max(L.Zero, v) : v, y + at);
        }
    }
}
