using System.Runtime.Intrinsics;

namespace Lanewise.Kernels;

/// <summary>Convolution by Winograd's way. A lane holds an image, as everywhere; the sums at a point run through the taps' micro-kernel.</summary>
internal static unsafe class Winograd<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    private const int Side = WinogradTask.Side, Points = WinogradTask.Points;

    /// <summary>Writes the part's tiles and channels of the output.</summary>
    public static void Run(WinogradTask task, in BlockMemory memory, Part part)
    {
        float* scratch = memory.Scratch.Pointer, sums = scratch + (nint)Points * task.InputPoint * L.Width;
        var (first, end) = part.Of(task.Units);
        for (int unit = first; unit < end; unit++)
        {
            var (block, share) = Math.DivRem(unit, task.Shares);
            int tile = task.BlockStart(block), tiles = task.BlockStart(block + 1) - tile;
            var sum = task.Sums[tiles - task.Sums[0].Source.Width];
            if (unit == first || share == 0)
            {
                TransformInputs(task, memory, sum, tile, scratch);
            }

            int last = task.ShareStart(share + 1);
            for (int k = task.ShareStart(share); k < last; k += task.Chunk)
            {
                int outputs = Math.Min(task.Chunk, last - k);
                SumChannels(task, memory, sum, k, outputs, scratch, sums);
                TransformOutputs(task, memory, sum, tile, k, outputs, sums);
            }
        }
    }

    /// <summary>Writes the transformed weights of the part's outputs.</summary>
    public static void TransformWeights(WinogradTask task, LaneMemory weights, Part part)
    {
        if (task.Geometry.OutChannels % Lane4.Width == 0 && task.PackedGroup == Lane4.Width && Vector128.IsHardwareAccelerated)
        {
            WinogradWeights<Lane4, Vector128<float>>.Run(task, weights, part);
        }
        else
        {
            WinogradWeights<Lane1, float>.Run(task, weights, part);
        }
    }

    private static void TransformInputs(WinogradTask task, in BlockMemory memory, WinogradTask.PointSum sum, int firstTile, float* to)
    {
        var x = Surface.Of<L, V>(memory.Activations.Pointer, task.Source);
        float* edge = stackalloc float[Points * L.Width], half = stackalloc float[Points * L.Width];
        nint plane = (nint)sum.Source.PlaneStride * L.Width, point = (nint)task.InputPoint * L.Width;
        for (int i = 0; i < sum.Source.Width; i++)
        {
            var (tileRow, tileColumn) = Math.DivRem(firstTile + i, task.TileColumns);
            int row = tileRow * task.TileSide - task.Padding, column = tileColumn * task.TileSide - task.Padding;
            bool inside = row >= 0 && column >= 0 && row + Side <= task.Source.Height && column + Side <= task.Source.Width;
            float* from = x.Pointer + row * x.Pitch + column * x.Pixel, at = to + (nint)i * L.Width;
            for (int c = 0; c < task.Source.Channels; c++, from += x.Plane, at += plane)
            {
                if (inside)
                {
                    Transform(from, x.Pitch, half, at, point);
                }
                else
                {
                    CopyEdge(from, x.Pitch, row, column, task.Source, edge);
                    Transform(edge, Side * L.Width, half, at, point);
                }
            }
        }
    }

    private static void Transform(float* from, nint pitch, float* half, float* to, nint point)
    {
        for (int j = 0; j < Side; j++)
        {
            WinogradTransform<L, V>.Input(from + j * L.Width, pitch, half + j * L.Width, Side * L.Width);
        }

        for (int i = 0; i < Side; i++)
        {
            WinogradTransform<L, V>.Input(half + i * Side * L.Width, L.Width, to + i * Side * point, point);
        }
    }

    /// <summary>A tile that reaches beyond the picture, with zeros there.</summary>
    private static void CopyEdge(float* from, nint pitch, int row, int column, Planes source, float* to)
    {
        for (int i = 0; i < Side; i++)
        {
            for (int j = 0; j < Side; j++, to += L.Width)
            {
                bool inside = (uint)(row + i) < (uint)source.Height && (uint)(column + j) < (uint)source.Width;
                L.Store(inside ? L.Load(from + i * pitch + j * L.Width) : L.Zero, to);
            }
        }
    }

    private static void SumChannels(WinogradTask task, in BlockMemory memory, WinogradTask.PointSum sum, int k, int outputs, float* from, float* to)
    {
        float* zeros = stackalloc float[8];
        new Span<float>(zeros, 8).Clear();
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
                WeightsPerOutput = task.Source.Channels,
                WeightStride = 1,
                Chunks = table.Chunks,
                ChunkInput = table.ChunkInput,
                ChunkWeight = table.ChunkWeight,
            };
            for (int point = 0; point < Points; point++)
            {
                frame.Source = from + (nint)point * task.InputPoint * L.Width;
                frame.Weights = memory.Weights.Pointer + task.Transformed + (nint)point * task.WeightPoint + (nint)k * task.Source.Channels;
                frame.Output = Surface.Of<L, V>(to + (nint)point * task.OutputPoint * L.Width, sum.Output(task.Chunk));
                Conv2d<L, V>.Outputs(&frame, tiles, tiles + table.Tiles.Length, 0, outputs, task.Group);
            }
        }
    }

    private static void TransformOutputs(WinogradTask task, in BlockMemory memory, WinogradTask.PointSum sum, int firstTile, int firstOutput, int outputs, float* from)
    {
        float* activations = memory.Activations.Pointer;
        var y = Surface.Of<L, V>(activations, task.Output);
        var add = task.Add is { } shortcut ? Surface.Of<L, V>(activations, shortcut) : default;
        var mask = task.Mask is { } cut ? Surface.Of<L, V>(activations, cut) : default;
        int side = task.TileSide;
        float* half = stackalloc float[Points * L.Width], tile = stackalloc float[Points * L.Width];
        nint plane = (nint)sum.Output(task.Chunk).PlaneStride * L.Width, point = (nint)task.OutputPoint * L.Width;
        for (int i = 0; i < outputs; i++)
        {
            int k = firstOutput + i;
            V bias = task.Bias >= 0 ? L.Splat(memory.Weights.Pointer + task.Bias + k) : L.Zero;
            for (int t = 0; t < sum.Source.Width; t++)
            {
                var (tileRow, tileColumn) = Math.DivRem(firstTile + t, task.TileColumns);
                int row = tileRow * side, column = tileColumn * side;
                float* m = from + i * plane + (nint)t * L.Width;
                for (int j = 0; j < Side; j++)
                {
                    WinogradTransform<L, V>.Output(m + j * point, Side * point, half + j * L.Width, Side * L.Width, side);
                }

                int rows = Math.Min(side, task.Output.Height - row), columns = Math.Min(side, task.Output.Width - column);
                for (int r = 0; r < rows; r++)
                {
                    WinogradTransform<L, V>.Output(half + r * Side * L.Width, L.Width, tile, L.Width, side);
                    Finish(task, tile, columns, bias, At(y, k, row + r, column), At(add, k, row + r, column), At(mask, k, row + r, column));
                }
            }
        }
    }

    private static float* At(Surface s, int k, int row, int column) => s.Pointer == null ? null : s.Pointer + k * s.Plane + row * s.Pitch + column * s.Pixel;

    /// <summary>Adds bias and shortcut, masks, cuts off at zero, and writes a row of a tile.</summary>
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

/// <summary>The weights' transform, for a few outputs at once, side by side in a lane each as they are packed.</summary>
internal static unsafe class WinogradWeights<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    private const int Side = WinogradTask.Side, Points = WinogradTask.Points;

    public static void Run(WinogradTask task, LaneMemory memory, Part part)
    {
        var g = task.Geometry;
        int taps = task.Taps, packed = task.PackedGroup;
        float* filter = stackalloc float[Points * L.Width], half = stackalloc float[Points * L.Width], points = stackalloc float[Points * L.Width];
        float* weights = memory.Pointer + task.Weights, to = memory.Pointer + task.Transformed;
        var (first, end) = part.Of(g.OutChannels / L.Width);
        for (int k = first * L.Width; k < end * L.Width; k += L.Width)
        {
            float* from = weights + (nint)(k / packed) * packed * g.InChannels * g.Positions + k % packed;
            for (int c = 0; c < g.InChannels; c++, from += g.Positions * packed)
            {
                for (int i = 0; i < g.Positions; i++)
                {
                    // The gradient's filter is the forward one turned by 180 degrees.
                    L.Store(L.Load(from + (nint)(task.IsBackward ? g.Positions - 1 - i : i) * packed), filter + (nint)i * L.Width);
                }

                for (int j = 0; j < taps; j++)
                {
                    WinogradTransform<L, V>.Filter(filter + j * L.Width, taps * L.Width, half + j * L.Width, taps * L.Width, taps);
                }

                for (int i = 0; i < Side; i++)
                {
                    WinogradTransform<L, V>.Filter(half + i * taps * L.Width, L.Width, points + i * Side * L.Width, L.Width, taps);
                }

                Store(task, points, k, c, to);
            }
        }
    }

    /// <summary>Writes a filter's points where the sum over channels reads them, <c>[point][output / group][channel][output % group]</c>.</summary>
    private static void Store(WinogradTask task, float* points, int k, int c, float* to)
    {
        var g = task.Geometry;
        int group = task.Group;
        for (int lane = 0; lane < L.Width; lane++)
        {
            var (output, channel) = task.IsBackward ? (c, k + lane) : (k + lane, c);
            float* at = to + (nint)(output / group) * group * task.Source.Channels + (nint)channel * group + output % group;
            for (int point = 0; point < Points; point++)
            {
                at[(nint)point * task.WeightPoint] = points[point * L.Width + lane];
            }
        }
    }
}
