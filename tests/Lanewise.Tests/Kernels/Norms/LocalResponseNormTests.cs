using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Kernels;

public sealed class LocalResponseNormTests
{
    [Theory]
    [MemberData(nameof(LaneTest.Widths), MemberType = typeof(LaneTest))]
    public void Forward_and_gradient_are_the_plain_formulas(int width)
    {
        foreach (int size in new[] { 1, 2, 5 })
        {
            var norm = new ResponseNorm(size, Alpha: 0.7f, Beta: 0.75f, K: 1.5f);
            var (kernels, buffer) = (KernelSet.For(width), new KernelBuffer(width));
            Planes x = buffer.Lay(6, 3, 5, 1), y = buffer.Lay(6, 3, 5, 2), dy = buffer.Lay(6, 3, 5), dx = buffer.Lay(6, 3, 5, 1),
                sum = buffer.Lay(6, 3, 5);
            buffer.Fill(x);
            buffer.Fill(dy, 2);
            buffer.Fill(sum, 3);
            Volume[] before = [.. Enumerable.Range(0, width).Select(lane => buffer.Read(sum, lane))];
            buffer.Run(() =>
            {
                foreach (var part in new[] { new Part(1, 2), new Part(0, 2) })
                {
                    kernels.LocalResponseNorm(norm, x, y, buffer.Block, part);
                    kernels.LocalResponseNormBackward(norm, x, dy, dx, accumulate: false, buffer.Block, part);
                    kernels.LocalResponseNormBackward(norm, x, dy, sum, accumulate: true, buffer.Block, part);
                }
            }, y, dx, sum);
            buffer.AssertClose("y", y, lane => buffer.Read(x, lane).Map(
                (c, h, w, v) => v * Math.Pow(Scale(buffer.Read(x, lane), norm, c, h, w), -norm.Beta)));
            buffer.AssertClose("dx", dx, lane => Backward(norm, buffer.Read(x, lane), buffer.Read(dy, lane)));
            buffer.AssertClose("dx", sum, lane => Backward(
                norm, buffer.Read(x, lane), buffer.Read(dy, lane)).Map((c, h, w, v) => v + before[lane][c, h, w]));
        }
    }

    private static (int First, int End) Window(ResponseNorm norm, int c, int channels) =>
        (Math.Max(0, c - norm.Size / 2), Math.Min(channels, c - norm.Size / 2 + norm.Size));

    private static double Scale(Volume x, ResponseNorm norm, int c, int h, int w)
    {
        var (first, end) = Window(norm, c, x.Channels);
        return norm.K + norm.Alpha / norm.Size * Enumerable.Range(first, end - first).Sum(i => x[i, h, w] * x[i, h, w]);
    }

    private static Volume Backward(
        ResponseNorm norm, Volume x, Volume dy) => x.Map((c, h, w, v) => dy[c, h, w] * Math.Pow(Scale(x, norm, c, h, w), -norm.Beta)
        - 2 * norm.Alpha * norm.Beta / norm.Size * v * Enumerable.Range(0, x.Channels).Where(
            j => Window(norm, j, x.Channels).First <= c && c < Window(norm, j, x.Channels).End)
            .Sum(j => dy[j, h, w] * x[j, h, w] * Math.Pow(Scale(x, norm, j, h, w), -norm.Beta - 1)));
}
