using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Kernels;

public sealed class LogSoftmaxTests
{
    [Theory]
    [MemberData(nameof(LaneTest.Widths), MemberType = typeof(LaneTest))]
    public void Forward_and_gradient_are_the_plain_formulas(int width)
    {
        var (kernels, buffer) = (KernelSet.For(width), new KernelBuffer(width));
        Planes x = buffer.Lay(7, 3, 2, 1), y = buffer.Lay(7, 3, 2, 2), dy = buffer.Lay(7, 3, 2), dx = buffer.Lay(7, 3, 2, 1),
            sum = buffer.Lay(7, 3, 2);
        for (int lane = 0; lane < width; lane++)
        {
            // Logits whose exponentials a float does not hold.
            buffer.Write(x, lane, Volume.Random(7, 3, 2, (ulong)lane).Map((_, h, _, v) => (float)(v * (h == 0 ? 200 : 3))));
        }

        buffer.Fill(dy, 2);
        buffer.Fill(sum, 3);
        Volume[] before = [.. Enumerable.Range(0, width).Select(lane => buffer.Read(sum, lane))];
        buffer.Run(() =>
        {
            foreach (var part in new[] { new Part(1, 2), new Part(0, 2) })
            {
                kernels.LogSoftmax(x, y, buffer.Block, part);
                kernels.LogSoftmaxBackward(y, dy, dx, accumulate: false, buffer.Block, part);
                kernels.LogSoftmaxBackward(y, dy, sum, accumulate: true, buffer.Block, part);
            }
        }, y, dx, sum);
        buffer.AssertClose("y", y, lane => Plain(buffer.Read(x, lane)), 1e-6);
        buffer.AssertClose("dx", dx, Gradient);
        buffer.AssertClose("dx", sum, lane => Gradient(lane).Map((c, h, w, v) => v + before[lane][c, h, w]));

        Volume Gradient(int lane)
        {
            var (result, gradient) = (Plain(buffer.Read(x, lane)), buffer.Read(dy, lane));
            return result.Map((c, h, w, v) => gradient[c, h, w] - Math.Exp(v) * Enumerable.Range(0, 7).Sum(i => gradient[i, h, w]));
        }
    }

    private static Volume Plain(Volume x) =>
        x.Map((c, h, w, v) => -Math.Log(Enumerable.Range(0, x.Channels).Sum(i => Math.Exp(x[i, h, w] - v))));
}
