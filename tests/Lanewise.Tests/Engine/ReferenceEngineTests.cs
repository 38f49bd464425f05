using Lanewise.Engine;
using Xunit;

namespace Lanewise.Tests.Engine;

/// <summary>The reference engine's gradients against central differences, in double precision.</summary>
public sealed class ReferenceEngineTests
{
    // Far from the nearest kink (1e-5) and far above rounding (1e-16): the difference is good to about 1e-8.
    private const double Step = 1e-7;
    private const double Tolerance = 1e-6;
    private const int Probes = 5;

    [Theory]
    [MemberData(nameof(OpCases.Names), MemberType = typeof(OpCases))]
    public void Gradients_agree_with_central_differences(string name)
    {
        var run = ReferenceRun.Of(OpCases.Find(name));
        var engine = new ReferenceEngine(run.Network, run.Weights);
        double[] picture = run.Picture(0), given = Array.ConvertAll(run.OutputGradient[..run.Network.Output.Shape.Count], v => (double)v);
        engine.Forward(picture);
        var gradients = engine.Backward(given);

        Check(picture, gradients.Input, "the input");
        foreach (var (parameter, values) in engine.Parameters)
        {
            Check(values, gradients.Parameters[parameter], parameter);
        }

        void Check(double[] values, double[] gradient, string what)
        {
            double scale = Math.Max(1, gradient.Max(Math.Abs));
            for (int probe = 0; probe < Probes; probe++)
            {
                int i = (int)((probe * 7919L + 13) % values.Length);
                double difference = (At(values, i, Step) - At(values, i, -Step)) / (2 * Step);
                Assert.True(Math.Abs(difference - gradient[i]) <= Tolerance * scale, $"{what}[{i}]: gradient {gradient[i]}, central difference {difference}");
            }
        }

        double At(double[] values, int i, double step)
        {
            double before = values[i];
            values[i] = before + step;
            double sum = engine.Forward(picture).Zip(given, (y, g) => y * g).Sum();
            values[i] = before;
            return sum;
        }
    }

    [Fact]
    public void Loss_agrees_with_its_gradient()
    {
        var run = ReferenceRun.Of(OpCases.Find("two linear layers"));
        var engine = new ReferenceEngine(run.Network, run.Weights);
        double[] pictures = [.. run.Picture(0), .. run.Picture(1)];
        int[] labels = [3, 0];
        engine.Forward(pictures);
        var gradients = engine.Backward(engine.LossGradient(labels)).Input;
        for (int i = 0; i < pictures.Length; i++)
        {
            double difference = (Loss(i, Step) - Loss(i, -Step)) / (2 * Step);
            Assert.Equal(difference, gradients[i], Tolerance);
        }

        double Loss(int i, double step)
        {
            double[] moved = [.. pictures];
            moved[i] += step;
            engine.Forward(moved);
            return engine.Loss(labels);
        }
    }
}
