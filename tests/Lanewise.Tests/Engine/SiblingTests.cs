using Lanewise.Engine;
using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Engine;

/// <summary>Tests that 1×1 convolutions of one value run together; op cases test their results.</summary>
public sealed class SiblingTests
{
    public static TheoryData<string> Cases => [.. FusionCases.Siblings.Select(c => c.Name)];

    [Theory]
    [InlineData(8, "fc", "a +2", "stem")]
    [InlineData(1, "fc", "a +1", "b", "stem")]
    public void The_input_gradient_is_one_call_for_equally_packed_siblings(int outputs, params string[] calls)
    {
        var plan = Plan.Compile(
            Module(new(3, 6, 6), 4, outputs), new PlanOptions { LaneWidth = KernelSet.Widths[0], Training = true, InputGradient = true });
        Assert.Equal(calls, plan.Program.Backward.Where(step => step.Kernel.EndsWith(".BackwardInput", StringComparison.Ordinal)).Select(
            step => step.Path));
    }

    [Theory]
    [InlineData(false, "stem", "a", "b", "c", "fc")]
    [InlineData(true, "stem", "a +2", "fc")]
    public void The_forward_pass_is_one_call_where_the_input_exceeds_the_cache(bool exceeds, params string[] calls)
    {
        foreach (int width in KernelSet.Widths)
        {
            int side = exceeds ? (int)Math.Sqrt(CacheSizes.OfMachine.Level2 / (64.0 * sizeof(float) * width)) + 8 : 6;
            var network = Module(new(3, side, side), channels: 64, outputs: 8);
            var plan = Plan.Compile(network, new PlanOptions { LaneWidth = width, LaneLayout = LaneLayout.BatchInterleaved });
            Assert.Equal(calls, plan.Program.Forward.Where(step => step.Tile is not null).Select(step => step.Path));
        }
    }

    /// <summary>A live range that is too short would show as a difference.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Shared_memory_does_not_change_the_results(string name)
    {
        var run = ReferenceRun.Of(OpCases.Find(name));
        foreach (int width in KernelSet.Widths)
        {
            var (alone, shared) = (OpCaseTests.Compile(run, width, threads: 1, guard: 1), OpCaseTests.Compile(run, width, threads: 1));
            OpCaseTests.Run(alone, run, width + 1);
            OpCaseTests.Run(shared, run, width + 1);
            Assert.Equal(Compare.Bits(alone), Compare.Bits(shared));
        }
    }

    [Theory]
    [InlineData("a")]
    [InlineData("b")]
    [InlineData("a", "b", "c")]
    public void Frozen_siblings_do_not_change_the_gradients_of_the_others(params string[] frozen)
    {
        var network = Module(new(3, 6, 6), channels: 4, outputs: 8);
        var source = TensorSource.Random(5, network.Input.Count, network.OutputCount);
        var all = Gradients(_ => true);
        var some = Gradients(name => !frozen.Contains(name.Split('.')[0]));
        Assert.Equal(all.Tensors.Select(t => t.Name).Where(name => !frozen.Contains(name.Split('.')[0])), some.Tensors.Select(t => t.Name));
        Assert.All(some.Tensors, t => Assert.Equal(all[t.Name].Values, t.Values));

        Weights Gradients(Func<string, bool> trains)
        {
            var plan = Plan.Compile(network, new PlanOptions { BatchSize = 5, Threads = 1, Training = true, IsTrainable = trains });
            plan.SetWeights(Weights.Initialize(network, seed: 1));
            plan.ComputeGradients(source, [0, 1, 2, 3, 4]);
            return plan.Gradients();
        }
    }

    private static Network Module(Shape input, int channels, int outputs) => Network.Define("module", input, x => OpCases.Join(
        x.Conv2d("stem", channels, kernelSize: 3, padding: 1).ReLU(),
        s => s.Conv2d("a", 4, kernelSize: 1).Concat(s.Conv2d("b", outputs, kernelSize: 1), s.Conv2d("c", 12, kernelSize: 1)))
        .AdaptiveAvgPool2d().Flatten().Linear("fc", 3));
}
