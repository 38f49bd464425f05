using Lanewise.Engine;
using Xunit;

namespace Lanewise.Tests.Engine;

/// <summary>Tests the gradients of the reference engine against central differences, in double precision.</summary>
public sealed class ReferenceEngineTests
{
    // Far below the distance to a kink (1e-5), far above rounding (1e-16): differences are accurate to about 1e-8.
    private const double Step = 1e-7;
    private const double Tolerance = 1e-6;
    private const int Probes = 5;

    [Theory]
    [MemberData(nameof(OpCases.Names), MemberType = typeof(OpCases))]
    public void Gradients_agree_with_central_differences(string name) =>
        Check(ReferenceRun.Of(OpCases.Find(name)), images: 1, training: false);

    [Theory]
    [MemberData(nameof(OpCases.CoupledNames), MemberType = typeof(OpCases))]
    public void Gradients_agree_with_central_differences_in_training(string name) =>
        Check(ReferenceRun.Of(OpCases.Find(name)), images: 3, training: true);

    private static void Check(ReferenceRun run, int images, bool training)
    {
        var engine = new ReferenceEngine(run.Network, run.Weights);
        double[] values = run.At(images).Values, given = Array.ConvertAll(run.At(images).OutputGradient, v => (double)v);
        Forward();
        var gradients = engine.Backward(given);

        CheckValues(values, gradients.Input, "the input");
        foreach (var (parameter, gradient) in gradients.Parameters)
        {
            CheckValues(engine.Parameters[parameter], gradient, parameter);
        }

        void CheckValues(double[] moved, double[] gradient, string what)
        {
            double scale = Math.Max(1, gradient.Max(Math.Abs));
            for (int probe = 0; probe < Probes; probe++)
            {
                int i = (int)((probe * 7919L + 13) % moved.Length);
                double difference = (At(moved, i, Step) - At(moved, i, -Step)) / (2 * Step);
                Assert.True(
                    Math.Abs(difference - gradient[i]) <= Tolerance * scale,
                    $"{what}[{i}]: gradient {gradient[i]}, central difference {difference}");
            }
        }

        double At(double[] moved, int i, double step)
        {
            double before = moved[i];
            moved[i] = before + step;
            double sum = Forward().Zip(given, (y, g) => y * g).Sum();
            moved[i] = before;
            return sum;
        }

        double[] Forward() => training ? engine.ForwardTraining(values) : engine.Forward(values);
    }

    [Theory]
    [InlineData("two linear layers")]
    [InlineData("auxiliary output")]
    [InlineData("auxiliary output before the last layer")]
    [InlineData("two auxiliary outputs with batch norm and dropout")]
    public void Loss_agrees_with_its_gradient(string name)
    {
        var run = ReferenceRun.Of(OpCases.Find(name));
        var engine = new ReferenceEngine(run.Network, run.Weights);
        double[] values = run.At(3).Values;
        int[] labels = run.At(3).Labels;
        engine.ForwardTraining(values);
        var gradients = engine.BackwardLoss(labels).Input;
        for (int i = 0; i < values.Length; i++)
        {
            double difference = (Loss(i, Step) - Loss(i, -Step)) / (2 * Step);
            Assert.Equal(difference, gradients[i], Tolerance);
        }

        double Loss(int i, double step)
        {
            double[] moved = [.. values];
            moved[i] += step;
            engine.ForwardTraining(moved);
            return engine.Loss(labels);
        }
    }

    [Fact]
    public void Evaluation_ignores_auxiliary_outputs_and_keeps_running_statistics()
    {
        var run = ReferenceRun.Of(OpCases.Find("two auxiliary outputs with batch norm and dropout"));
        var engine = new ReferenceEngine(run.Network, run.Weights);
        double[] logits = engine.Forward(run.At(3).Values);
        double loss = logits.Chunk(run.Network.OutputCount).Select((z, i) => Math.Log(z.Sum(Math.Exp)) - z[run.At(3).Labels[i]]).Average();
        Assert.Equal(loss, engine.Loss(run.At(3).Labels), 1e-12);
        Assert.All(run.Weights.Tensors, t => Assert.Equal(Array.ConvertAll(t.Values, v => (double)v), engine.Parameters[t.Name]));
        engine.ForwardTraining(run.At(3).Values);
        Assert.True(engine.Loss(run.At(3).Labels) > loss);
        Assert.Equal(1, engine.Parameters["a_bn.num_batches_tracked"][0]);
    }

    [Fact]
    public void Batch_norm_of_a_single_value_is_the_bias_and_keeps_its_running_statistics()
    {
        var run = ReferenceRun.Of(OpCases.Find("batch norm of one pixel"));
        var engine = new ReferenceEngine(run.Network, run.Weights);
        Assert.Equal(Array.ConvertAll(run.Weights["bn.bias"].Values, v => (double)v), engine.ForwardTraining(run.At(1).Values));
        Assert.Equal(run.Weights["bn.running_var"].Values[0], engine.Parameters["bn.running_var"][0]);
    }
}
