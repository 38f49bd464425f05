namespace Lanewise.Kernels;

/// <summary>
/// The transforms of 2-D Winograd, y = Aᵀ((G w Gᵀ) ⊙ (Bᵀ x B)) A, tile by tile; max pooling is applied to a tile before it is written.
/// </summary>
internal static unsafe class WinogradTiles<L, V, T>
    where L : unmanaged, ILane<V>
    where V : unmanaged
    where T : unmanaged, IWinogradTransform<L, V>
{
    private static int Side => T.Side;

    /// <summary>Transforms the inputs of a block, neighbouring tiles of a row at a time. Writes points.</summary>
    public static void TransformInputs(
        TileWinogradCall call, in BlockMemory memory, WinogradCall.PointSum sum, int firstTile, float* to, float* columns)
    {
        var x = Surface.Of<L, V>(memory.Activations.Pointer, call.Source);
        nint plane = (nint)sum.Source.PlaneStride * L.Width, point = (nint)call.InputPoint * L.Width;
        for (int done = 0, tiles; done < sum.Outputs; done += tiles)
        {
            int first = firstTile + done;
            tiles = Math.Min(sum.Outputs - done, call.Grid.Columns - first % call.Grid.Columns);
            float* at = to + (nint)done * L.Width;
            for (int c = 0; c < call.Source.Channels; c++, at += plane)
            {
                Transform(call.Source, call.Grid, x.Pointer + c * x.Plane, first, tiles, columns, at, L.Width, point);
            }
        }
    }

    /// <summary>Transforms the sums of a block. Writes outputs, with the epilogue applied, or pooled outputs.</summary>
    public static void TransformOutputs(
        TileWinogradCall call, in BlockMemory memory, WinogradCall.PointSum sum, int firstTile, int firstOutput, int outputs, float* from)
    {
        float* activations = memory.Activations.Pointer;
        var pool = call.Epilogue.Pool;
        var y = Surface.Of<L, V>(activations, pool?.Output ?? call.Output);
        var add = call.Epilogue.Add is { } added ? Surface.Of<L, V>(activations, added) : default;
        var mask = call.Epilogue.Mask is { } masking ? Surface.Of<L, V>(activations, masking) : default;
        int side = call.TileSide;
        float* half = stackalloc float[Side * Side * L.Width];
        nint plane = (nint)sum.Output(call.Chunk).PlaneStride * L.Width, point = (nint)call.OutputPoint * L.Width;
        V none = L.Create(float.NegativeInfinity), min = call.Epilogue.ReLU ? L.Zero : none;
        var activation = ConvActivation<L, V>.Of(call, activations);
        bool isPlain = call.Epilogue.Add is null && call.Epilogue.Mask is null;
        for (int i = 0; i < outputs; i++)
        {
            int k = firstOutput + i;
            for (int t = 0; t < sum.Outputs; t++)
            {
                var (row, column) = call.Grid.Corner(firstTile + t);
                float* m = from + i * plane + (nint)t * L.Width;
                for (int j = 0; j < Side; j++)
                {
                    T.Output(m + j * point, Side * point, half + j * L.Width, Side * L.Width, side, none);
                }

                int rows = Math.Min(side, call.Output.Height - row), columns = Math.Min(side, call.Output.Width - column);
                for (int r = 0; r < rows; r++)
                {
                    float* line = half + r * Side * L.Width, to = pool is null ? Winograd<L, V, T>.At(y, k, row + r, column) : line;
                    if (isPlain && columns == side)
                    {
                        T.Output(line, L.Width, to, L.Width, side, min);
                    }
                    else
                    {
                        T.Output(line, L.Width, line, L.Width, side, none);
                        float* shortcut = Winograd<L, V, T>.At(add, k, row + r, column);
                        float* cut = Winograd<L, V, T>.At(mask, k, row + r, column);
                        Winograd<L, V, T>.Finish(line, columns, min, to, shortcut, cut);
                    }
                }

                activation.Apply((k, k + 1), (row, row + rows), (column, column + columns));
                if (pool is not null)
                {
                    Pool(pool, half, row, rows, column, columns, y.Pointer + k * y.Plane, y.Pitch);
                }
            }
        }
    }

    /// <summary>Writes the pooled pixels of a tile.</summary>
    private static void Pool(PoolCall pool, float* tile, int row, int rows, int column, int columns, float* y, nint pitch)
    {
        int high = pool.Rows.Kernel, wide = pool.Columns.Kernel;
        for (int i = 0; i < rows && (row + i) / high < pool.Output.Height; i += high)
        {
            float* to = y + (row + i) / high * pitch + column / wide * L.Width;
            for (int j = 0; j < columns && (column + j) / wide < pool.Output.Width; j += wide, to += L.Width)
            {
                float* first = tile + (i * Side + j) * L.Width;
                int width = Math.Min(wide, columns - j);
                V best = Maxima<L, V>.Of(first, L.Width, width);
                for (int r = 1; r < Math.Min(high, rows - i); r++)
                {
                    best = L.Max(best, Maxima<L, V>.Of(first + r * Side * L.Width, L.Width, width));
                }

                L.Store(best, to);
            }
        }
    }

    /// <summary>
    /// Transforms neighbouring tiles of one channel: each column once, then each tile as soon as its columns are transformed. Writes
    /// points.
    /// </summary>
    /// <param name="source">The input.</param>
    /// <param name="grid">The tiles.</param>
    /// <param name="plane">The channel's first pixel.</param>
    /// <param name="first">The first tile.</param>
    /// <param name="tiles">The number of tiles, all in one row of tiles.</param>
    /// <param name="columns">Memory for the columns of points that the tiles read.</param>
    /// <param name="to">The destination of the first tile's first point.</param>
    /// <param name="toTile">The distance between tiles in the destination, in floats.</param>
    /// <param name="toPoint">The distance between points in the destination, in floats.</param>
    public static void Transform(
        Planes source, TileGrid grid, float* plane, int first, int tiles, float* columns, float* to, nint toTile, nint toPoint)
    {
        nint pitch = (nint)source.Pitch * L.Width;
        var (row, column) = grid.Corner(first);
        (row, column) = (row - grid.Padding, column - grid.Padding);
        int side = grid.Side;
        float* from = plane + row * pitch + (nint)column * L.Width;
        int above = -row, below = source.Height - row;
        for (int tile = 0, next = 0; tile < tiles; tile++, columns += side * Side * L.Width, to += toTile)
        {
            for (; next < tile * side + Side; next++, from += L.Width, column++)
            {
                float* half = columns + (next - tile * side) * Side * L.Width;
                if ((uint)column >= (uint)source.Width)
                {
                    T.Input(from, pitch, 0, 0, half, L.Width);
                }
                else if (above <= 0 && below >= Side)
                {
                    T.Input(from, pitch, half, L.Width);
                }
                else
                {
                    T.Input(from, pitch, above, below, half, L.Width);
                }
            }

            for (int i = 0; i < Side; i++)
            {
                T.Input(columns + i * L.Width, Side * L.Width, to + i * Side * toPoint, toPoint);
            }
        }
    }
}
