using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Kernels;

public sealed class PointwiseTests
{
    public static TheoryData<string, int> Rows => LaneTest.Rows(["Add", "Add with ReLU", "Mul", "ReLU", "ReLUBackward", "Copy"]);

    [Theory]
    [MemberData(nameof(Rows))]
    public void Formulas_are_applied_pixel_by_pixel(string name, int width)
    {
        var (kernels, buffer) = (KernelSet.For(width), new KernelBuffer(width));
        Planes a = buffer.Lay(5, 3, 7, 1), b = buffer.Lay(5, 3, 7), to = buffer.Lay(5, 3, 7, 3);
        buffer.Fill(a);
        buffer.Fill(b, 2);
        buffer.Run(() =>
        {
            foreach (var part in new[] { new Part(1, 2), new Part(0, 2) })
            {
                switch (name)
                {
                    case "Add": kernels.Add(a, b, to, relu: false, buffer.Block, part); break;
                    case "Add with ReLU": kernels.Add(a, b, to, relu: true, buffer.Block, part); break;
                    case "Mul": kernels.Mul(a, b, to, accumulate: false, buffer.Block, part); break;
                    case "ReLU": kernels.ReLU(a, to, buffer.Block, part); break;
                    case "ReLUBackward": kernels.ReLUBackward(a, b, to, buffer.Block, part); break;
                    default: kernels.Copy(a, to, buffer.Block, part); break;
                }
            }
        }, to);
        buffer.AssertClose(name, to, lane => buffer.Read(a, lane).Map((c, h, w, v) => Plain(name, v, buffer.Read(b, lane)[c, h, w])), 1e-7);
    }

    [Theory]
    [MemberData(nameof(LaneTest.Widths), MemberType = typeof(LaneTest))]
    public void A_product_is_added(int width)
    {
        var (kernels, buffer) = (KernelSet.For(width), new KernelBuffer(width));
        Planes a = buffer.Lay(5, 3, 7, 1), b = buffer.Lay(5, 3, 7), to = buffer.Lay(5, 3, 7, 3);
        buffer.Fill(a);
        buffer.Fill(b, 2);
        buffer.Fill(to, 3);
        Volume[] before = [.. Enumerable.Range(0, width).Select(lane => buffer.Read(to, lane))];
        buffer.Run(() =>
        {
            kernels.Mul(a, b, to, accumulate: true, buffer.Block, new Part(1, 2));
            kernels.Mul(a, b, to, accumulate: true, buffer.Block, new Part(0, 2));
        }, to);
        buffer.AssertClose("sum", to, lane => buffer.Read(a, lane).Map((c, h, w, v) =>
            v * buffer.Read(b, lane)[c, h, w] + before[lane][c, h, w]), 1e-6);
    }

    [Theory]
    [MemberData(nameof(LaneTest.Widths), MemberType = typeof(LaneTest))]
    public void Channels_are_scaled(int width)
    {
        var (kernels, buffer) = (KernelSet.For(width), new KernelBuffer(width));
        Planes x = buffer.Lay(5, 3, 7, 1), factor = buffer.Lay(5, 1, 1, 2), to = buffer.Lay(5, 3, 7, 3);
        buffer.Fill(x);
        buffer.Fill(factor, 2);
        buffer.Run(() =>
        {
            kernels.Scale(x, factor, to, buffer.Block, new Part(1, 2));
            kernels.Scale(x, factor, to, buffer.Block, new Part(0, 2));
        }, to);
        buffer.AssertClose("scaled", to, lane => buffer.Read(x, lane).Map((c, h, w, v) => v * buffer.Read(factor, lane)[c, 0, 0]), 1e-7);
    }

    [Theory]
    [MemberData(nameof(LaneTest.Widths), MemberType = typeof(LaneTest))]
    public void The_result_may_lie_where_an_operand_does(int width)
    {
        var (kernels, buffer) = (KernelSet.For(width), new KernelBuffer(width));
        Planes a = buffer.Lay(2, 3, 3, 1), b = buffer.Lay(2, 3, 3);
        buffer.Fill(a);
        buffer.Fill(b, 2);
        var before = buffer.Read(a, 0);
        buffer.Run(() => kernels.Add(a, b, a, relu: false, buffer.Block, Part.All), a);
        before.Map((c, h, w, v) => v + buffer.Read(b, 0)[c, h, w]).AssertClose("a", buffer.Read(a, 0));
    }

    private static double Plain(string name, double a, double b) => name switch
    {
        "Add" => a + b,
        "Add with ReLU" => Math.Max(0, a + b),
        "Mul" => a * b,
        "ReLU" => Math.Max(0, a),
        "ReLUBackward" => b > 0 ? a : 0,
        _ => a,
    };
}
