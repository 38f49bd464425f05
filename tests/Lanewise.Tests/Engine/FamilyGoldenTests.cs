using Lanewise.Engine;
using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Engine;

/// <summary>Tests GoogLeNet and ResNets against PyTorch, with weights that both sides compute from a formula.</summary>
public sealed class FamilyGoldenTests
{
    private const double LossTolerance = 1e-5;
    private const double LogitsTolerance = 1e-4;
    private const double ReferenceTolerance = 1e-5;
    private const double TrainingTolerance = 1e-3;
    private const float LearningRate = 0.001f;
    private const float Momentum = 0.9f;
    private const int Classes = 10;
    private const int Batch = 4;

    [Theory]
    [InlineData("googlenet")]
    [InlineData("resnet18")]
    [InlineData("resnet50")]
    [InlineData("resnet18-cntk")]
    public void Logits_match_PyTorch(string model)
    {
        const int Images = 2;
        var network = ModelCatalog.Find(model).Create(new ModelOptions());
        var plan = Plan.Compile(network, new PlanOptions { BatchSize = Images, Threads = 2 });
        plan.SetWeights(Formula.Weights(network));
        plan.Infer(Formula.Images(Images, network.Input, network.OutputCount), [0, 1]);
        Compare.Close("logits", Golden.Read($"family-{model}")["logits"].Values, plan.Output, LogitsTolerance);
    }

    [Theory]
    [InlineData("googlenet")]
    [InlineData("resnet18")]
    [InlineData("resnet50")]
    [InlineData("resnet18-cntk")]
    [InlineData("resnet20")]
    public void Losses_gradients_and_running_statistics_match_PyTorch(string model)
    {
        var (golden, network) = Read(model);
        // The different rounding of Winograd crosses some kinks, which changes some gradients by a percent.
        var plan = Plan.Compile(
            network, new PlanOptions { BatchSize = Batch, Threads = 2, Training = true, Algorithm = Conv2dAlgorithm.Direct });
        plan.SetWeights(Formula.Weights(network));
        var source = Formula.Images(Batch, network.Input, Classes);
        var update = new OptimizerWork(plan.AllocateLikeWeights()) { Step = new SgdStep(LearningRate, Momentum, 0, Nesterov: false) };
        for (int step = 0; step < golden["losses"].Values.Length; step++)
        {
            plan.ComputeGradients(source, [.. Enumerable.Range(0, Batch)]);
            Assert.Equal(golden["losses"].Values[step], plan.Losses.ToArray().Average(), TrainingTolerance * golden["losses"].Values[step]);
            if (step == 0)
            {
                AssertDigests(golden, "gradients", Doubles(plan.Gradients()), TrainingTolerance);
            }

            plan.Apply(update);
        }

        AssertDigests(golden, "trained", Doubles(plan.GetWeights()), TrainingTolerance);
    }

    [Theory]
    [InlineData("resnet20")]
    public void The_reference_engine_agrees_with_PyTorch(string model)
    {
        var (golden, network) = Read(model);
        var engine = new ReferenceEngine(network, Formula.Weights(network));
        var velocity = network.Parameters.ToDictionary(p => p.Name, p => new double[p.Count], StringComparer.Ordinal);
        var source = Formula.Images(Batch, network.Input, Classes);
        int[] labels = [.. Enumerable.Range(0, Batch).Select(source.Label)];
        for (int step = 0; step < golden["losses"].Values.Length; step++)
        {
            engine.ForwardTraining(source.Values());
            Assert.Equal(golden["losses"].Values[step], engine.Loss(labels), LossTolerance * golden["losses"].Values[step]);
            var gradients = engine.BackwardLoss(labels).Parameters;
            if (step == 0)
            {
                AssertDigests(golden, "gradients", name => gradients[name], ReferenceTolerance);
            }

            foreach (var (name, gradient) in gradients)
            {
                for (int i = 0; i < gradient.Length; i++)
                {
                    velocity[name][i] = Momentum * velocity[name][i] + gradient[i];
                    engine.Parameters[name][i] -= LearningRate * velocity[name][i];
                }
            }
        }

        AssertDigests(golden, "trained", name => engine.Parameters[name], ReferenceTolerance);
        Assert.All(
            network.Parameters.Where(p => p.Dimensions.Length == 0),
            p => Assert.Equal(golden["losses"].Values.Length, engine.Parameters[p.Name][0]));
    }

    /// <summary>Creates the model with auxiliary classifiers, without dropout, for the image size of the golden file.</summary>
    private static (Golden Golden, Network Network) Read(string model)
    {
        var golden = Golden.Read($"family-{model}");
        int side = int.Parse(golden.File.Metadata["side"], System.Globalization.CultureInfo.InvariantCulture);
        var network = ModelCatalog.Find(model).Create(
            new ModelOptions { Classes = Classes, Input = new Shape(3, side, side), AuxiliaryClassifiers = true });
        return (golden, WithoutDropout(network));
    }

    private static Network WithoutDropout(Network network) => Network.Define(network.Name, network.Input, x =>
    {
        var made = new Dictionary<Node, SymbolicTensor> { [network.Nodes[0]] = x };
        foreach (var node in network.Nodes.Skip(1))
        {
            SymbolicTensor[] others = [.. node.Inputs.Skip(1).Select(n => made[n])];
            made[node] = made[node.Inputs[0]].Then(node.Op is Dropout ? new Dropout(0) : node.Op, node.Path, others);
        }

        foreach (var auxiliary in network.AuxiliaryOutputs)
        {
            made[auxiliary.Node].AuxiliaryOutput(auxiliary.Weight);
        }

        return made[network.Output];
    });

    private static Func<string, double[]> Doubles(Weights weights) => name => Array.ConvertAll(weights[name].Values, v => (double)v);

    private static void AssertDigests(Golden golden, string prefix, Func<string, double[]> values, double tolerance)
    {
        var digests = golden.Below(prefix).ToDictionary(t => t.Name, t => t.Values, StringComparer.Ordinal);
        Assert.All(digests, expected =>
        {
            // A bias whose gradient cancels almost to nothing is judged by its layer's weight.
            float[] pair = digests.GetValueOrDefault(expected.Key.Replace(".bias", ".weight", StringComparison.Ordinal), expected.Value);
            double norm = Math.Max(pair[0], expected.Value[0]), largest = Math.Max(pair[1], expected.Value[1]);
            double[] actual = Digest(expected.Key, values(expected.Key), expected.Value.Length - 4);
            for (int i = 0; i < actual.Length; i++)
            {
                double error = Math.Abs(actual[i] - expected.Value[i]) / (i is 0 or 2 or 3 ? norm : largest);
                Assert.True(error <= tolerance, $"{prefix} {expected.Key}, part {i} of its digest: {actual[i]}, PyTorch {expected.Value[i]}, relative error {error:E2}");
            }
        });
    }

    /// <summary>Norm, largest magnitude, two projections on vectors of signs, and so many values from all over.</summary>
    private static double[] Digest(string name, double[] values, int samples)
    {
        int stride = (values.Length + samples - 1) / samples;
        return
        [
            Math.Sqrt(values.Sum(v => v * v)),
            values.Max(Math.Abs),
            Project(values, $"{name}.1"),
            Project(values, $"{name}.2"),
            .. values.Where((_, i) => i % stride == 0),
        ];
    }

    private static double Project(double[] values, string name)
    {
        var bits = Formula.Bits(name);
        double sum = 0;
        foreach (double value in values)
        {
            sum += bits.Next() >> 63 == 1 ? value : -value;
        }

        return sum;
    }
}
