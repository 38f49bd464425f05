using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Kernels;

public sealed class MaxPool2dTests
{
    private const int Channels = 3;

    public static TheoryData<string, int> Rows => PoolCase.Names;

    [Theory]
    [MemberData(nameof(Rows))]
    public void Forward_is_the_plain_maximum_with_and_without_winners(string name, int width)
    {
        var one = PoolCase.Find(name);
        foreach (var (relu, wins) in new[] { (false, false), (true, false), (false, true), (true, true) })
        {
            var (kernels, buffer) = (KernelSet.For(width), new KernelBuffer(width));
            var (x, y) = one.Lay(buffer, Channels);
            var winner = buffer.Lay(Channels, y.Height, y.Width);
            buffer.Fill(x);
            var call = new PoolCall(one.RowAxis, one.ColumnAxis, x, y) { ReLU = relu, Winner = wins ? winner : null };
            buffer.Scratch = new(call.ScratchVectors * width, leading: false);
            buffer.Run(() => InParts(part => kernels.MaxPool2d(call, buffer.Block, part)), wins ? [y, winner] : [y]);
            buffer.AssertClose(name, y, lane => PlainPool2d.Max(
                one.Rows, one.Columns, buffer.Read(x, lane)).Map((_, _, _, v) => relu ? Math.Max(0, v) : v), 0);
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Each_gradient_goes_to_the_first_maximum_unless_ReLU_stops_it(string name, int width)
    {
        var one = PoolCase.Find(name);
        foreach (var (relu, adds) in new[] { (false, false), (true, false), (false, true) })
        {
            var (kernels, buffer) = (KernelSet.For(width), new KernelBuffer(width));
            var (x, y) = one.Lay(buffer, Channels);
            Planes winner = buffer.Lay(Channels, y.Height, y.Width), dy = buffer.Lay(Channels, y.Height, y.Width, 1),
                dx = buffer.Lay(Channels, x.Height, x.Width, 2);
            for (int lane = 0; lane < width; lane++)
            {
                // Few different values, so that many windows have several maxima.
                buffer.Write(x, lane, Volume.Random(Channels, x.Height, x.Width, (ulong)lane).Map((_, _, _, v) => Math.Round(2 * v)));
            }

            buffer.Fill(dy, 2);
            if (adds)
            {
                buffer.Fill(dx, 3);
            }

            Volume[] before = [.. Enumerable.Range(0, width).Select(lane => buffer.Read(dx, lane))];
            var forward = new PoolCall(one.RowAxis, one.ColumnAxis, x, y) { ReLU = relu, Winner = winner };
            var backward = new PoolCall(one.RowAxis, one.ColumnAxis, dx, dy) { Winner = winner, Accumulate = adds };
            buffer.Scratch = new(forward.ScratchVectors * width, leading: false);
            buffer.Run(() => kernels.MaxPool2d(forward, buffer.Block, Part.All), y, winner);
            buffer.Run(() => InParts(part => kernels.MaxPool2dBackward(backward, buffer.Block, part)), dx);
            buffer.AssertClose(name, dx, lane =>
            {
                var gradient = Backward(one, buffer.Read(x, lane), buffer.Read(dy, lane), relu);
                return adds ? gradient.Map((c, h, w, v) => v + before[lane][c, h, w]) : gradient;
            });
        }
    }

    private static Volume Backward(PoolCase one, Volume x, Volume dy, bool relu)
    {
        var dx = new double[x.Values.Length];
        int output = 0;
        PlainPool2d.Pool(one.Rows, one.Columns, x, (c, pixels, _) =>
        {
            var (h, w) = pixels.MaxBy(pixel => x[c, pixel.H, pixel.W]);
            dx[(c * x.Height + h) * x.Width + w] += relu && x[c, h, w] <= 0 ? 0 : dy.Values[output];
            return output++;
        });
        return x with { Values = dx };
    }

    private static void InParts(Action<Part> run)
    {
        run(new Part(1, 2));
        run(new Part(0, 2));
    }
}
