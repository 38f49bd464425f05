using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Kernels;

public sealed class SoftmaxCrossEntropyTests
{
    private const int Classes = 5;

    [Theory]
    [MemberData(nameof(LaneTest.Widths), MemberType = typeof(LaneTest))]
    public void Loss_prediction_and_gradient_are_the_plain_formulas(int width)
    {
        int labelled = Math.Max(1, width - 1);
        var (kernels, buffer) = (KernelSet.For(width), new KernelBuffer(width));
        Planes logits = buffer.Lay(Classes, 1, 1), gradient = buffer.Lay(Classes, 1, 1, 1);
        for (int lane = 0; lane < width; lane++)
        {
            buffer.Write(logits, lane, Volume.Random(Classes, 1, 1, (ulong)lane).Map((_, _, _, v) => (float)(v * (lane == 0 ? 500 : 4))));
        }

        int[] labels = [.. Enumerable.Range(0, labelled).Select(lane => lane % Classes)], predictions = new int[labelled];
        double[] losses = new double[labelled];
        buffer.Run(
            () => kernels.SoftmaxCrossEntropy(logits, gradient, new() { Labels = labels }, 0.25f, losses, predictions, buffer.Block),
            gradient);
        for (int lane = 0; lane < labelled; lane++)
        {
            double[] z = buffer.Read(logits, lane).Values;
            double top = z.Max(), sum = z.Sum(v => Math.Exp(v - top));
            Assert.Equal(Math.Log(sum) + top - z[labels[lane]], losses[lane], 1e-9);
            Assert.Equal(Array.IndexOf(z, top), predictions[lane]);
        }

        buffer.AssertClose("gradient", gradient, lane =>
        {
            var z = buffer.Read(logits, lane);
            double top = z.Values.Max(), sum = z.Values.Sum(v => Math.Exp(v - top));
            return z.Map((k, _, _, v) => lane < labelled ? 0.25 * (Math.Exp(v - top) / sum - (k == labels[lane] ? 1 : 0)) : 0);
        });
    }

    [Fact]
    public void Without_a_gradient_nothing_of_the_activations_is_written()
    {
        var (kernels, buffer) = (KernelSet.For(), new KernelBuffer(KernelSet.Widths[0]));
        var logits = buffer.Lay(Classes, 1, 1);
        buffer.Fill(logits);
        double[] losses = new double[1];
        int[] predictions = new int[1];
        buffer.Run(() => kernels.SoftmaxCrossEntropy(logits, null, new() { Labels = [2] }, 1, losses, predictions, buffer.Block));
        Assert.True(losses[0] > 0);
    }

    [Fact]
    public void Of_equal_logits_the_first_class_is_predicted()
    {
        var (kernels, buffer) = (KernelSet.For(1), new KernelBuffer(1));
        var logits = buffer.Lay(3, 1, 1);
        buffer.Write(logits, 0, Volume.Of(3, 1, 1, (c, _, _) => c == 0 ? -1 : 2));
        double[] losses = new double[1];
        int[] predictions = new int[1];
        buffer.Run(() => kernels.SoftmaxCrossEntropy(logits, null, new() { Labels = [0] }, 1, losses, predictions, buffer.Block));
        Assert.Equal(1, predictions[0]);
    }
}
