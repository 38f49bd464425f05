using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Kernels;

public sealed class ConstantPad2dTests
{
    [Theory]
    [MemberData(nameof(LaneTest.Widths), MemberType = typeof(LaneTest))]
    public void The_image_lies_inside_a_frame_of_one_value(int width)
    {
        const int Top = 2, Left = 1, Height = 4, Width = 5;
        foreach (float value in new[] { 0, 1.5f, float.NegativeInfinity })
        {
            var (kernels, buffer) = (KernelSet.For(width), new KernelBuffer(width));
            Planes x = buffer.Lay(3, Height, Width, 1), y = buffer.Lay(3, Height + 3, Width + 4, 2);
            Planes dy = buffer.Lay(3, Height + 3, Width + 4), dx = buffer.Lay(3, Height, Width, 1), sum = buffer.Lay(3, Height, Width);
            buffer.Fill(x);
            buffer.Fill(dy, 2);
            buffer.Fill(sum, 3);
            Volume[] before = [.. Enumerable.Range(0, width).Select(lane => buffer.Read(sum, lane))];
            buffer.Run(() =>
            {
                foreach (var part in new[] { new Part(1, 2), new Part(0, 2) })
                {
                    kernels.ConstantPad2d(x, y, (Top, Left), value, buffer.Block, part);
                    kernels.ConstantPad2dBackward(dy, dx, (Top, Left), accumulate: false, buffer.Block, part);
                    kernels.ConstantPad2dBackward(dy, sum, (Top, Left), accumulate: true, buffer.Block, part);
                }
            }, y, dx, sum);
            for (int lane = 0; lane < width; lane++)
            {
                var image = buffer.Read(x, lane);
                var expected = Volume.Of(3, Height + 3, Width + 4, (c, p, q) =>
                    (uint)(p - Top) < Height && (uint)(q - Left) < Width ? image[c, p - Top, q - Left] : value);
                Assert.Equal(expected.Values, buffer.Read(y, lane).Values);
            }

            buffer.AssertClose("dx", dx, Gradient, 0);
            buffer.AssertClose("dx", sum, lane => Gradient(lane).Map((c, h, w, v) => v + before[lane][c, h, w]), 1e-7);

            Volume Gradient(int lane)
            {
                var gradient = buffer.Read(dy, lane);
                return Volume.Of(3, Height, Width, (c, h, w) => gradient[c, h + Top, w + Left]);
            }
        }
    }
}
