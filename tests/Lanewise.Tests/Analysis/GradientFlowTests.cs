using Lanewise.Analysis;
using Lanewise.Engine;
using Lanewise.Tests.Engine;
using Lanewise.Tests.Training;
using Xunit;

namespace Lanewise.Tests.Analysis;

public sealed class GradientFlowTests
{
    private static readonly float[] Mixed = [3, 0, -4, 1e-40f];

    [Fact]
    public void Norms_and_zeros_are_those_of_the_weights()
    {
        var network = TrainerTests.Small;
        var gradients = new Weights([new("conv.weight", [4], Mixed), new("conv.bias", [1], [9]), new("fc.weight", [2], [0.6f, 0.8f])]);
        var sample = GradientFlow.Measure(network, gradients, step: 7);
        Assert.Equal(7, sample.Step);
        Assert.Equal(["conv", "fc"], sample.Layers.Select(l => l.Layer));
        Assert.Equal(5, sample.Layers[0].Norm, 1e-6);
        Assert.Equal(0.5, sample.Layers[0].ZeroShare);
        Assert.Equal(5, sample.FirstToLast, 1e-6);
    }

    [Fact]
    public async Task A_recorder_sees_the_steps_it_wants_and_changes_nothing()
    {
        var plain = await TrainerTests.Run(new Trainer(TrainerTests.Small, TrainerTests.Options));
        var recorder = new GradientRecorder(TrainerTests.Small, position => position.Updates % 4 == 1);
        var watched = await TrainerTests.Run(new Trainer(TrainerTests.Small, TrainerTests.Options) { GradientObserver = recorder });
        Assert.Equal(Compare.Bits(plain.GetWeights()), Compare.Bits(watched.GetWeights()));
        Assert.Equal(Enumerable.Range(0, 9).Select(i => 4L * i + 1).Where(step => step < 33), recorder.Samples.Select(s => s.Step));
        Assert.All(recorder.Samples, sample => Assert.All(sample.Layers, layer => Assert.InRange(layer.Norm, 1e-6, 100)));
    }

    [Fact]
    public async Task Several_observers_are_each_shown_the_steps_they_want()
    {
        var often = new GradientRecorder(TrainerTests.Small, position => position.Updates % 4 == 0);
        var seldom = new GradientRecorder(TrainerTests.Small, position => position.Updates % 6 == 0);
        await TrainerTests.Run(
            new Trainer(TrainerTests.Small, TrainerTests.Options) { GradientObserver = new GradientObservers(often, seldom) });
        Assert.Equal([0, 4, 8, 12, 16, 20, 24, 28, 32], often.Samples.Select(s => s.Step));
        Assert.Equal([0, 6, 12, 18, 24, 30], seldom.Samples.Select(s => s.Step));
        Assert.Equal(often.Samples[3].Layers, seldom.Samples[2].Layers);
    }

    /// <summary>Without batch norm and with PyTorch's start the gradient dies on its way through 56 layers; shortcuts carry it.</summary>
    [Fact]
    public void The_gradient_vanishes_in_plain_networks_and_not_in_residual_ones()
    {
        double plain = FirstToLast("plain", depth: 56, hasShortcuts: false), residual = FirstToLast(
            "resnet", depth: 56, hasShortcuts: true);
        Assert.True(plain < 1e-9, $"plain: {plain:E2}");
        Assert.True(residual > 1e-3, $"residual: {residual:E2}");
    }

    private static double FirstToLast(string name, int depth, bool hasShortcuts)
    {
        var variant = new CifarResNetVariant(name, depth, hasShortcuts) { HasBatchNorm = false, HasHeInitialization = false };
        var network = CifarResNet.Create(variant, new ModelOptions { Input = new Shape(1, 12, 12) });
        Assert.DoesNotContain(network.Nodes, n => n.Op is BatchNorm2d);
        var plan = Plan.Compile(network, new PlanOptions { BatchSize = 16, Training = true });
        plan.SetWeights(Weights.Initialize(network, seed: 1));
        plan.ComputeGradients(TensorSource.Random(16, network.Input.Count, 10), [.. Enumerable.Range(0, 16)]);
        return GradientFlow.Measure(network, plan.Gradients(), 0).FirstToLast;
    }
}
