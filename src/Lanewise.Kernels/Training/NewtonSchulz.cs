namespace Lanewise.Kernels;

/// <summary>
/// Makes a matrix nearly orthogonal, X ≈ U·Vᵀ of its singular value decomposition, by five steps of a Newton-Schulz iteration with the
/// constants of Jordan et al. 2024 ("Muon"): X ← aX + (bA + cA²)X, A = XXᵀ, from X / ‖X‖. Rows and columns are padded with zeros to
/// multiples of <see cref="Block"/>. Each sum runs over its terms one after the other, whatever the lane width.
/// </summary>
internal static unsafe class NewtonSchulz<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    private const int Block = NewtonSchulz.Block, Tile = 8, Steps = 5;
    private const float First = 3.4445f, Second = -4.7750f, Third = 2.0315f;

    /// <summary>Writes x.</summary>
    /// <param name="x">The matrix of rows × columns, no more rows than columns, followed by working memory.</param>
    /// <param name="rows">The padded rows.</param>
    /// <param name="columns">The padded columns.</param>
    public static void Run(float* x, int rows, int columns)
    {
        int size = rows * columns, square = rows * rows;
        float* transposed = x + size, product = transposed + size, a = product + size, b = a + square;
        Normalize(x, size);
        for (int step = 0; step < Steps; step++)
        {
            Transpose(x, transposed, rows, columns);
            Multiply(x, transposed, a, rows, columns, rows);
            Multiply(a, a, b, rows, rows, rows);
            Combine(b, Third, a, Second, b, square);
            Multiply(b, x, product, rows, rows, columns);
            Combine(x, First, product, 1, x, size);
        }
    }

    private static void Normalize(float* x, int size)
    {
        const double Smallest = 1e-7;
        double sum = 0;
        for (int i = 0; i < size; i++)
        {
            sum += (double)x[i] * x[i];
        }

        V scale = L.Create((float)(1 / (Math.Sqrt(sum) + Smallest)));
        for (int i = 0; i < size; i += L.Width)
        {
            L.Store(L.Multiply(scale, L.Load(x + i)), x + i);
        }
    }

    private static void Transpose(float* x, float* to, int rows, int columns)
    {
        for (int i = 0; i < rows; i += Block)
        {
            for (int j = 0; j < columns; j++)
            {
                for (int k = i; k < i + Block; k++)
                {
                    to[j * rows + k] = x[k * columns + j];
                }
            }
        }
    }

    /// <summary>to = xScale · x + yScale · y.</summary>
    private static void Combine(float* x, float xScale, float* y, float yScale, float* to, int size)
    {
        V first = L.Create(xScale), second = L.Create(yScale);
        for (int i = 0; i < size; i += L.Width)
        {
            L.Store(L.Fma(first, L.Load(x + i), L.Multiply(second, L.Load(y + i))), to + i);
        }
    }

    /// <summary>to = x · y, of rows × inner and inner × columns.</summary>
    private static void Multiply(float* x, float* y, float* to, int rows, int inner, int columns)
    {
        for (int j = 0; j < columns; j += L.Width)
        {
            for (int i = 0; i < rows; i += Tile)
            {
                float* from = x + i * inner, sums = to + i * columns + j, line = y + j;
                V s0 = L.Zero, s1 = L.Zero, s2 = L.Zero, s3 = L.Zero, s4 = L.Zero, s5 = L.Zero, s6 = L.Zero, s7 = L.Zero;
                for (int k = 0; k < inner; k++, from++, line += columns)
                {
                    V value = L.Load(line);
                    s0 = L.Fma(L.Create(from[0]), value, s0);
                    s1 = L.Fma(L.Create(from[inner]), value, s1);
                    s2 = L.Fma(L.Create(from[2 * inner]), value, s2);
                    s3 = L.Fma(L.Create(from[3 * inner]), value, s3);
                    s4 = L.Fma(L.Create(from[4 * inner]), value, s4);
                    s5 = L.Fma(L.Create(from[5 * inner]), value, s5);
                    s6 = L.Fma(L.Create(from[6 * inner]), value, s6);
                    s7 = L.Fma(L.Create(from[7 * inner]), value, s7);
                }

                L.Store(s0, sums);
                L.Store(s1, sums + columns);
                L.Store(s2, sums + 2 * columns);
                L.Store(s3, sums + 3 * columns);
                L.Store(s4, sums + 4 * columns);
                L.Store(s5, sums + 5 * columns);
                L.Store(s6, sums + 6 * columns);
                L.Store(s7, sums + 7 * columns);
            }
        }
    }
}

/// <summary>The sizes of the Newton-Schulz iteration.</summary>
internal static class NewtonSchulz
{
    /// <summary>Rows and columns are multiples of it.</summary>
    public const int Block = 16;

    /// <summary>Rounds rows or columns up.</summary>
    public static int Padded(int length) => checked(length + Block - 1) / Block * Block;

    /// <summary>The floats of a matrix and its working memory.</summary>
    public static int Floats(int rows, int columns) => checked(3 * rows * columns + 2 * rows * rows);
}
