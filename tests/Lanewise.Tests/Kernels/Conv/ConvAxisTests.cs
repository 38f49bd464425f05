using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Kernels;

public sealed class ConvAxisTests
{
    public static TheoryData<int, int, int, int, int> Axes
    {
        get
        {
            var rows = new TheoryData<int, int, int, int, int>();
            foreach (var (kernel, stride, before, after, dilation) in new[]
            {
                (1, 1, 0, 0, 1), (3, 1, 1, 1, 1), (5, 1, 2, 2, 1), (3, 2, 1, 0, 1), (7, 2, 3, 3, 1), (2, 3, 0, 1, 1), (3, 1, 2, 2, 2),
                (3, 2, 0, 4, 3), (2, 1, 4, 0, 1), (4, 3, 2, 5, 2), (1, 2, 0, 0, 1),
            })
            {
                rows.Add(kernel, stride, before, after, dilation);
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Axes))]
    public void Outputs_follow_PyTorchs_formula(int kernel, int stride, int before, int after, int dilation)
    {
        var axis = new ConvAxis(kernel, stride, before, after, dilation);
        for (int inputs = (int)Math.Max(1, axis.Span); inputs < 20; inputs++)
        {
            Assert.Equal(PlainConv2d.Outputs(axis, inputs), axis.Outputs(inputs));
        }

        Assert.Equal(1, axis.Outputs((int)axis.Span));
        Assert.Equal(0, axis.Outputs((int)axis.Span - 1));
    }

    [Theory]
    [InlineData(3, 2, 0, 6, 3)]
    [InlineData(3, 2, 0, 7, 3)]
    [InlineData(3, 2, 1, 6, 4)]
    [InlineData(2, 3, 0, 7, 3)]
    [InlineData(2, 2, 1, 4, 3)]
    [InlineData(1, 3, 0, 5, 2)]
    [InlineData(2, 3, 1, 4, 2)]
    public void Ceil_mode_keeps_a_last_window_that_begins_inside(int kernel, int stride, int padding, int inputs, int outputs) =>
        Assert.Equal(outputs, new ConvAxis(kernel, stride, padding, padding, Ceil: true).Outputs(inputs));

    [Theory]
    [MemberData(nameof(Axes))]
    public void Forward_taps_are_the_inputs_that_each_output_reads(int kernel, int stride, int before, int after, int dilation)
    {
        var axis = new ConvAxis(kernel, stride, before, after, dilation);
        for (int inputs = (int)Math.Max(1, axis.Span); inputs < 16; inputs++)
        {
            var taps = axis.Forward(inputs);
            Assert.Equal(axis.Outputs(inputs), taps.Length);
            for (int i = 0; i < taps.Length; i++)
            {
                var expected = Enumerable.Range(0, kernel).Select(r => new AxisTap(i * stride + r * dilation - before, r))
                    .Where(tap => tap.Source >= 0 && tap.Source < inputs);
                Assert.Equal(expected, taps[i]);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Axes))]
    public void Backward_taps_are_the_forward_taps_seen_from_the_input(int kernel, int stride, int before, int after, int dilation)
    {
        var axis = new ConvAxis(kernel, stride, before, after, dilation);
        for (int inputs = (int)Math.Max(1, axis.Span); inputs < 16; inputs++)
        {
            var (forward, backward) = (axis.Forward(inputs), axis.Backward(inputs));
            var seen = forward.SelectMany((taps, output) => taps.Select(tap => (tap.Source, output, tap.Kernel))).Order();
            var listed = backward.SelectMany((taps, input) => taps.Select(tap => (input, tap.Source, tap.Kernel))).Order();
            Assert.Equal(inputs, backward.Length);
            Assert.Equal(seen, listed);
        }
    }

    [Theory]
    [MemberData(nameof(Axes))]
    public void Borders_are_as_wide_as_what_is_read_beyond_the_ends(int kernel, int stride, int before, int after, int dilation)
    {
        var axis = new ConvAxis(kernel, stride, before, after, dilation);
        for (int inputs = (int)Math.Max(1, axis.Span); inputs < 16; inputs++)
        {
            int outputs = axis.Outputs(inputs), last = (outputs - 1) * stride + (kernel - 1) * dilation - before;
            Assert.Equal(Math.Max(0, Math.Max(before, last - (inputs - 1))), axis.ForwardBorder(inputs));
            // A gradient may read beyond either end the output that a tap would meet if there were more of them.
            int low = 0, high = outputs - 1;
            for (int i = 0; i < inputs; i++)
            {
                for (int r = 0; r < kernel; r++)
                {
                    int at = i + before - r * dilation;
                    if (at % stride == 0)
                    {
                        (low, high) = (Math.Min(low, at / stride), Math.Max(high, at / stride));
                    }
                }
            }

            Assert.True(axis.BackwardBorder(inputs) >= Math.Max(-low, high - (outputs - 1)));
        }
    }
}
