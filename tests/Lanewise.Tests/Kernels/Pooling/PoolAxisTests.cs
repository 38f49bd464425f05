using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Kernels;

public sealed class PoolAxisTests
{
    public static TheoryData<int, int, int, bool, int> Axes => new()
    {
        { 2, 2, 0, false, 8 },
        { 2, 2, 0, false, 7 },
        { 2, 2, 0, true, 7 },
        { 3, 2, 1, false, 9 },
        { 3, 2, 1, true, 8 },
        { 3, 1, 1, false, 5 },
        { 2, 3, 0, false, 8 },
        { 5, 3, 2, true, 11 },
        { 4, 4, 0, false, 4 },
    };

    [Theory]
    [MemberData(nameof(Axes))]
    public void Windows_are_cut_at_the_edges(int kernel, int stride, int padding, bool ceil, int inputs)
    {
        var axis = new ConvAxis(kernel, stride, padding, padding, Ceil: ceil);
        var pool = PoolAxis.Of(axis, inputs);
        Assert.Equal((axis.Outputs(inputs), inputs), (pool.Outputs, pool.Inputs));
        for (int i = 0; i < pool.Outputs; i++)
        {
            var (first, end, counted) = PlainPool2d.Window(axis, inputs, i);
            Assert.Equal((first, end), pool.Window(i));
            Assert.Equal(counted, pool.Counted(i));
        }

        AssertConsistent(pool);
        Assert.Equal((kernel, stride, padding, kernel > stride), (pool.Kernel, pool.Stride, pool.Before, pool.Overlaps));
        // The last window's end, and what the row's memory must hold with both ends repeated.
        Assert.Equal((pool.Outputs - 1) * stride + kernel - padding - inputs, pool.After);
        Assert.Equal(padding + inputs + Math.Max(0, pool.After), pool.Reach);
    }

    [Theory]
    [InlineData(7, 3)]
    [InlineData(8, 8)]
    [InlineData(3, 7)]
    [InlineData(12, 1)]
    public void Adaptive_windows_are_PyTorchs(int inputs, int outputs)
    {
        var pool = PoolAxis.Adaptive(inputs, outputs);
        Assert.Equal(outputs, pool.Outputs);
        for (int i = 0; i < outputs; i++)
        {
            int first = (int)Math.Floor((double)i * inputs / outputs), end = (int)Math.Ceiling((i + 1.0) * inputs / outputs);
            Assert.Equal((first, end), pool.Window(i));
            Assert.Equal(end - first, pool.Counted(i));
        }

        AssertConsistent(pool);
    }

    private static void AssertConsistent(PoolAxis pool)
    {
        bool tiling = true;
        for (int input = 0; input < pool.Inputs; input++)
        {
            var (first, end) = pool.CoveringWindows(input);
            int[] covering = [.. Enumerable.Range(0, pool.Outputs).Where(i => pool.Window(i).First <= input && input < pool.Window(i).End)];
            Assert.Equal(covering, Enumerable.Range(first, end - first));
            tiling &= covering.Length == 1;
        }

        Assert.Equal(tiling, pool.IsTiling);
        Assert.Equal(Enumerable.Range(0, pool.Outputs).Max(i => pool.Window(i).End - pool.Window(i).First), pool.MaxWindow);
    }
}
