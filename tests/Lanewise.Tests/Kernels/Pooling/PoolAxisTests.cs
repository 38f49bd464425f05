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
            var (window, counted) = PlainPool2d.Window(axis, inputs, i);
            Assert.Equal((window[0], window[^1] + 1), pool.Window(i));
            Assert.Equal((window.Length, counted), (pool.InputsOf(i), pool.Counted(i)));
        }

        AssertConsistent(pool);
        Assert.Equal((kernel, stride, padding, kernel > stride), (pool.Kernel, pool.Stride, pool.Before, pool.Overlaps));
        // The last window's end, and what the row's memory must hold with both ends repeated.
        Assert.Equal((pool.Outputs - 1) * stride + kernel - padding - inputs, pool.After);
        Assert.Equal(padding + inputs + Math.Max(0, pool.After), pool.Reach);
    }

    [Theory]
    [InlineData(3, 1, 2, 2, 9)]
    [InlineData(2, 2, 3, 4, 8)]
    [InlineData(3, 2, 1, 3, 11)]
    [InlineData(2, 1, 3, 4, 4)]
    [InlineData(4, 3, 0, 2, 15)]
    public void Dilated_windows_are_steps_between_their_ends(int kernel, int stride, int padding, int dilation, int inputs)
    {
        foreach (bool ceil in new[] { false, true })
        {
            var axis = new ConvAxis(kernel, stride, padding, padding + 1, dilation, ceil);
            Assert.Equal(-1, axis.FirstEmptyWindow(inputs));
            var pool = PoolAxis.Of(axis, inputs);
            Assert.Equal((axis.Outputs(inputs), dilation), (pool.Outputs, pool.Dilation));
            for (int i = 0; i < pool.Outputs; i++)
            {
                var (window, counted) = PlainPool2d.Window(axis, inputs, i);
                var (first, end) = pool.Window(i);
                Assert.Equal(window, Enumerable.Range(0, pool.InputsOf(i)).Select(r => first + r * dilation));
                Assert.Equal(window[^1] + 1, end);
                Assert.Equal(counted, pool.Counted(i));
            }
        }
    }

    [Fact]
    public void The_first_window_of_padding_alone_is_found()
    {
        for (int kernel = 1; kernel < 4; kernel++)
        {
            for (int dilation = 1; dilation < 5; dilation++)
            {
                for (int padding = 0; padding < 6; padding++)
                {
                    var axis = new ConvAxis(kernel, 2, padding, 6 - padding, dilation);
                    int[] outputs = [.. Enumerable.Range(0, axis.Outputs(5))];
                    int[] empty = [.. outputs.Where(i => PlainPool2d.Window(axis, 5, i).Inputs.Length == 0).Append(-1)];
                    Assert.Equal(empty[0], axis.FirstEmptyWindow(5));
                }
            }
        }
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
