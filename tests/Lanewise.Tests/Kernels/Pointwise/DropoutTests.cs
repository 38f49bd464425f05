using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Kernels;

public sealed class DropoutTests
{
    [Theory]
    [MemberData(nameof(LaneTest.Widths), MemberType = typeof(LaneTest))]
    public void Kept_values_are_scaled_and_the_others_are_zero(int width)
    {
        const float P = 0.4f;
        ulong key = DropoutMask.Key(1, 2, 3);
        foreach (bool adds in new[] { false, true })
        {
            var (kernels, buffer) = (KernelSet.For(width), new KernelBuffer(width) { First = 5 });
            Planes x = buffer.Lay(4, 3, 5, 1), y = buffer.Lay(4, 3, 5, 2);
            buffer.Fill(x);
            if (adds)
            {
                buffer.Fill(y, 2);
            }

            Volume[] before = [.. Enumerable.Range(0, width).Select(lane => buffer.Read(y, lane))];
            buffer.Run(() =>
            {
                kernels.Dropout(x, y, key, P, adds, buffer.Block, new Part(1, 2));
                kernels.Dropout(x, y, key, P, adds, buffer.Block, new Part(0, 2));
            }, y);
            buffer.AssertClose("y", y, lane => buffer.Read(x, lane).Map((c, h, w, v) =>
                (DropoutMask.Keeps(key, 5 + lane, (c * 3 + h) * 5 + w, P) ? v / (1 - P) : 0) + (adds ? before[lane][c, h, w] : 0)));
        }
    }
}
