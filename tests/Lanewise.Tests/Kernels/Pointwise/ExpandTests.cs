using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Kernels;

public sealed class ExpandTests
{
    private const int Channels = 5, Height = 3, Width = 7;

    public static TheoryData<string, int> Rows => LaneTest.Rows(["5×1×1", "1×3×7", "5×3×1", "5×1×7", "1×1×1", "1×3×1", "5×3×7"]);

    [Theory]
    [MemberData(nameof(Rows))]
    public void Values_are_repeated_and_gradients_summed(string shape, int width)
    {
        int[] sizes = [.. shape.Split('×').Select(int.Parse)];
        var (kernels, buffer) = (KernelSet.For(width), new KernelBuffer(width));
        Planes x = buffer.Lay(sizes[0], sizes[1], sizes[2], 1), y = buffer.Lay(Channels, Height, Width, 2);
        Planes dy = buffer.Lay(Channels, Height, Width, 1), dx = buffer.Lay(sizes[0], sizes[1], sizes[2], 1),
            sum = buffer.Lay(sizes[0], sizes[1], sizes[2]);
        buffer.Fill(x);
        buffer.Fill(dy, 2);
        buffer.Fill(sum, 3);
        Volume[] before = [.. Enumerable.Range(0, width).Select(lane => buffer.Read(sum, lane))];
        buffer.Run(() =>
        {
            foreach (var part in new[] { new Part(1, 2), new Part(0, 2) })
            {
                kernels.Expand(x, y, buffer.Block, part);
                kernels.ExpandBackward(dy, dx, accumulate: false, buffer.Block, part);
                kernels.ExpandBackward(dy, sum, accumulate: true, buffer.Block, part);
            }
        }, y, dx, sum);
        buffer.AssertClose("y", y, lane =>
        {
            var image = buffer.Read(x, lane);
            return Volume.Of(Channels, Height, Width, (c, h, w) => image[c % sizes[0], h % sizes[1], w % sizes[2]]);
        }, 0);
        buffer.AssertClose("dx", dx, Gradient, 1e-6);
        buffer.AssertClose("dx", sum, lane => Gradient(lane).Map((c, h, w, v) => v + before[lane][c, h, w]), 1e-6);

        Volume Gradient(int lane)
        {
            var gradient = buffer.Read(dy, lane);
            var sums = new double[sizes[0] * sizes[1] * sizes[2]];
            for (int i = 0; i < Channels * Height * Width; i++)
            {
                var (c, h, w) = (i / (Height * Width), i / Width % Height, i % Width);
                sums[(c % sizes[0] * sizes[1] + h % sizes[1]) * sizes[2] + w % sizes[2]] += gradient[c, h, w];
            }

            return new(sizes[0], sizes[1], sizes[2], sums);
        }
    }
}
