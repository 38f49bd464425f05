using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Kernels;

public sealed class NewtonSchulzTests
{
    [Theory]
    [MemberData(nameof(LaneTest.Widths), MemberType = typeof(LaneTest))]
    public void The_iteration_is_that_of_plain_loops(int width)
    {
        foreach (var (rows, columns) in new[] { (1, 9), (5, 5), (16, 27), (24, 100) })
        {
            int high = NewtonSchulz.Padded(columns), low = NewtonSchulz.Padded(rows);
            float[] values = Randoms(rows * columns);
            var memory = Padded(values, rows, columns);
            KernelSet.For(width).Orthogonalize(memory, low, high);
            double[,] expected = Plain(values, rows, columns);
            for (int i = 0; i < low; i++)
            {
                for (int j = 0; j < high; j++)
                {
                    double value = i < rows && j < columns ? expected[i, j] : 0;
                    Assert.Equal(value, memory.Slice(i * high + j, 1)[0], 1e-5);
                }
            }
        }
    }

    [Fact]
    public void Bits_do_not_depend_on_the_lane_width()
    {
        float[][] results = [.. KernelSet.Widths.Where(width => width > 1).Select(width =>
        {
            var memory = Padded(Randoms(24 * 100), 24, 100);
            KernelSet.For(width).Orthogonalize(memory, 32, 112);
            return memory.Slice(0, 32 * 112).ToArray();
        })];
        Assert.All(results, one => Assert.Equal(results[0], one));
    }

    [Fact]
    public void Rows_come_close_to_orthogonal_unit_vectors()
    {
        var memory = Padded(Randoms(16 * 144), 16, 144);
        KernelSet.For().Orthogonalize(memory, 16, 144);
        float[] x = memory.Slice(0, 16 * 144).ToArray();
        for (int i = 0; i < 16; i++)
        {
            for (int k = 0; k < 16; k++)
            {
                double product = Enumerable.Range(0, 144).Sum(j => (double)x[i * 144 + j] * x[k * 144 + j]);
                Assert.InRange(product, i == k ? 0.4 : -0.3, i == k ? 1.5 : 0.3);
            }
        }
    }

    [Fact]
    public void A_matrix_of_zeros_stays_zero()
    {
        var memory = Padded(new float[16 * 16], 16, 16);
        KernelSet.For().Orthogonalize(memory, 16, 16);
        Assert.All(memory.Slice(0, 256).ToArray(), value => Assert.Equal(0, value));
    }

    /// <summary>The iteration in plain loops; a matrix of more rows than columns is transposed.</summary>
    internal static double[,] Orthogonal(float[] values, int rows, int columns)
    {
        if (rows <= columns)
        {
            return Plain(values, rows, columns);
        }

        float[] turned = [.. Enumerable.Range(0, values.Length).Select(i => values[i % rows * columns + i / rows])];
        return Transposed(Plain(turned, columns, rows));
    }

    private static float[] Randoms(int count) => Array.ConvertAll(Volume.Randoms(count, 3), value => (float)value);

    private static LaneMemory Padded(float[] values, int rows, int columns)
    {
        int high = NewtonSchulz.Padded(columns), low = NewtonSchulz.Padded(rows);
        var memory = new LaneMemory(NewtonSchulz.Floats(low, high));
        for (int i = 0; i < rows; i++)
        {
            values.AsSpan(i * columns, columns).CopyTo(memory.Slice(i * high, columns));
        }

        return memory;
    }

    private static double[,] Plain(float[] values, int rows, int columns)
    {
        double norm = Math.Sqrt(values.Sum(v => (double)v * v)) + 1e-7;
        var x = new double[rows, columns];
        for (int i = 0; i < values.Length; i++)
        {
            x[i / columns, i % columns] = values[i] / norm;
        }

        for (int step = 0; step < 5; step++)
        {
            var a = Multiply(x, Transposed(x));
            var b = Combine(2.0315, Multiply(a, a), -4.7750, a);
            x = Combine(3.4445, x, 1, Multiply(b, x));
        }

        return x;
    }

    private static double[,] Combine(double p, double[,] x, double q, double[,] y)
    {
        var result = new double[x.GetLength(0), x.GetLength(1)];
        for (int i = 0; i < x.GetLength(0); i++)
        {
            for (int j = 0; j < x.GetLength(1); j++)
            {
                result[i, j] = p * x[i, j] + q * y[i, j];
            }
        }

        return result;
    }

    private static double[,] Transposed(double[,] x)
    {
        var result = new double[x.GetLength(1), x.GetLength(0)];
        for (int i = 0; i < x.GetLength(0); i++)
        {
            for (int j = 0; j < x.GetLength(1); j++)
            {
                result[j, i] = x[i, j];
            }
        }

        return result;
    }

    private static double[,] Multiply(double[,] x, double[,] y)
    {
        var result = new double[x.GetLength(0), y.GetLength(1)];
        for (int i = 0; i < x.GetLength(0); i++)
        {
            for (int j = 0; j < y.GetLength(1); j++)
            {
                for (int k = 0; k < x.GetLength(1); k++)
                {
                    result[i, j] += x[i, k] * y[k, j];
                }
            }
        }

        return result;
    }
}
