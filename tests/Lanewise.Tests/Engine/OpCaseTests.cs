using Lanewise.Engine;
using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Engine;

/// <summary>Tests every op case against the reference engine, at every lane width and at batch sizes that leave lanes empty.</summary>
public sealed class OpCaseTests
{
    private const float Sentinel = -123.5f;
    private const int Seed = 11;
    private const long Step = 5;

    [Theory]
    [MemberData(nameof(OpCases.NamesAndWidths), MemberType = typeof(OpCases))]
    public void Output_and_gradients_agree_with_the_reference(string name, int width)
    {
        var one = OpCases.Find(name);
        var run = ReferenceRun.Of(one);
        int[] sizes = [1, width - 1, width, width + 1, 2 * width + 3, 1];
        // One plan for all sizes: remains of a larger batch must not affect a smaller one.
        var plan = Compile(run, width, threads: 1, guard: 2);
        foreach (var (start, length) in plan.Program.Guards)
        {
            plan.Activations[0].Slice(start, length).Fill(Sentinel);
        }

        foreach (int count in sizes.Where(n => n > 0))
        {
            Run(plan, run, count);
            AssertClose(plan, run, count, one.Tolerance);
        }

        foreach (var (start, length) in plan.Program.Guards)
        {
            Assert.All(plan.Activations[0].Slice(start, length).ToArray(), v => Assert.Equal(Sentinel, v));
        }
    }

    [Theory]
    [MemberData(nameof(OpCases.Names), MemberType = typeof(OpCases))]
    public void Results_are_bitwise_identical_at_every_lane_width(string name)
    {
        const int Count = 35;
        var run = ReferenceRun.Of(OpCases.Find(name));
        foreach (var algorithm in (Conv2dAlgorithm[])[Conv2dAlgorithm.Direct, Conv2dAlgorithm.Winograd, Conv2dAlgorithm.WinogradRows])
        {
            foreach (var schedule in (WorkOrder[])[WorkOrder.Automatic, WorkOrder.Layers])
            {
                int[][] bits = [.. KernelSet.Widths.Where(width => width > 1).Select(width =>
                {
                    using var plan = Compile(run, width, threads: 1, schedule: schedule, algorithm: algorithm, batch: Count);
                    Run(plan, run, Count);
                    return Compare.Bits(plan);
                })];
                Assert.All(bits, other => Assert.Equal(bits[0], other));
            }
        }
    }

    [Theory]
    [MemberData(nameof(OpCases.NamesAndWidths), MemberType = typeof(OpCases))]
    public void Results_are_bitwise_identical_with_reused_memory_and_more_threads(string name, int width)
    {
        var run = ReferenceRun.Of(OpCases.Find(name));
        int count = 2 * width + 3;
        // As many slots block by block as layer by layer.
        int slots = (count - 1) / SlotLayout.MaxPiece + 1;
        var plan = Compile(run, width, threads: 1, slots: slots);
        Run(plan, run, count);
        int[] expected = Compare.Bits(plan);

        Run(plan, run, 1);
        Run(plan, run, count);
        Assert.Equal(expected, Compare.Bits(plan));

        foreach (var (threads, schedule) in new[] { (2, WorkOrder.Automatic), (3, WorkOrder.Automatic), (1, WorkOrder.Layers), (3, WorkOrder.Layers) })
        {
            var parallel = Compile(run, width, threads, schedule: schedule, slots: slots);
            Run(parallel, run, count);
            Assert.Equal(expected, Compare.Bits(parallel));
        }

        var inference = Plan.Compile(
            run.Network, new PlanOptions { BatchSize = count, LaneWidth = width, Threads = 1, Algorithm = Conv2dAlgorithm.Direct });
        inference.SetWeights(run.Weights);
        inference.Infer(run.At(count), run.At(count).Indices);
        if (run.IsCoupled)
        {
            Compare.Close("output in evaluation", run.At(count).EvaluationOutput, inference.Output, OpCases.Find(name).Tolerance);
        }
        else
        {
            Assert.Equal(Compare.Bits(plan.Output), Compare.Bits(inference.Output));
        }
    }

    /// <summary>In inference, convolutions apply the activation themselves: by every algorithm, on one thread and on several.</summary>
    [Theory]
    [MemberData(nameof(OpCases.FusedActivationNamesAndWidths), MemberType = typeof(OpCases))]
    public void Fused_activations_agree_with_the_reference(string name, int width)
    {
        var run = ReferenceRun.Of(OpCases.Find(name));
        int count = 2 * width + 3;
        foreach (var algorithm in Enum.GetValues<Conv2dAlgorithm>())
        {
            foreach (var (threads, schedule) in new[] { (1, WorkOrder.Automatic), (3, WorkOrder.Automatic), (3, WorkOrder.Layers) })
            {
                foreach (int images in new[] { count, 1 })
                {
                    using var plan = Plan.Compile(run.Network, new()
                    {
                        BatchSize = images,
                        LaneWidth = width,
                        Threads = threads,
                        Algorithm = algorithm,
                        Schedule = schedule,
                    });
                    plan.SetWeights(run.Weights);
                    plan.Infer(run.At(images), run.At(images).Indices);
                    Compare.Close($"{algorithm}, {images}", run.At(images).EvaluationOutput, plan.Output, 5 * OpCases.Find(name).Tolerance);
                }
            }
        }
    }

    /// <summary>
    /// Winograd wherever it is supported: within its own precision of the reference, and bitwise identical with more threads.
    /// </summary>
    [Theory]
    [MemberData(nameof(OpCases.WinogradNamesAndWidths), MemberType = typeof(OpCases))]
    public void Winograd_agrees_with_the_reference(string name, int width)
    {
        const double Loss = 5;
        Agrees(name, width, Conv2dAlgorithm.Winograd, Loss);
    }

    /// <summary>2-D F(2×2,3×3) and 1-D F(2,5).</summary>
    [Theory]
    [MemberData(nameof(OpCases.WinogradNamesAndWidths), MemberType = typeof(OpCases))]
    public void Winograd_with_small_tiles_agrees_with_the_reference(string name, int width) =>
        Agrees(name, width, Conv2dAlgorithm.WinogradSmall, loss: 2);

    /// <summary>1-D F(6,3) and F(4,5).</summary>
    [Theory]
    [MemberData(nameof(OpCases.WinogradNamesAndWidths), MemberType = typeof(OpCases))]
    public void Winograd_1d_agrees_with_the_reference(string name, int width) => Agrees(name, width, Conv2dAlgorithm.WinogradRows, loss: 5);

    private static void Agrees(string name, int width, Conv2dAlgorithm algorithm, double loss)
    {
        var run = ReferenceRun.Of(OpCases.Find(name));
        var plan = Compile(run, width, threads: 1, guard: 2, algorithm: algorithm);
        Assert.NotEmpty(plan.Program.Transforms);
        foreach (int count in new[] { 2 * width + 3, 1 })
        {
            Run(plan, run, count);
            AssertClose(plan, run, count, loss * OpCases.Find(name).Tolerance);
        }

        var parallel = Compile(run, width, threads: 3, algorithm: algorithm);
        Run(parallel, run, 1);
        Assert.Equal(Compare.Bits(plan), Compare.Bits(parallel));
    }

    /// <summary>In layer-by-layer order, weight gradients are summed over the tiles of all blocks at once, in several parts.</summary>
    [Theory]
    [MemberData(nameof(OpCases.TileNamesAndWidths), MemberType = typeof(OpCases))]
    public void Winograd_over_several_blocks_agrees_with_the_reference(string name, int width) =>
        AgreesOverBlocks(name, width, Conv2dAlgorithm.Winograd);

    /// <summary>1-D Winograd over several blocks, where a part is some of the rows or columns of tiles.</summary>
    [Theory]
    [MemberData(nameof(OpCases.TileNamesAndWidths), MemberType = typeof(OpCases))]
    public void Winograd_1d_over_several_blocks_agrees_with_the_reference(string name, int width) =>
        AgreesOverBlocks(name, width, Conv2dAlgorithm.WinogradRows);

    private static void AgreesOverBlocks(string name, int width, Conv2dAlgorithm algorithm)
    {
        const double Loss = 5;
        int count = 2 * width + 3;
        var run = ReferenceRun.Of(OpCases.Find(name));
        var plan = Compile(run, width, threads: 1, schedule: WorkOrder.Layers, algorithm: algorithm);
        var parallel = Compile(run, width, threads: 3, schedule: WorkOrder.Layers, algorithm: algorithm);
        Assert.Contains(plan.Program.Backward, step => step.Kernel == "Conv2d.TransformGradient");
        foreach (int images in new[] { count, 1, count })
        {
            Run(plan, run, images);
            AssertClose(plan, run, images, Loss * OpCases.Find(name).Tolerance);
            Run(parallel, run, images);
            Assert.Equal(Compare.Bits(plan), Compare.Bits(parallel));
        }
    }

    /// <summary>Both layouts sum the same products in the same order.</summary>
    [Theory]
    [MemberData(nameof(OpCases.NamesAndWidths), MemberType = typeof(OpCases))]
    public void Both_layouts_are_bitwise_identical(string name, int width)
    {
        const int Count = 3;
        var run = ReferenceRun.Of(OpCases.Find(name));
        var (images, channels) = (
            With(LaneLayout.BatchInterleaved, 1, WorkOrder.Automatic), With(LaneLayout.ChannelInterleaved, 1, WorkOrder.Automatic));
        Compare.Close("output in evaluation", run.At(Count).EvaluationOutput, channels.Output, OpCases.Find(name).Tolerance);
        Assert.Equal(Compare.Bits(images.Output), Compare.Bits(channels.Output));
        Assert.Equal(Compare.Bits(images.Output), Compare.Bits(With(LaneLayout.ChannelInterleaved, 3, WorkOrder.Layers).Output));

        Plan With(LaneLayout layout, int threads, WorkOrder schedule) => Infer(run, Count, new PlanOptions
        {
            BatchSize = Count,
            LaneWidth = width,
            Threads = threads,
            LaneLayout = layout,
            Schedule = schedule,
            Algorithm = Conv2dAlgorithm.Direct,
        });
    }

    [Theory]
    [MemberData(nameof(OpCases.WinogradNamesAndWidths), MemberType = typeof(OpCases))]
    public void Channel_interleaved_Winograd_agrees_with_the_reference(string name, int width)
    {
        const double Loss = 5;
        const int Count = 2;
        var run = ReferenceRun.Of(OpCases.Find(name));
        var options = new PlanOptions { BatchSize = Count, LaneWidth = width, Threads = 1, LaneLayout = LaneLayout.ChannelInterleaved, Algorithm = Conv2dAlgorithm.Winograd };
        var plan = Infer(run, Count, options);
        Assert.NotEmpty(plan.Program.Transforms);
        Compare.Close("output in evaluation", run.At(Count).EvaluationOutput, plan.Output, Loss * OpCases.Find(name).Tolerance);
        var parallel = Infer(run, Count, options with { Threads = 3, Schedule = WorkOrder.Layers });
        Assert.Equal(Compare.Bits(plan.Output), Compare.Bits(parallel.Output));
    }

    [Theory]
    [InlineData("inception", true)]
    [InlineData("residual", true)]
    [InlineData("resnet18", true)]
    [InlineData("googlenet", true)]
    [InlineData("resnet50", true)]
    [InlineData("googlenet-paper", false)]
    public void Few_images_run_channel_interleaved_where_every_op_supports_it(string model, bool can)
    {
        var entry = ModelCatalog.Find(model);
        var network = entry.Create(new ModelOptions());
        // A small input where the size does not matter: with gradients, activations at full size take nearly a gigabyte.
        var small = entry.Create(new ModelOptions { Input = network.Input with { Height = 32, Width = 32 } });
        int width = KernelSet.Widths[0];
        Assert.Equal(can ? 1 : width, Plan.Compile(small, new PlanOptions { BatchSize = 1 }).Program.BlockImages);
        Assert.Equal(model == "resnet50" ? 1 : width, Plan.Compile(network, new PlanOptions { BatchSize = 2 * width }).Program.BlockImages);
        Assert.Equal(width, Plan.Compile(small, new PlanOptions { BatchSize = 1, InputGradient = true }).Program.BlockImages);
    }

    [Fact]
    public void Winograd_is_used_in_inference_where_it_is_faster_and_nowhere_else()
    {
        var network = ModelCatalog.Find("resnet20").ForClasses(10);
        Assert.NotEmpty(Plan.Compile(network, new PlanOptions()).Program.Transforms);
        Assert.Empty(Plan.Compile(network, new PlanOptions { Training = true }).Program.Transforms);
        Assert.Empty(Plan.Compile(network, new PlanOptions { Algorithm = Conv2dAlgorithm.Direct }).Program.Transforms);
    }

    [Theory]
    [InlineData("conv 1×1 in pairs of groups", true)]
    [InlineData("conv 1×1 in pairs of groups, stride 2", true)]
    [InlineData("conv 1×1 in pairs of groups, a shortcut", true)]
    [InlineData("conv 1×1 stride 2", false)]
    public void Groups_are_paired_where_a_large_input_is_read_pixel_by_pixel(string name, bool paired)
    {
        const int Width = 16;
        if (KernelSet.Widths.Contains(Width))
        {
            var plan = Compile(ReferenceRun.Of(OpCases.Find(name)), Width, threads: 1);
            Assert.Equal(paired, Tile(plan.Program.Forward, "Conv2d.Forward") == "taps 8×3");
            Assert.Equal(paired, Tile(plan.Program.Backward, "Conv2d.BackwardInput") == "taps 8×3");
        }

        static string? Tile(Step[] steps, string kernel) => steps.First(step => step.Kernel == kernel).Tile;
    }

    [Theory]
    [InlineData("auxiliary output")]
    [InlineData("auxiliary output before the last layer")]
    [InlineData("two auxiliary outputs with batch norm and dropout")]
    public void Loss_and_gradients_with_auxiliary_outputs_agree_with_the_reference(string name)
    {
        var run = ReferenceRun.Of(OpCases.Find(name));
        foreach (int width in KernelSet.Widths)
        {
            var batch = run.At(width + 1);
            var engine = new ReferenceEngine(run.Network, run.Weights);
            engine.ForwardTraining(batch.Values, Seed, Step);
            var expected = engine.BackwardLoss(batch.Labels);
            var plan = Plan.Compile(run.Network, new PlanOptions { BatchSize = batch.Count, LaneWidth = width, Threads = 2, Training = true, InputGradient = true, Seed = Seed });
            plan.SetWeights(run.Weights);
            plan.ComputeGradients(batch, batch.Indices, Step);
            Assert.Equal(engine.Loss(batch.Labels), plan.Losses.ToArray().Average(), 1e-5);
            Compare.Close("gradient of the input", expected.Input, plan.InputGradients, OpCases.Find(name).Tolerance);
            var gradients = plan.Gradients();
            Assert.All(
                expected.Parameters,
                p => Compare.Close(p.Key, p.Value, gradients[p.Key].Values, OpCases.Find(name).Tolerance, minMagnitude: 0.1));
        }
    }

    internal static Plan Compile(
        ReferenceRun run,
        int width,
        int threads,
        int guard = 0,
        WorkOrder schedule = WorkOrder.Automatic,
        Conv2dAlgorithm algorithm = Conv2dAlgorithm.Direct,
        int slots = 0,
        int batch = 0)
    {
        var options = new PlanOptions
        {
            BatchSize = batch > 0 ? batch : 2 * width + 3,
            LaneWidth = width,
            Threads = threads,
            Training = true,
            InputGradient = true,
            GuardVectors = guard,
            Schedule = schedule,
            Algorithm = algorithm,
            Slots = slots,
        };
        var plan = Plan.Compile(run.Network, options);
        plan.SetWeights(run.Weights);
        return plan;
    }

    private static Plan Infer(ReferenceRun run, int count, PlanOptions options)
    {
        var plan = Plan.Compile(run.Network, options);
        plan.SetWeights(run.Weights);
        plan.Infer(run.At(count), run.At(count).Indices);
        return plan;
    }

    internal static void Run(Plan plan, ReferenceRun run, int count)
    {
        // Each run starts with the same running statistics.
        plan.SetWeights(run.Weights);
        plan.DiscardGradients();
        plan.ComputeGradientsFrom(run.At(count).OutputGradient, run.At(count), run.At(count).Indices);
    }

    internal static void AssertClose(Plan plan, ReferenceRun run, int count, double tolerance)
    {
        string at = $"{count} images, {plan.LaneWidth} lanes";
        var expected = run.At(count);
        // Batch norm removes mean and slope from a gradient, which for two values leaves only rounding errors.
        double minMagnitude = run.IsCoupled ? 1 : 0;
        // Softmax removes the mean, which for equal channels leaves only rounding errors.
        double minOfInput = run.Network.Nodes.Any(n => n.Op is Softmax or LogSoftmax) ? Math.Max(minMagnitude, 1e-2) : minMagnitude;
        Compare.Close($"output, {at}", expected.Output, plan.Output, tolerance);
        Compare.Close($"gradient of the input, {at}", expected.InputGradient, plan.InputGradients, tolerance, minOfInput);
        var (gradients, saved) = (plan.Gradients(), plan.GetWeights());
        // The parameters of a layer are compared together: the gradient of a single bias may cancel almost to zero.
        foreach (var node in run.Network.Nodes.Where(n => n.Parameters.Count > 0))
        {
            string[] trained = [.. node.Parameters.Where(p => !p.IsBuffer).Select(p => p.Name)];
            double[] want = [.. trained.SelectMany(p => expected.Gradients[p])];
            float[] have = [.. trained.SelectMany(p => gradients[p].Values)];
            Compare.Close($"gradients of the parameters of {node.Path}, {at}", want, have, tolerance, minMagnitude);
        }

        Assert.All(expected.Buffers, buffer => Compare.Close($"{buffer.Key}, {at}", buffer.Value, saved[buffer.Key].Values, tolerance));
    }
}
