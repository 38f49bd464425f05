using Lanewise.Engine;
using Lanewise.Tests.Engine;
using Xunit;

namespace Lanewise.Tests.Graphs;

/// <summary>Tests networks cut in two, and the gradient at the cut.</summary>
public sealed class NetworkPartsTests
{
    private const int Count = 3;
    private const double Tolerance = 2e-5;

    private static readonly Network Cut = Network.Define("cut", new(2, 8, 8), x => x
        .Conv2d("conv1", 6, kernelSize: 3, padding: 1).BatchNorm2d("bn").ReLU()
        .Module("block", m => m.Conv2d("conv", 6, kernelSize: 3, padding: 1).Add(m)).ReLU()
        .Dropout(0.5f).MaxPool2d(2).Flatten().Linear("fc", 5));

    [Theory]
    [InlineData("inception", "incep1.concat1,incep2.concat1")]
    [InlineData("residual", "rcblock1.relu2,fc")]
    public void Cut_points_are_the_nodes_on_every_path(string model, string some)
    {
        var network = ModelCatalog.Find(model).ForClasses(10);
        string[] cutPoints = [.. network.CutPoints().Select(n => n.Path)];
        Assert.All(some.Split(',').Where(path => path != "fc"), path => Assert.Contains(path, cutPoints));
        Assert.DoesNotContain("incep1.branch1x1", cutPoints);
        Assert.DoesNotContain("rcblock1.conv1", cutPoints);
        Assert.DoesNotContain(network.Output.Path, cutPoints);
    }

    [Fact]
    public void Both_parts_in_sequence_compute_the_whole_network()
    {
        var weights = Weights.Initialize(Cut, seed: 4);
        var source = TensorSource.Random(Count, Cut.Input.Count, Cut.OutputCount);
        float[] whole = Infer(Cut, weights, source);
        Assert.NotEmpty(Cut.CutPoints());
        foreach (var cutPoint in Cut.CutPoints())
        {
            var (before, after) = (Cut.UpTo(cutPoint), Cut.After(cutPoint));
            Assert.Equal(cutPoint.Shape, before.Output.Shape);
            Assert.Equal(cutPoint.Shape, after.Input);
            var values = new TensorSource(Infer(before, weights, source), new float[Count]);
            Compare.Close(cutPoint.Path, whole, Infer(after, weights, values), Tolerance);
        }
    }

    [Fact]
    public void The_input_gradient_alone_is_that_of_evaluation_mode()
    {
        var weights = Weights.Initialize(Cut, seed: 4);
        var source = TensorSource.Random(Count, Cut.Input.Count, Cut.OutputCount);
        float[] given = [.. Enumerable.Range(0, Count * Cut.OutputCount).Select(i => i % 4 - 1.5f)];
        var plan = Plan.Compile(Cut, new PlanOptions { BatchSize = Count, InputGradient = true });
        plan.SetWeights(weights);
        plan.ComputeGradientsFrom(given, source, [0, 1, 2]);
        var reference = new ReferenceEngine(Cut, weights);
        Compare.Close("logits", reference.Forward(source.Values()), plan.Output, Tolerance);
        Compare.Close("gradient", reference.Backward(Array.ConvertAll(given, g => (double)g)).Input, plan.InputGradients, Tolerance);
        Assert.Empty(plan.Gradients().Tensors);
        Assert.Equal(Compare.Bits(weights), Compare.Bits(plan.GetWeights()));
    }

    [Fact]
    public void A_node_inside_a_block_or_of_another_network_is_an_error()
    {
        var inside = Assert.ThrowsAny<LanewiseException>(() => Cut.After(Cut.Find("block.conv")));
        Assert.Contains("relu1", inside.Message);
        Assert.ThrowsAny<LanewiseException>(() => Cut.UpTo(ModelCatalog.Find("residual").ForClasses(10).Nodes[1]));
        Assert.ThrowsAny<LanewiseException>(() => Cut.UpTo(Cut.Nodes[0]));
        Assert.Equal("block.add1", Cut.Find("block").Path);
        Assert.Contains("conv1", Assert.ThrowsAny<LanewiseException>(() => Cut.Find("conv9")).Message);
    }

    [Fact]
    public void Gradients_need_a_plan_compiled_for_them()
    {
        var plan = Plan.Compile(Cut, new PlanOptions { BatchSize = 1 });
        plan.SetWeights(Weights.Initialize(Cut, seed: 1));
        var source = TensorSource.Random(1, Cut.Input.Count, Cut.OutputCount);
        Assert.Throws<InvalidOperationException>(() => plan.ComputeGradientsFrom(new float[Cut.OutputCount], source, [0]));
        Assert.Throws<ArgumentException>(
            () => Plan.Compile(Cut, new PlanOptions { InputGradient = true }).ComputeGradientsFrom([], source, [0]));
    }

    private static float[] Infer(Network network, Weights weights, TensorSource source)
    {
        var plan = Plan.Compile(network, new PlanOptions { BatchSize = Count });
        plan.SetWeights(weights.Of(network));
        plan.Infer(source, [0, 1, 2]);
        return plan.Output.ToArray();
    }
}
