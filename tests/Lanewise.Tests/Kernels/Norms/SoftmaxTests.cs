using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Kernels;

public sealed class SoftmaxTests
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
                kernels.Softmax(x, y, buffer.Block, part);
                kernels.SoftmaxBackward(y, dy, dx, accumulate: false, buffer.Block, part);
                kernels.SoftmaxBackward(y, dy, sum, accumulate: true, buffer.Block, part);
            }
        }, y, dx, sum);
        buffer.AssertClose("y", y, lane => Plain(buffer.Read(x, lane)));
        buffer.AssertClose("dx", dx, lane => Backward(Plain(buffer.Read(x, lane)), buffer.Read(dy, lane)));
        buffer.AssertClose("dx", sum, lane => Backward(
            Plain(buffer.Read(x, lane)), buffer.Read(dy, lane)).Map((c, h, w, v) => v + before[lane][c, h, w]));
    }

    private static Volume Plain(Volume x) => x.Map((c, h, w, v) => 1 / Enumerable.Range(0, x.Channels).Sum(i => Math.Exp(x[i, h, w] - v)));

    private static Volume Backward(Volume y, Volume dy) =>
        y.Map((c, h, w, v) => v * (dy[c, h, w] - Enumerable.Range(0, y.Channels).Sum(i => dy[i, h, w] * y[i, h, w])));
}
