namespace Lanewise.Kernels;

/// <summary>Winograd's transforms along the rows: a row of tiles after the other, so that the filter's rows lie as far apart as taps do.</summary>
internal static unsafe class WinogradRows<L, V, T>
    where L : unmanaged, ILane<V>
    where V : unmanaged
    where T : unmanaged, IWinogradTransform<L, V>
{
    /// <summary>Writes a block's transformed inputs, with zeros for rows outside the picture.</summary>
    public static void TransformInputs(RowWinogradTask task, in BlockMemory memory, WinogradTask.PointSum sum, (int Row, int Tile, int Tiles) block, float* to)
    {
        var x = Surface.Of<L, V>(memory.Activations.Pointer, task.Source);
        nint plane = (nint)sum.Source.PlaneStride * L.Width, point = (nint)task.InputPoint * L.Width;
        int border = task.Source.Border, rows = sum.Source.Width / block.Tiles, firstRow = block.Row - task.Padding, firstColumn = block.Tile * task.TileSide - task.Padding;
        for (int c = 0; c < task.Source.Channels; c++)
        {
            float* at = to + c * plane;
            for (int i = 0; i < rows; i++)
            {
                bool exists = (uint)(firstRow + i) < (uint)task.Source.Height;
                int column = firstColumn;
                float* from = x.Pointer + c * x.Plane + (firstRow + i) * x.Pitch + (nint)column * L.Width;
                for (int t = 0; t < block.Tiles; t++, at += L.Width, column += task.TileSide, from += (nint)task.TileSide * L.Width)
                {
                    // Beside a row lie zeros.
                    if (exists && column >= -border && column + T.Side <= task.Source.Width + border)
                    {
                        T.Input(from, L.Width, at, point);
                    }
                    else
                    {
                        T.Input(from, L.Width, -column, exists ? task.Source.Width - column : -column, at, point);
                    }
                }
            }
        }
    }

    /// <summary>Transforms a block's sums into outputs.</summary>
    public static void TransformOutputs(RowWinogradTask task, in BlockMemory memory, WinogradTask.PointSum sum, (int Row, int Tile, int Tiles) block, int firstOutput, int outputs, float* from)
    {
        float* activations = memory.Activations.Pointer;
        var y = Surface.Of<L, V>(activations, task.Output);
        var add = task.Add is { } shortcut ? Surface.Of<L, V>(activations, shortcut) : default;
        var mask = task.Mask is { } cut ? Surface.Of<L, V>(activations, cut) : default;
        int side = task.TileSide;
        float* line = stackalloc float[T.Side * L.Width];
        nint plane = (nint)sum.Output(task.Chunk).PlaneStride * L.Width, point = (nint)task.OutputPoint * L.Width;
        V none = L.Create(float.NegativeInfinity), least = task.ReLU ? L.Zero : none;
        bool isPlain = task.Add is null && task.Mask is null;
        for (int i = 0; i < outputs; i++)
        {
            int k = firstOutput + i;
            float* m = from + i * plane;
            for (int row = block.Row; row < block.Row + sum.Outputs / block.Tiles; row++)
            {
                int column = block.Tile * side;
                for (int t = 0; t < block.Tiles; t++, m += L.Width, column += side)
                {
                    int columns = Math.Min(side, task.Output.Width - column);
                    float* to = Winograd<L, V, T>.At(y, k, row, column);
                    if (isPlain && columns == side)
                    {
                        T.Output(m, point, to, L.Width, side, least);
                    }
                    else
                    {
                        T.Output(m, point, line, L.Width, side, none);
                        Winograd<L, V, T>.Finish(line, columns, least, to, Winograd<L, V, T>.At(add, k, row, column), Winograd<L, V, T>.At(mask, k, row, column));
                    }
                }
            }
        }
    }
}
