using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Kernels;

public sealed class IdentityShortcutTests
{
    [Theory]
    [MemberData(nameof(LaneTest.Widths), MemberType = typeof(LaneTest))]
    public void Every_stride_th_pixel_is_kept_between_zero_channels(int width)
    {
        const int Before = 2;
        var stride = (Rows: 2, Columns: 3);
        var (kernels, buffer) = (KernelSet.For(width), new KernelBuffer(width));
        Planes x = buffer.Lay(3, 5, 7, 1), y = buffer.Lay(7, 3, 3, 2), dy = buffer.Lay(7, 3, 3), dx = buffer.Lay(3, 5, 7, 1),
            sum = buffer.Lay(3, 5, 7);
        buffer.Fill(x);
        buffer.Fill(dy, 2);
        buffer.Fill(sum, 3);
        Volume[] before = [.. Enumerable.Range(0, width).Select(lane => buffer.Read(sum, lane))];
        buffer.Run(() =>
        {
            foreach (var part in new[] { new Part(1, 2), new Part(0, 2) })
            {
                kernels.IdentityShortcut(x, y, Before, stride, buffer.Block, part);
                kernels.IdentityShortcutBackward(dy, dx, Before, stride, accumulate: false, buffer.Block, part);
                kernels.IdentityShortcutBackward(dy, sum, Before, stride, accumulate: true, buffer.Block, part);
            }
        }, y, dx, sum);
        buffer.AssertClose("y", y, lane =>
        {
            var image = buffer.Read(x, lane);
            return Volume.Of(
                7, 3, 3, (k, p, q) => k >= Before && k < Before + 3 ? image[k - Before, p * stride.Rows, q * stride.Columns] : 0);
        }, 0);
        buffer.AssertClose("dx", dx, lane => Backward(buffer.Read(dy, lane)), 0);
        buffer.AssertClose("dx", sum, lane => Backward(buffer.Read(dy, lane)).Map((c, h, w, v) => v + before[lane][c, h, w]), 1e-7);

        Volume Backward(Volume dy) =>
            Volume.Of(
                3,
                5,
                7,
                (c, h, w) => h % stride.Rows == 0 && w % stride.Columns == 0 ? dy[Before + c, h / stride.Rows, w / stride.Columns] : 0);
    }
}
