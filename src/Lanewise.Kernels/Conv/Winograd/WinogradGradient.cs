using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Lanewise.Kernels;

/// <summary>
/// The weight gradient by Winograd: dw[k][c] = Gᵀ · (Σ over tiles and images of (A dy[k] Aᵀ) ⊙ (Bᵀ x[c] B)) · G. Input and gradient are
/// transformed into shared memory; the sums run through <see cref="ConvTile{L, V, G, O}"/>, where a tap is one tile of one image, a pixel
/// is an input channel, and a lane is an output channel. Adds to the packed weight gradients.
/// </summary>
internal static unsafe class WinogradGradient<L, V, T>
    where L : unmanaged, ILane<V>
    where V : unmanaged
    where T : unmanaged, IWinogradGradientTransform<L, V>
{
    private static int Side => T.Side;

    /// <summary>Transforms input and gradient of all blocks. Writes the tiles and channels of the part to shared memory.</summary>
    public static void Transform(WinogradGradientCall call, ReadOnlySpan<BlockMemory> blocks, Part part)
    {
        var (first, end) = part.Of(call.TransformUnits);
        for (int unit = first; unit < end; unit++)
        {
            // L channels at a time, tile by tile, so that few memory pages are written in turn.
            var (slice, vector) = Math.DivRem(unit, call.InputVectors + call.Vectors);
            var tiles = call.TilesOf(slice);
            for (int block = 0; block < blocks.Length; block++)
            {
                for (int tile = tiles.First; tile < tiles.End; tile++)
                {
                    if (vector < call.InputVectors)
                    {
                        var rows = call.RowsOf(slice, call.InputPlanes.Height);
                        TransformInput(call, blocks[block], tile, block * call.Tiles + tile, vector * L.Width, rows);
                    }
                    else
                    {
                        var rows = call.RowsOf(slice, call.GradientRows);
                        TransformGradient(call, blocks[block], tile, block * call.Tiles + tile, (vector - call.InputVectors) * L.Width,
                            rows);
                    }
                }
            }
        }
    }

    /// <summary>Adds to the gradients to weights and bias of the outputs and inputs of the part.</summary>
    public static void Run(WinogradGradientCall call, ReadOnlySpan<BlockMemory> blocks, Part part)
    {
        var (first, end) = part.Of(call.Units);
        for (int unit = first; unit < end; unit++)
        {
            var (group, chunk) = Math.DivRem(unit, call.Chunks);
            int c = call.ChunkStart(chunk), channels = call.ChunkStart(chunk + 1) - c;
            int vector = group * call.Group, vectors = Math.Min(call.Group, call.Vectors - vector);
            Sum(call, blocks, group, vectors, c, channels);
            for (int i = 0; i < vectors; i++)
            {
                AddWeights(call, blocks[0], i, (vector + i) * L.Width, c, channels);
            }

            if (call.Bias >= 0 && chunk == 0)
            {
                int k = vector * L.Width, last = Math.Min(k + vectors * L.Width, call.Geometry.OutChannels);
                foreach (ref readonly var block in blocks)
                {
                    var dy = Surface.Of<L, V>(block.Activations.Pointer, call.Gradient);
                    Conv2d<L, V>.BiasGradient(dy, call.Gradient, block.Gradients.Pointer + call.Bias, k, last);
                }
            }
        }
    }

    private static void TransformInput(
        WinogradGradientCall call, in BlockMemory memory, int tile, int plane, int first, (int First, int End) rows)
    {
        float* columns = stackalloc float[Side * Side * L.Width];
        var x = Surface.Of<L, V>(memory.Activations.Pointer, call.Input);
        float* to = memory.Shared.Pointer + (nint)plane * call.InputPlanes.PlaneStride * L.Width;
        nint point = (nint)call.InputPoint * L.Width, pitch = (nint)call.InputPlanes.Pitch * L.Width;
        int end = Math.Min(first + L.Width, call.Geometry.InChannels);
        int column = (call.FirstTile + tile) * call.TileSide - call.Geometry.Columns.Padding;
        for (int c = first; c < end && !call.AlongRows; c++)
        {
            float* at = to + (nint)c * L.Width;
            WinogradTiles<L, V, T>.Transform(
                call.Input, call.Grid, x.Pointer + c * x.Plane, call.FirstTile + tile, 1, columns, at, 0, point);
        }

        for (int row = rows.First; row < rows.End && call.AlongRows; row++)
        {
            float* from = x.Pointer + (call.FirstInputRow + row) * x.Pitch, at = to + row * pitch;
            for (int c = first; c < end; c++)
            {
                WinogradRows<L, V, T>.Transform(call.Input, from + c * x.Plane, column, at + (nint)c * L.Width, point);
            }
        }
    }

    /// <summary>Transposes L outputs into the lanes, image by image, and transforms the gradient to them. Writes shared memory.</summary>
    private static void TransformGradient(
        WinogradGradientCall call, in BlockMemory memory, int tile, int plane, int k, (int First, int End) rows)
    {
        int side = call.TileSide, height = call.AlongRows ? 1 : side;
        float* transposed = stackalloc float[height * side * L.Width * L.Width], half = stackalloc float[Side * side * L.Width];
        var dy = Surface.Of<L, V>(memory.Activations.Pointer, call.Gradient);
        nint point = (nint)call.GradientPoint * L.Width, line = (nint)call.Group * L.Width, image = call.GradientRows * line;
        var (group, within) = Math.DivRem(k / L.Width, call.Group);
        float* gradient = memory.Shared.Pointer + (nint)call.Points * call.InputPoint * L.Width;
        float* to = gradient + ((nint)group * call.GradientGroup + within) * L.Width + plane * L.Width * image;
        for (int row = rows.First; row < rows.End; row++)
        {
            var (tileRow, tileColumn) = call.AlongRows
                ? (call.FirstRow + row, (call.FirstTile + tile) * side)
                : call.Grid.Corner(call.FirstTile + tile);
            float* from = dy.Pointer + k * dy.Plane + tileRow * dy.Pitch + tileColumn * dy.Pixel;
            var existing = (call.Gradient.Height - tileRow, call.Gradient.Width - tileColumn);
            Transpose(dy, from, Math.Min(L.Width, call.Geometry.OutChannels - k), (height, side), existing, transposed);
            for (int i = 0; i < L.Width; i++)
            {
                TransformTile(call.AlongRows, transposed + i * L.Width, side, half, to + i * image + row * line, point);
            }
        }
    }

    /// <summary>
    /// Transposes the pixels of a tile from [output][pixel][image]. Writes [pixel][image][output], zeros for outputs and pixels that do not
    /// exist.
    /// </summary>
    private static void Transpose(
        Surface dy, float* from, int outputs, (int Height, int Width) tile, (int Rows, int Columns) existing, float* to)
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
                        L.StoreTransposed(
                            L.Load(pixel), L.Load(pixel + dy.Plane), L.Load(pixel + 2 * dy.Plane), L.Load(pixel + 3 * dy.Plane),
                            at, L.Width);
                    }
                    else
                    {
                        L.StoreTransposed(
                            present > 0 ? L.Load(pixel) : L.Zero, present > 1 ? L.Load(pixel + dy.Plane) : L.Zero,
                            present > 2 ? L.Load(pixel + 2 * dy.Plane) : L.Zero, L.Zero, at, L.Width);
                    }
                }
            }
        }
    }

    /// <summary>Transforms one tile of one image, as <see cref="Transpose"/> laid it out. Writes its points.</summary>
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

    /// <summary>Computes the sums over the tiles and images of all blocks at each point. Writes scratch memory.</summary>
    private static void Sum(WinogradGradientCall call, ReadOnlySpan<BlockMemory> blocks, int group, int vectors, int c, int channels)
    {
        float* zeros = stackalloc float[L.Width];
        L.Store(L.Zero, zeros);
        float* shared = blocks[0].Shared.Pointer, gradient = shared + (nint)call.Points * call.InputPoint * L.Width;
        var table = call.Sums[channels - call.MinChannels];
        fixed (Tap* taps = table.Taps)
        fixed (Tile* tiles = table.Tiles)
        {
            nint planes = call.Tiles / table.Chunks;
            var frame = new ConvFrame
            {
                Bias = zeros,
                Taps = taps,
                SourceStep = L.Width,
                OutputStep = L.Width,
                WeightStride = L.Width,
                Chunks = table.Chunks * blocks.Length,
                ChunkInput = planes * call.InputPlanes.PlaneStride * L.Width,
                ChunkWeight = planes * L.Width * call.GradientRows * call.Group * L.Width,
            };
            for (int point = 0; point < call.Points; point++)
            {
                frame.Source = shared + ((nint)point * call.InputPoint + c) * L.Width;
                frame.Weights = gradient + ((nint)point * call.GradientPoint + (nint)group * call.GradientGroup) * L.Width;
                frame.Output = Surface.Of<L, V>(blocks[0].Scratch.Pointer + (nint)point * call.SumPoint * L.Width, call.SumPlanes);
                Conv2d<L, V>.Outputs<ChannelOperands<L, V>>(&frame, tiles, tiles + table.Tiles.Length, 0, vectors, call.Group);
            }
        }
    }

    /// <summary>Transforms the sums of one vector of outputs. Adds them to the packed weight gradients.</summary>
    private static void AddWeights(WinogradGradientCall call, in BlockMemory memory, int vector, int k, int c, int channels)
    {
        int taps = call.Geometry.Rows.Kernel, positions = taps * taps;
        float* half = stackalloc float[taps * Side * L.Width], weights = stackalloc float[positions * L.Width];
        nint point = (nint)call.SumPoint * L.Width, pitch = (nint)call.SumPlanes.Pitch * L.Width;
        float* from = memory.Scratch.Pointer + (nint)vector * call.SumPlanes.PlaneStride * L.Width;
        float* to = memory.Gradients.Pointer + call.Weights;
        var starts = call.PackedStart.AsSpan(k, Math.Min(L.Width, call.Geometry.OutChannels - k));
        for (int channel = c; channel < c + channels; channel++, from += L.Width)
        {
            for (int j = 0; !call.AlongRows && j < Side; j++)
            {
                T.FilterGradient(from + j * point, Side * point, half + j * L.Width, Side * L.Width, taps);
            }

            for (int r = 0; r < taps; r++)
            {
                float* sums = call.AlongRows ? from + r * pitch : half + r * Side * L.Width;
                T.FilterGradient(sums, call.AlongRows ? point : L.Width, weights + r * taps * L.Width, L.Width, taps);
            }

            Add(weights, positions, starts, to + (nint)channel * positions * call.PackedGroup, call.PackedGroup);
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
