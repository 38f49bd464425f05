using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

// The transform of tiles of input and gradient.
internal static unsafe partial class WinogradGradient<L, V, T>
{
    /// <summary>Transforms input and gradient of all blocks. Writes the tiles and channels of the part to shared memory.</summary>
    public static void Transform(WinogradGradientCall call, ReadOnlySpan<BlockMemory> blocks, Part part)
    {
        blocks = BlocksOf(call, blocks);
        // The last piece is filled up with blocks of zeros.
        int filled = (blocks.Length + call.PieceBlocks - 1) / call.PieceBlocks * call.PieceBlocks;
        var (first, end) = part.Of(call.TransformUnits);
        for (int unit = first; unit < end; unit++)
        {
            // L channels at a time, tile by tile, so that few memory pages are written in turn.
            var (slice, vector) = Math.DivRem(unit, call.InputVectors + call.Vectors);
            var tiles = call.TilesOf(slice);
            for (int block = 0; block < filled; block++)
            {
                for (int tile = tiles.First; tile < tiles.End; tile++)
                {
                    if (vector < call.InputVectors)
                    {
                        var rows = call.RowsOf(slice, call.InputPlanes.Height);
                        TransformInput(call, blocks, block, tile, vector * L.Width, rows);
                    }
                    else
                    {
                        var rows = call.RowsOf(slice, call.GradientRows);
                        TransformGradient(call, blocks, block, tile, (vector - call.InputVectors) * L.Width, rows);
                    }
                }
            }
        }
    }

    private static void TransformInput(
        WinogradGradientCall call, ReadOnlySpan<BlockMemory> blocks, int block, int tile, int first, (int First, int End) rows)
    {
        float* columns = stackalloc float[Side * Side * L.Width];
        float* to = blocks[0].Shared.Pointer + call.SharedStart + (nint)call.PlaneOf(block, tile) * call.InputPlanes.PlaneStride * L.Width;
        nint point = (nint)call.InputPoint * L.Width, pitch = (nint)call.InputPlanes.Pitch * L.Width;
        int end = Math.Min(first + L.Width, call.Geometry.InChannels);
        if (block >= blocks.Length)
        {
            Clear(to + (nint)first * L.Width, (end - first) * L.Width, rows, pitch, call.Points, point);
            return;
        }

        var x = Surface.Of<L, V>(blocks[block].Activations.Pointer, call.Input);
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
        WinogradGradientCall call, ReadOnlySpan<BlockMemory> blocks, int block, int tile, int k, (int First, int End) rows)
    {
        int side = call.TileSide, height = call.AlongRows ? 1 : side;
        float* transposed = stackalloc float[height * side * L.Width * L.Width], half = stackalloc float[Side * side * L.Width];
        nint point = (nint)call.GradientPoint * L.Width, line = (nint)call.Group * L.Width, image = call.GradientRows * line;
        var (group, within) = Math.DivRem(k / L.Width, call.Group);
        float* gradient = blocks[0].Shared.Pointer + call.SharedStart + (nint)call.Points * call.InputPoint * L.Width;
        float* to = gradient + ((nint)group * call.GradientGroup + within) * L.Width;
        if (block >= blocks.Length)
        {
            for (int i = 0; i < L.Width; i++)
            {
                Clear(to + call.ImageOf(block, tile, i) * image, L.Width, rows, line, call.Points, point);
            }

            return;
        }

        var dy = Surface.Of<L, V>(blocks[block].Activations.Pointer, call.Gradient);
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
                float* at = to + call.ImageOf(block, tile, i) * image + row * line;
                TransformTile(call.AlongRows, transposed + i * L.Width, side, half, at, point);
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

    private static void Clear(float* to, int length, (int First, int End) rows, nint pitch, int points, nint point)
    {
        for (int i = 0; i < points; i++)
        {
            for (int row = rows.First; row < rows.End; row++)
            {
                new Span<float>(to + i * point + row * pitch, length).Clear();
            }
        }
    }
}
