using Lanewise.Engine;
using Xunit;

namespace Lanewise.Tests.Engine;

/// <summary>Tests max pooling fused into a convolution, in plans for inference.</summary>
public sealed class PoolFusionTests
{
    private const float Sentinel = -123.5f;

    [Theory]
    [MemberData(nameof(PoolCases.FusedAndWidths), MemberType = typeof(PoolCases))]
    public void Rows_are_pooled_as_they_are_summed(string name, int width) =>
        AssertPools(name, width, Conv2dAlgorithm.Direct, loss: 1);

    [Theory]
    [MemberData(nameof(PoolCases.InTilesAndWidths), MemberType = typeof(PoolCases))]
    public void Winograd_tiles_are_pooled_before_they_are_written(string name, int width) =>
        AssertPools(name, width, Conv2dAlgorithm.Winograd, loss: 5);

    [Theory]
    [MemberData(nameof(PoolCases.ApartNames), MemberType = typeof(PoolCases))]
    public void A_convolution_with_other_consumers_is_pooled_in_a_separate_step(string name)
    {
        foreach (var algorithm in new[] { Conv2dAlgorithm.Direct, Conv2dAlgorithm.Winograd })
        {
            var steps = Infer(name, 2, new PlanOptions { BatchSize = 2, Algorithm = algorithm }).Program.Forward;
            Assert.Single(steps, s => s.Kernel == "MaxPool2d.Forward");
        }
    }

    [Theory]
    [MemberData(nameof(PoolCases.OfRowsNames), MemberType = typeof(PoolCases))]
    public void Windows_that_no_tile_contains_do_not_prevent_Winograd(string name)
    {
        var pooled = OpCases.Find(name).Network;
        var plan = Plan.Compile(pooled, new PlanOptions { BatchSize = 2, Algorithm = Conv2dAlgorithm.Winograd });
        bool byTiles = pooled.Nodes.Any(n => n.Op is Conv2d { KernelSize.Height: 3, Stride.Height: 1 });
        Assert.Equal(byTiles, plan.Program.Transforms.Count > 0);
        Assert.Equal(byTiles, plan.Program.Forward.Any(s => s.Kernel == "MaxPool2d.Forward"));
    }

    [Fact]
    public void A_plan_with_gradients_keeps_convolution_and_pooling_apart()
    {
        var network = OpCases.Find("conv 5×5, max pool 2").Network;
        foreach (var options in new PlanOptions[] { new() { Training = true }, new() { InputGradient = true } })
        {
            Assert.Contains(Plan.Compile(network, options).Program.Forward, s => s.Kernel == "MaxPool2d.Forward");
        }
    }

    /// <summary>A negative weight of the batch norm would turn the maximum into the minimum.</summary>
    [Fact]
    public void Batch_norm_after_a_pooled_convolution_is_not_folded()
    {
        var steps = Plan.Compile(OpCases.Find("conv, max pool 2, batch norm").Network, new PlanOptions()).Program.Forward;
        Assert.Equal(["Conv2d.Forward", "BatchNorm2d.Forward"], steps.Select(s => s.Kernel));
    }

    private static void AssertPools(string name, int width, Conv2dAlgorithm algorithm, double loss)
    {
        foreach (var layout in new[] { LaneLayout.BatchInterleaved, LaneLayout.ChannelInterleaved })
        {
            int count = width + 2;
            var options = new PlanOptions { BatchSize = count, LaneWidth = width, Threads = 1, Algorithm = algorithm, LaneLayout = layout, Schedule = WorkOrder.Blocks };
            var plan = Infer(name, count, options with { GuardVectors = 2 });
            Assert.DoesNotContain(plan.Program.Forward, s => s.Kernel == "MaxPool2d.Forward");
            Assert.Contains(plan.Program.Forward, s => s.Tile?.Contains(", pool ", StringComparison.Ordinal) == true);
            Assert.Equal(algorithm == Conv2dAlgorithm.Winograd, plan.Program.Transforms.Count > 0);
            Compare.Close(
                "output", ReferenceRun.Of(OpCases.Find(name)).At(count).EvaluationOutput, plan.Output, loss * OpCases.Find(name).Tolerance);
            foreach (var (start, length) in plan.Program.Guards)
            {
                Assert.All(plan.Activations[0].Slice(start, length).ToArray(), v => Assert.Equal(Sentinel, v));
            }

            foreach (var (threads, schedule) in new[] { (3, WorkOrder.Blocks), (1, WorkOrder.Layers), (3, WorkOrder.Layers), (7, WorkOrder.Layers) })
            {
                var parallel = Infer(name, count, options with { Threads = threads, Schedule = schedule });
                Assert.Equal(Compare.Bits(plan.Output), Compare.Bits(parallel.Output));
            }
        }
    }

    private static Plan Infer(string name, int count, PlanOptions options)
    {
        var run = ReferenceRun.Of(OpCases.Find(name));
        var plan = Plan.Compile(run.Network, options);
        plan.SetWeights(run.Weights);
        foreach (var (start, length) in plan.Program.Guards)
        {
            plan.Activations[0].Slice(start, length).Fill(Sentinel);
        }

        plan.Infer(run.At(count), run.At(count).Indices);
        return plan;
    }
}
