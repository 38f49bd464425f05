using System.Runtime.CompilerServices;

namespace Lanewise.Kernels;

/// <summary>
/// The transforms of 1-D Winograd, y[p] = Σ over r of Aᵀ((G w[r]) ⊙ (Bᵀ x[p + r])): a block's rows of tiles one after the other, so that
/// the filter's rows are a constant distance apart and can be summed like taps.
/// </summary>
internal static unsafe class WinogradRows<L, V, T>
    where L : unmanaged, ILane<V>
    where V : unmanaged
    where T : unmanaged, IWinogradTransform<L, V>
{
    /// <summary>Transforms the inputs of a block. Writes points, zeros for rows outside the image.</summary>
    public static void TransformInputs(
        RowWinogradCall call, in BlockMemory memory, WinogradCall.PointSum sum, (int Row, int Tile, int Tiles) block, float* to)
    {
        var x = Surface.Of<L, V>(memory.Activations.Pointer, call.Source);
        nint plane = (nint)sum.Source.PlaneStride * L.Width, point = (nint)call.InputPoint * L.Width;
        int rows = sum.Source.Width / block.Tiles, firstRow = block.Row - call.Padding,
            firstColumn = block.Tile * call.TileSide - call.Padding;
        for (int c = 0; c < call.Source.Channels; c++)
        {
            float* at = to + c * plane;
            for (int i = 0; i < rows; i++)
            {
                if ((uint)(firstRow + i) >= (uint)call.Source.Height)
                {
                    Clear(at, point, block.Tiles);
                    at += block.Tiles * L.Width;
                    continue;
                }

                float* row = x.Pointer + c * x.Plane + (firstRow + i) * x.Pitch;
                for (int t = 0; t < block.Tiles; t++, at += L.Width)
                {
                    Transform(call.Source, row, firstColumn + t * call.TileSide, at, point);
                }
            }
        }
    }

    /// <summary>Transforms the inputs of a row from a column on, zeros outside it. Writes points.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transform(Planes source, float* row, int column, float* to, nint point)
    {
        float* from = row + (nint)column * L.Width;
        if (column >= -source.Border && column + T.Side <= source.Width + source.Border)
        {
            T.Input(from, L.Width, to, point);
        }
        else
        {
            T.Input(from, L.Width, -column, source.Width - column, to, point);
        }
    }

    /// <summary>Writes zeros at all points of neighbouring tiles.</summary>
    private static void Clear(float* at, nint point, int tiles)
    {
        for (int p = 0; p < T.Side; p++, at += point)
        {
            for (int t = 0; t < tiles; t++)
            {
                L.Store(L.Zero, at + t * L.Width);
            }
        }
    }

    /// <summary>Transforms the sums of a block. Writes outputs, with the epilogue applied.</summary>
    public static void TransformOutputs(
        RowWinogradCall call, in BlockMemory memory, WinogradCall.PointSum sum, (int Row, int Tile, int Tiles) block, int firstOutput,
        int outputs, float* from)
    {
        float* activations = memory.Activations.Pointer;
        var y = Surface.Of<L, V>(activations, call.Output);
        var add = call.Epilogue.Add is { } added ? Surface.Of<L, V>(activations, added) : default;
        var mask = call.Epilogue.Mask is { } masking ? Surface.Of<L, V>(activations, masking) : default;
        int side = call.TileSide;
        float* line = stackalloc float[T.Side * L.Width];
        nint plane = (nint)sum.Output(call.Chunk).PlaneStride * L.Width, point = (nint)call.OutputPoint * L.Width;
        V none = L.Create(float.NegativeInfinity), min = call.Epilogue.ReLU ? L.Zero : none;
        var activation = ConvActivation<L, V>.Of(call, activations);
        bool isPlain = call.Epilogue.Add is null && call.Epilogue.Mask is null;
        for (int i = 0; i < outputs; i++)
        {
            int k = firstOutput + i;
            float* m = from + i * plane;
            for (int row = block.Row; row < block.Row + sum.Outputs / block.Tiles; row++)
            {
                int column = block.Tile * side;
                for (int t = 0; t < block.Tiles; t++, m += L.Width, column += side)
                {
                    int columns = Math.Min(side, call.Output.Width - column);
                    float* to = Winograd<L, V, T>.At(y, k, row, column);
                    if (isPlain && columns == side)
                    {
                        T.Output(m, point, to, L.Width, side, min);
                    }
                    else
                    {
                        T.Output(m, point, line, L.Width, side, none);
                        float* shortcut = Winograd<L, V, T>.At(add, k, row, column), cut = Winograd<L, V, T>.At(mask, k, row, column);
                        Winograd<L, V, T>.Finish(line, columns, min, to, shortcut, cut);
                    }
                }
            }

            int first = block.Tile * side, end = Math.Min(first + block.Tiles * side, call.Output.Width);
            activation.Apply((k, k + 1), (block.Row, block.Row + sum.Outputs / block.Tiles), (first, end));
        }
    }
}
