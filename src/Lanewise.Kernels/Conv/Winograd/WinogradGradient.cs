using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Lanewise.Kernels;

/// <summary>
/// The weight gradient by Winograd's way: dW = Gᵀ · (Σ over tiles and images of (A dy Aᵀ) ⊙ (Bᵀ x B)) · G. The sums run through the
/// taps' micro-kernel: a tap is one tile of one image, a pixel is an input channel, and the lanes hold output channels.
/// </summary>
internal static unsafe class WinogradGradient<L, V, T>
    where L : unmanaged, ILane<V>
    where V : unmanaged
    where T : unmanaged, IWinogradGradientTransform<L, V>
{
    private static int Side => T.Side;

    /// <summary>Writes the part's tiles and channels of the transformed input and gradient of all blocks.</summary>
    public static void Transform(WinogradGradientTask task, ReadOnlySpan<BlockMemory> blocks, Part part)
    {
        var (first, end) = part.Of(task.TransformUnits);
        for (int unit = first; unit < end; unit++)
        {
            // A vector's number of channels at a time, tile by tile, so that few pages are written to in turn.
            var (slice, vector) = Math.DivRem(unit, task.InputVectors + task.Vectors);
            var tiles = task.TilesOf(slice);
            for (int block = 0; block < blocks.Length; block++)
            {
                for (int tile = tiles.First; tile < tiles.End; tile++)
                {
                    if (vector < task.InputVectors)
                    {
                        TransformInput(task, blocks[block], tile, block * task.Tiles + tile, vector * L.Width, task.RowsOf(slice, task.InputPlanes.Height));
                    }
                    else
                    {
                        TransformGradient(task, blocks[block], tile, block * task.Tiles + tile, (vector - task.InputVectors) * L.Width, task.RowsOf(slice, task.GradientRows));
                    }
                }
            }
        }
    }

    /// <summary>Adds to: the weight gradients of the part's outputs and inputs and, where there is a bias, its gradients.</summary>
    public static void Run(WinogradGradientTask task, ReadOnlySpan<BlockMemory> blocks, Part part)
    {
        var (first, end) = part.Of(task.Units);
        for (int unit = first; unit < end; unit++)
        {
            var (group, chunk) = Math.DivRem(unit, task.Chunks);
            int c = task.ChunkStart(chunk), channels = task.ChunkStart(chunk + 1) - c;
            int vector = group * task.Group, vectors = Math.Min(task.Group, task.Vectors - vector);
            Sum(task, blocks, group, vectors, c, channels);
            for (int i = 0; i < vectors; i++)
            {
                AddWeights(task, blocks[0], i, (vector + i) * L.Width, c, channels);
            }

            if (task.Bias >= 0 && chunk == 0)
            {
                int k = vector * L.Width, last = Math.Min(k + vectors * L.Width, task.Geometry.OutChannels);
                foreach (ref readonly var block in blocks)
                {
                    Conv2d<L, V>.BiasGradient(Surface.Of<L, V>(block.Activations.Pointer, task.Gradient), task.Gradient, block.Gradients.Pointer + task.Bias, k, last);
                }
            }
        }
    }

    private static void TransformInput(WinogradGradientTask task, in BlockMemory memory, int tile, int plane, int first, (int First, int End) rows)
    {
        float* columns = stackalloc float[Side * Side * L.Width];
        var x = Surface.Of<L, V>(memory.Activations.Pointer, task.Input);
        float* to = memory.Shared.Pointer + (nint)plane * task.InputPlanes.PlaneStride * L.Width;
        nint point = (nint)task.InputPoint * L.Width, pitch = (nint)task.InputPlanes.Pitch * L.Width;
        int end = Math.Min(first + L.Width, task.Geometry.InChannels), column = (task.FirstTile + tile) * task.TileSide - task.Geometry.Columns.Padding;
        for (int c = first; c < end && !task.AlongRows; c++)
        {
            WinogradTiles<L, V, T>.Transform(task.Input, task.Grid, x.Pointer + c * x.Plane, task.FirstTile + tile, 1, columns, to + (nint)c * L.Width, 0, point);
        }

        for (int row = rows.First; row < rows.End && task.AlongRows; row++)
        {
            float* from = x.Pointer + (task.FirstInputRow + row) * x.Pitch, at = to + row * pitch;
            for (int c = first; c < end; c++)
            {
                WinogradRows<L, V, T>.Transform(task.Input, from + c * x.Plane, column, at + (nint)c * L.Width, point);
            }
        }
    }

    /// <summary>Turns as many outputs as there are lanes into lanes, image by image, and transforms the gradient to them.</summary>
    private static void TransformGradient(WinogradGradientTask task, in BlockMemory memory, int tile, int plane, int k, (int First, int End) rows)
    {
        int side = task.TileSide, height = task.AlongRows ? 1 : side;
        float* turned = stackalloc float[height * side * L.Width * L.Width], half = stackalloc float[Side * side * L.Width];
        var dy = Surface.Of<L, V>(memory.Activations.Pointer, task.Gradient);
        nint point = (nint)task.GradientPoint * L.Width, line = (nint)task.Group * L.Width, image = task.GradientRows * line;
        var (group, within) = Math.DivRem(k / L.Width, task.Group);
        float* to = memory.Shared.Pointer + (nint)task.Points * task.InputPoint * L.Width + ((nint)group * task.GradientGroup + within) * L.Width + plane * L.Width * image;
        for (int row = rows.First; row < rows.End; row++)
        {
            var (tileRow, tileColumn) = task.AlongRows ? (task.FirstRow + row, (task.FirstTile + tile) * side) : task.Grid.Corner(task.FirstTile + tile);
            float* from = dy.Pointer + k * dy.Plane + tileRow * dy.Pitch + tileColumn * dy.Pixel;
            Turn(dy, from, Math.Min(L.Width, task.Geometry.OutChannels - k), (height, side), (task.Gradient.Height - tileRow, task.Gradient.Width - tileColumn), turned);
            for (int i = 0; i < L.Width; i++)
            {
                TransformTile(task.AlongRows, turned + i * L.Width, side, half, to + i * image + row * line, point);
            }
        }
    }

    /// <summary>Writes a tile's pixels, [pixel][image][output] instead of [output][pixel][image]; zeros for those that do not exist.</summary>
    private static void Turn(Surface dy, float* from, int outputs, (int Height, int Width) tile, (int Rows, int Columns) existing, float* to)
    {
        const int Run = 4;
        for (int i = 0; i < L.Width; i += Run, from += Run * dy.Plane)
        {
            float* at = to + i;
            for (int r = 0; r < tile.Height; r++)
            {
                for (int s = 0; s < tile.Width; s++, at += L.Width * L.Width)
                {
                    float* pixel = from + r * dy.Pitch + s * dy.Pixel;
                    int present = r < existing.Rows && s < existing.Columns ? outputs - i : 0;
                    if (L.Width < Run)
                    {
                        L.Store(present > 0 ? L.Load(pixel) : L.Zero, at);
                    }
                    else if (present >= Run)
                    {
                        L.StoreTurned(L.Load(pixel), L.Load(pixel + dy.Plane), L.Load(pixel + 2 * dy.Plane), L.Load(pixel + 3 * dy.Plane), at, L.Width);
                    }
                    else
                    {
                        L.StoreTurned(
                            present > 0 ? L.Load(pixel) : L.Zero, present > 1 ? L.Load(pixel + dy.Plane) : L.Zero, present > 2 ? L.Load(pixel + 2 * dy.Plane) : L.Zero, L.Zero, at, L.Width);
                    }
                }
            }
        }
    }

    /// <summary>Writes the points of one tile of one image, whose pixels lie as <see cref="Turn"/> writes them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransformTile(bool alongRows, float* from, int side, float* half, float* to, nint point)
    {
        nint pixel = L.Width * L.Width;
        if (alongRows)
        {
            T.Gradient(from, pixel, to, point, side);
            return;
        }

        for (int j = 0; j < side; j++)
        {
            T.Gradient(from + j * pixel, side * pixel, half + j * L.Width, side * L.Width, side);
        }

        for (int i = 0; i < Side; i++)
        {
            T.Gradient(half + i * side * L.Width, L.Width, to + i * Side * point, point, side);
        }
    }

    /// <summary>Writes the sums over all blocks' tiles and images at each point.</summary>
    private static void Sum(WinogradGradientTask task, ReadOnlySpan<BlockMemory> blocks, int group, int vectors, int c, int channels)
    {
        float* zeros = stackalloc float[L.Width];
        L.Store(L.Zero, zeros);
        float* shared = blocks[0].Shared.Pointer, gradient = shared + (nint)task.Points * task.InputPoint * L.Width;
        var table = task.Sums[channels - task.FewestChannels];
        fixed (Tap* taps = table.Taps)
        fixed (Tile* tiles = table.Tiles)
        {
            nint planes = task.Tiles / table.Chunks;
            var frame = new ConvFrame
            {
                Bias = zeros,
                Taps = taps,
                SourceStep = L.Width,
                OutputStep = L.Width,
                WeightStride = L.Width,
                Chunks = table.Chunks * blocks.Length,
                ChunkInput = planes * task.InputPlanes.PlaneStride * L.Width,
                ChunkWeight = planes * L.Width * task.GradientRows * task.Group * L.Width,
            };
            for (int point = 0; point < task.Points; point++)
            {
                frame.Source = shared + ((nint)point * task.InputPoint + c) * L.Width;
                frame.Weights = gradient + ((nint)point * task.GradientPoint + (nint)group * task.GradientGroup) * L.Width;
                frame.Output = Surface.Of<L, V>(blocks[0].Scratch.Pointer + (nint)point * task.SumPoint * L.Width, task.SumPlanes);
                Conv2d<L, V>.Outputs<ChannelOperands<L, V>>(&frame, tiles, tiles + table.Tiles.Length, 0, vectors, task.Group);
            }
        }
    }

    /// <summary>Transforms the sums of one vector of outputs, and adds them to the packed weight gradients.</summary>
    private static void AddWeights(WinogradGradientTask task, in BlockMemory memory, int vector, int k, int c, int channels)
    {
        int taps = task.Geometry.Rows.Kernel, positions = taps * taps;
        float* half = stackalloc float[taps * Side * L.Width], weights = stackalloc float[positions * L.Width];
        nint point = (nint)task.SumPoint * L.Width, pitch = (nint)task.SumPlanes.Pitch * L.Width;
        float* from = memory.Scratch.Pointer + (nint)vector * task.SumPlanes.PlaneStride * L.Width, to = memory.Gradients.Pointer + task.Weights;
        var starts = task.PackedStart.AsSpan(k, Math.Min(L.Width, task.Geometry.OutChannels - k));
        for (int channel = c; channel < c + channels; channel++, from += L.Width)
        {
            for (int j = 0; !task.AlongRows && j < Side; j++)
            {
                T.FilterGradient(from + j * point, Side * point, half + j * L.Width, Side * L.Width, taps);
            }

            for (int r = 0; r < taps; r++)
            {
                T.FilterGradient(task.AlongRows ? from + r * pitch : half + r * Side * L.Width, task.AlongRows ? point : L.Width, weights + r * taps * L.Width, L.Width, taps);
            }

            Add(weights, positions, starts, to + (nint)channel * positions * task.PackedGroup, task.PackedGroup);
        }
    }

    /// <summary>Adds each lane's filter to its output's packed weight gradients.</summary>
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
