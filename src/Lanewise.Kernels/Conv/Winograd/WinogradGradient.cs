using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Lanewise.Kernels;

/// <summary>
/// The weight gradient by Winograd's way: dW = Gᵀ · (Σ over tiles and images of (A dy Aᵀ) ⊙ (Bᵀ x B)) · G. The sums run through the
/// taps' micro-kernel: a tap is one tile of one image, a pixel is an input channel, and the lanes hold output channels.
/// </summary>
internal static unsafe class WinogradGradient<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    private const int Side = WinogradGradientTask.Side, Points = Side * Side;

    /// <summary>Writes the part's tiles and channels of the transformed input and gradient of all blocks.</summary>
    public static void Transform(WinogradGradientTask task, ReadOnlySpan<BlockMemory> blocks, Part part)
    {
        var (first, end) = part.Of(task.TransformUnits);
        for (int unit = first; unit < end; unit++)
        {
            // A vector's number of channels at a time, tile by tile, so that few pages are written to in turn.
            var (slice, vector) = Math.DivRem(unit, task.InputVectors + task.Vectors);
            for (int block = 0; block < blocks.Length; block++)
            {
                for (int tile = task.SliceStart(slice); tile < task.SliceStart(slice + 1); tile++)
                {
                    if (vector < task.InputVectors)
                    {
                        TransformInput(task, blocks[block], tile, block * task.Tiles + tile, vector * L.Width);
                    }
                    else
                    {
                        TransformGradient(task, blocks[block], tile, block * task.Tiles + tile, (vector - task.InputVectors) * L.Width);
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

    private static void TransformInput(WinogradGradientTask task, in BlockMemory memory, int tile, int plane, int first)
    {
        float* columns = stackalloc float[Points * L.Width];
        var x = Surface.Of<L, V>(memory.Activations.Pointer, task.Input);
        float* to = memory.Shared.Pointer + (nint)plane * task.InputPlanes.PlaneStride * L.Width;
        int end = Math.Min(first + L.Width, task.Geometry.InChannels);
        for (int c = first; c < end; c++)
        {
            WinogradTiles<L, V, SixPoints<L, V>>.Transform(
                task.Input, task.Grid, x.Pointer + c * x.Plane, task.FirstTile + tile, 1, columns, to + (nint)c * L.Width, 0, (nint)task.InputPoint * L.Width);
        }
    }

    /// <summary>Transforms the gradient to as many outputs as there are lanes, and turns outputs into lanes.</summary>
    private static void TransformGradient(WinogradGradientTask task, in BlockMemory memory, int tile, int plane, int k)
    {
        const int Run = 4;
        int side = task.Grid.Side;
        float* points = stackalloc float[Points * L.Width * L.Width], tilePixels = stackalloc float[side * side * L.Width], half = stackalloc float[Side * side * L.Width];
        var dy = Surface.Of<L, V>(memory.Activations.Pointer, task.Gradient);
        var (tileRow, tileColumn) = Math.DivRem(task.FirstTile + tile, task.Grid.Columns);
        int rows = Math.Min(side, task.Gradient.Height - tileRow * side), columns = Math.Min(side, task.Gradient.Width - tileColumn * side);
        float* first = dy.Pointer + k * dy.Plane + tileRow * side * dy.Pitch + tileColumn * side * dy.Pixel;
        nint point = (nint)task.GradientPoint * L.Width, image = (nint)task.Group * L.Width, next = (nint)Points * L.Width;
        for (int i = 0; i < L.Width; i++)
        {
            int existing = k + i < task.Geometry.OutChannels ? rows : 0;
            if (existing == side && columns == side)
            {
                TransformTile(first + i * dy.Plane, dy.Pitch, side, half, points + i * next);
                continue;
            }

            FillUp(first + i * dy.Plane, dy.Pitch, existing, columns, side, tilePixels);
            TransformTile(tilePixels, side * L.Width, side, half, points + i * next);
        }

        var (group, within) = Math.DivRem(k / L.Width, task.Group);
        float* to = memory.Shared.Pointer + (nint)Points * task.InputPoint * L.Width + ((nint)group * task.GradientGroup + plane * image + within) * L.Width;
        for (int p = 0; p < Points; p++, points += L.Width, to += point)
        {
            if (L.Width < Run)
            {
                L.Store(L.Load(points), to);
                continue;
            }

            for (int i = 0; i < L.Width; i += Run)
            {
                float* from = points + i * next;
                L.StoreTurned(L.Load(from), L.Load(from + next), L.Load(from + 2 * next), L.Load(from + 3 * next), to + i, image);
            }
        }
    }

    /// <summary>Writes a tile of which only some rows and columns exist, with zeros for the others.</summary>
    private static void FillUp(float* from, nint pitch, int rows, int columns, int side, float* to)
    {
        for (int r = 0; r < side; r++, from += pitch)
        {
            for (int s = 0; s < side; s++, to += L.Width)
            {
                L.Store(r < rows && s < columns ? L.Load(from + s * L.Width) : L.Zero, to);
            }
        }
    }

    /// <summary>Writes the 36 points of one tile of one output's gradient, whose first pixel is given.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransformTile(float* from, nint pitch, int side, float* half, float* to)
    {
        for (int j = 0; j < side; j++)
        {
            SixPoints<L, V>.Gradient(from + j * L.Width, pitch, half + j * L.Width, side * L.Width, side);
        }

        for (int i = 0; i < Side; i++)
        {
            SixPoints<L, V>.Gradient(half + i * side * L.Width, L.Width, to + i * Side * L.Width, L.Width, side);
        }
    }

    /// <summary>Writes the sums over all blocks' tiles and images at each point.</summary>
    private static void Sum(WinogradGradientTask task, ReadOnlySpan<BlockMemory> blocks, int group, int vectors, int c, int channels)
    {
        float* zeros = stackalloc float[L.Width];
        L.Store(L.Zero, zeros);
        float* shared = blocks[0].Shared.Pointer, gradient = shared + (nint)Points * task.InputPoint * L.Width;
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
                ChunkWeight = planes * L.Width * task.Group * L.Width,
            };
            for (int point = 0; point < Points; point++)
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
        nint point = (nint)task.SumPoint * L.Width;
        float* from = memory.Scratch.Pointer + (nint)vector * task.SumPlanes.PlaneStride * L.Width, to = memory.Gradients.Pointer + task.Weights;
        var starts = task.PackedStart.AsSpan(k, Math.Min(L.Width, task.Geometry.OutChannels - k));
        for (int channel = c; channel < c + channels; channel++, from += L.Width)
        {
            for (int j = 0; j < Side; j++)
            {
                SixPoints<L, V>.FilterGradient(from + j * point, Side * point, half + j * L.Width, Side * L.Width, taps);
            }

            for (int r = 0; r < taps; r++)
            {
                SixPoints<L, V>.FilterGradient(half + r * Side * L.Width, L.Width, weights + r * taps * L.Width, L.Width, taps);
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
