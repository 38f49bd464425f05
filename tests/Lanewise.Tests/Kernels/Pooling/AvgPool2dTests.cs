using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Kernels;

public sealed class AvgPool2dTests
{
    private const int Channels = 3;

    public static TheoryData<string, int> Rows => PoolCase.Names;

    [Theory]
    [MemberData(nameof(Rows))]
    public void Forward_is_the_plain_average_with_padding_counted_or_not(string name, int width)
    {
        var one = PoolCase.Find(name);
        foreach (bool padded in new[] { true, false })
        {
            var (kernels, buffer) = (KernelSet.For(width), new KernelBuffer(width));
            var (x, y) = one.Lay(buffer, Channels);
            buffer.Fill(x);
            var call = new PoolCall(one.RowAxis, one.ColumnAxis, x, y) { CountIncludePad = padded };
            buffer.Scratch = new(call.ScratchVectors * width, leading: false);
            buffer.Run(() =>
            {
                kernels.AvgPool2d(call, buffer.Block, new Part(1, 2));
                kernels.AvgPool2d(call, buffer.Block, new Part(0, 2));
            }, y);
            buffer.AssertClose(name, y, lane => PlainPool2d.Average(one.Rows, one.Columns, buffer.Read(x, lane), padded));
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void The_gradient_is_shared_by_the_pixels_of_each_window(string name, int width)
    {
        var one = PoolCase.Find(name);
        foreach (var (padded, adds) in new[] { (true, false), (false, false), (true, true) })
        {
            var (kernels, buffer) = (KernelSet.For(width), new KernelBuffer(width));
            var (dx, dy) = one.Lay(buffer, Channels);
            buffer.Fill(dy);
            if (adds)
            {
                buffer.Fill(dx, 2);
            }

            Volume[] before = [.. Enumerable.Range(0, width).Select(lane => buffer.Read(dx, lane))];
            var call = new PoolCall(one.RowAxis, one.ColumnAxis, dx, dy) { CountIncludePad = padded, Accumulate = adds };
            buffer.Run(() =>
            {
                kernels.AvgPool2dBackward(call, buffer.Block, new Part(1, 2));
                kernels.AvgPool2dBackward(call, buffer.Block, new Part(0, 2));
            }, dx);
            buffer.AssertClose(name, dx, lane =>
            {
                var gradient = Backward(one, buffer.Read(dx, lane), buffer.Read(dy, lane), padded);
                return adds ? gradient.Map((c, h, w, v) => v + before[lane][c, h, w]) : gradient;
            });
        }
    }

    [Theory]
    [MemberData(nameof(LaneTest.Widths), MemberType = typeof(LaneTest))]
    public void Adaptive_windows_average_their_own_pixels(int width)
    {
        var (kernels, buffer) = (KernelSet.For(width), new KernelBuffer(width));
        Planes x = buffer.Lay(2, 7, 5), y = buffer.Lay(2, 3, 4);
        buffer.Fill(x);
        var call = new PoolCall(PoolAxis.Adaptive(7, 3), PoolAxis.Adaptive(5, 4), x, y);
        buffer.Scratch = new(Math.Max(call.ScratchVectors, x.Width) * width, leading: false);
        buffer.Run(() => kernels.AvgPool2d(call, buffer.Block, Part.All), y);
        buffer.AssertClose("adaptive", y, lane =>
        {
            var image = buffer.Read(x, lane);
            return Volume.Of(2, 3, 4, (c, p, q) =>
                (from h in Enumerable.Range(p * 7 / 3, ((p + 1) * 7 + 2) / 3 - p * 7 / 3)
                 from w in Enumerable.Range(
                    q * 5 / 4, ((q + 1) * 5 + 3) / 4 - q * 5 / 4)
                 select image[c, h, w]).Average());
        });
    }

    private static Volume Backward(PoolCase one, Volume like, Volume dy, bool padded)
    {
        var dx = new double[like.Values.Length];
        int output = 0;
        PlainPool2d.Pool(one.Rows, one.Columns, like, (c, pixels, counted) =>
        {
            foreach (var (h, w) in pixels)
            {
                dx[(c * like.Height + h) * like.Width + w] += dy.Values[output] / (padded ? counted : pixels.Count);
            }

            return output++;
        });
        return like with { Values = dx };
    }
}
