using Lanewise.Engine;
using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Engine;

public sealed class PlanTests
{
    private static readonly Network Small = Network.Define(
        "small", new(1, 6, 6), x => x.Conv2d("conv", 4, 3).ReLU().MaxPool2d(2).Flatten().Linear("fc", 3));

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public void Batch_size_and_threads_are_at_least_one(int batch, int threads)
    {
        var e = Assert.ThrowsAny<LanewiseException>(() => Plan.Compile(Small, new PlanOptions { BatchSize = batch, Threads = threads }));
        Assert.Equal($"batch size {batch}, threads {threads}: both must be at least 1.", e.Message);
    }

    [Fact]
    public void The_error_for_an_unknown_lane_width_lists_the_supported_ones()
    {
        var e = Assert.ThrowsAny<LanewiseException>(() => Plan.Compile(Small, new PlanOptions { LaneWidth = 3 }));
        Assert.Equal(
            $"lane width 3: this processor supports {string.Join(", ", KernelSet.Widths)}; choose one of these, or 0 for the widest.",
            e.Message);
    }

    [Fact]
    public void Training_on_a_plan_without_gradients_is_an_error()
    {
        var plan = Plan.Compile(Small, new PlanOptions { BatchSize = 2 });
        Assert.Throws<InvalidOperationException>(() => plan.ComputeGradients(TensorSource.Random(2, 36, 3), [0, 1]));
    }

    [Fact]
    public void A_network_without_logits_can_be_run_but_not_evaluated()
    {
        var planes = Network.Define("planes", new(1, 6, 6), x => x.Conv2d("conv", 2, 3));
        var plan = Plan.Compile(planes, new PlanOptions { BatchSize = 2 });
        plan.SetWeights(Weights.Initialize(planes, 1));
        plan.Infer(TensorSource.Random(2, 36, 2), [0, 1]);
        Assert.Equal(2 * planes.Output.Shape.Count, plan.Output.Length);
        var e = Assert.ThrowsAny<LanewiseException>(() => plan.Evaluate(TensorSource.Random(2, 36, 2), [0, 1]));
        Assert.Equal("planes: its output is 2×4×4, not a row of logits; end the network with .Flatten() and .Linear(…).", e.Message);
    }

    /// <summary>Images beyond the last full block run one by one, bitwise identical with direct convolutions.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Images_beyond_the_last_full_block_run_one_by_one(int threads)
    {
        foreach (int width in KernelSet.Widths.Where(w => w > 1))
        {
            var network = ModelCatalog.Find("residual").ForClasses(10);
            var options = new PlanOptions { BatchSize = 2 * width + 1, LaneWidth = width, Threads = threads, Algorithm = Conv2dAlgorithm.Direct };
            var (mixed, images) = (
                Plan.Compile(network, options), Plan.Compile(network, options with { LaneLayout = LaneLayout.BatchInterleaved }));
            Assert.Equal(1, mixed.Remainder?.Program.BlockImages);
            Assert.Null(images.Remainder);
            Assert.Null(Plan.Compile(network, options with { BatchSize = 2 * width }).Remainder);
            Assert.Null(Plan.Compile(network, options with { Training = true }).Remainder);
            var weights = Weights.Initialize(network, 1);
            mixed.SetWeights(weights);
            images.SetWeights(weights);
            foreach (int count in new[] { 2 * width + 1, 1, width, width + 1, 2 * width - 1 })
            {
                var source = TensorSource.Random(count, network.Input.Count, network.OutputCount);
                int[] indices = [.. Enumerable.Range(0, count)];
                mixed.Evaluate(source, indices);
                images.Evaluate(source, indices);
                Assert.Equal(count, mixed.Predictions.Length);
                Assert.Equal(Compare.Bits(images.Output), Compare.Bits(mixed.Output));
                Assert.Equal(images.Losses.ToArray(), mixed.Losses.ToArray());
                Assert.Equal(images.Predictions.ToArray(), mixed.Predictions.ToArray());
            }
        }
    }

    [Fact]
    public void A_batch_that_exceeds_memory_is_an_error()
    {
        var e = Assert.ThrowsAny<LanewiseException>(() => Plan.Compile(Small, new PlanOptions { BatchSize = int.MaxValue }));
        Assert.Contains("use a smaller batch", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_of_another_network_are_an_error()
    {
        var other = Network.Define("other", new(1, 6, 6), x => x.Conv2d("conv", 4, 5).Flatten().Linear("fc", 3));
        var plan = Plan.Compile(Small, new PlanOptions { BatchSize = 2 });
        var e = Assert.ThrowsAny<LanewiseException>(() => plan.SetWeights(Weights.Initialize(other, 1)));
        Assert.Contains("conv.weight is 4×1×5×5, expected 4×1×3×3", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_images_than_the_batch_size_are_an_error()
    {
        var plan = Plan.Compile(Small, new PlanOptions { BatchSize = 2 });
        Assert.Throws<ArgumentException>(() => plan.Infer(TensorSource.Random(3, 36, 3), [0, 1, 2]));
    }

    [Fact]
    public void An_empty_batch_adds_no_gradients()
    {
        var plan = CompileForTraining(Small, 4, threads: 2);
        plan.ComputeGradients(TensorSource.Random(4, 36, 3), []);
        Assert.Equal(0, plan.Output.Length);
        Assert.All(plan.Gradients().Tensors, t => Assert.All(t.Values, v => Assert.Equal(0f, v)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_empty_batch_has_an_empty_output_layer_by_layer(bool training)
    {
        var network = Network.Define(
            "norm", new Shape(2, 4, 4), x => x.Conv2d("conv", 3, kernelSize: 3).BatchNorm2d("bn").Flatten().Linear("fc", 2));
        var plan = Plan.Compile(network, new PlanOptions { BatchSize = 5, Training = training, Threads = 2, Schedule = WorkOrder.Layers });
        plan.SetWeights(Weights.Initialize(network, seed: 1));
        plan.Infer(TensorSource.Random(1, network.Input.Count, network.OutputCount), []);
        Assert.True(plan.Output.IsEmpty);
    }

    [Theory]
    [InlineData("fc")]
    [InlineData("aux")]
    [InlineData("nothing")]
    public void An_output_without_a_trained_layer_before_it_gets_no_gradient(string trained)
    {
        var network = Network.Define("heads", new Shape(1, 6, 6), x =>
        {
            var body = x.Conv2d("conv", 3, kernelSize: 3, padding: 1).ReLU();
            body.Flatten().Linear("aux", 4).AuxiliaryOutput(0.3f);
            return body.MaxPool2d(2).Flatten().Linear("fc", 4);
        });
        var source = TensorSource.Random(7, network.Input.Count, network.OutputCount);
        var plan = Plan.Compile(network, new PlanOptions { BatchSize = 7, Training = true, Threads = 1, IsTrainable = name => name.StartsWith(trained, StringComparison.Ordinal) });
        plan.SetWeights(Weights.Initialize(network, seed: 1));
        var losses = new List<double[]>();
        for (int i = 0; i < 2; i++)
        {
            plan.ComputeGradients(source, [0, 1, 2, 3, 4, 5, 6]);
            losses.Add(plan.Losses.ToArray());
        }

        // A gradient without memory of its own would overwrite the zero border, which the second pass reads.
        Assert.Equal(losses[0], losses[1]);
        Assert.All(plan.Gradients().Tensors, t => Assert.StartsWith(trained, t.Name, StringComparison.Ordinal));
    }

    [Fact]
    public void A_plan_with_folded_batch_norm_returns_the_weights_that_were_set()
    {
        var network = Network.Define(
            "norm", new Shape(2, 4, 4), x => x.Conv2d("conv", 3, kernelSize: 3).BatchNorm2d("bn").Flatten().Linear("fc", 2));
        var plan = Plan.Compile(network, new PlanOptions { BatchSize = 1, Threads = 1 });
        Assert.Throws<InvalidOperationException>(() => plan.GetWeights());
        var weights = Weights.Initialize(network, seed: 2);
        plan.SetWeights(new Weights(weights.Tensors.Where(t => !t.Name.EndsWith("num_batches_tracked", StringComparison.Ordinal))));
        Assert.Equal(Compare.Bits(weights), Compare.Bits(plan.GetWeights()));
    }

    [Fact]
    public void A_user_defined_module_may_be_named_like_an_auxiliary_head()
    {
        var network = Network.Define(
            "mine", new Shape(1, 4, 4), x => x.Module("aux1", m => m.Conv2d("conv", 2, kernelSize: 3)).Flatten().Linear("fc", 2));
        var weights = Weights.Initialize(network, seed: 2);
        Assert.Equal(Compare.Bits(weights), Compare.Bits(Weights.Match(network, weights.Tensors, "mine")));
    }

    [Fact]
    public void Weights_are_returned_as_they_were_set()
    {
        foreach (int width in KernelSet.Widths)
        {
            var weights = Weights.Initialize(Inception.Create(), seed: 4);
            var plan = Plan.Compile(Inception.Create(), new PlanOptions { BatchSize = 1, LaneWidth = width });
            plan.SetWeights(weights);
            Assert.Equal(Compare.Bits(weights), Compare.Bits(plan.GetWeights()));
        }
    }

    [Fact]
    public void Gradients_add_up_until_they_are_discarded()
    {
        var (plan, source) = (CompileForTraining(Small, 4, threads: 1), TensorSource.Random(4, 36, 3));
        plan.ComputeGradients(source, [0, 1, 2, 3]);
        var once = plan.Gradients();
        plan.ComputeGradients(source, [0, 1, 2, 3]);
        var twice = plan.Gradients();
        Assert.All(once.Tensors, t => Compare.Close(t.Name, Array.ConvertAll(t.Values, v => 2 * v), twice[t.Name].Values, 1e-6));
        plan.DiscardGradients();
        Assert.All(plan.Gradients().Tensors, t => Assert.All(t.Values, v => Assert.Equal(0f, v)));
    }

    [Fact]
    public void Losses_and_predictions_are_in_the_order_of_the_indices()
    {
        foreach (int width in KernelSet.Widths)
        {
            var source = TensorSource.Random(40, 36, 3);
            int[] order = [.. Enumerable.Range(0, 40).Select(i => i * 7 % 40)];
            var plan = CompileForTraining(Small, 40, threads: 2, width);
            plan.Evaluate(source, order);
            for (int i = 0; i < order.Length; i++)
            {
                var z = plan.Output.Slice(i * 3, 3).ToArray();
                Assert.Equal(Array.IndexOf(z, z.Max()), plan.Predictions[i]);
                double loss = Math.Log(z.Sum(v => Math.Exp(v))) - z[order[i] % 3];
                Assert.Equal(loss, plan.Losses[i], 1e-5);
            }
        }
    }

    [Fact]
    public void Training_is_bitwise_identical_for_any_number_of_threads()
    {
        foreach (int width in KernelSet.Widths)
        {
            int[][] bits = [.. new[] { 1, 2, 3 }.Select(threads => Train(width, threads))];
            Assert.Equal(bits[0], bits[1]);
            Assert.Equal(bits[0], bits[2]);
        }

        static int[] Train(int width, int threads)
        {
            // Where a block is a single image, a few more blocks than slots.
            int batch = Math.Min(70, 17 * width + 2);
            var network = Residual.Create();
            var (plan, source) = (CompileForTraining(network, batch, threads, width), TensorSource.Random(batch, network.Input.Count, 10));
            var update = new OptimizerWork(plan.AllocateLikeWeights()) { Step = new SgdStep(0.05f, 0.9f, 1e-4f, Nesterov: true) };
            for (int step = 0; step < 3; step++)
            {
                plan.ComputeGradients(source, [.. Enumerable.Range(0, batch - step)]);
                plan.Apply(update);
            }

            return [.. Compare.Bits(plan.GetWeights()), .. Compare.Bits(plan.SaveState(update.State[0]))];
        }
    }

    [Theory]
    [InlineData(0f, 0f, false)]
    [InlineData(0.9f, 0f, false)]
    [InlineData(0.9f, 0.01f, false)]
    [InlineData(0.9f, 0.01f, true)]
    public void An_SGD_step_follows_PyTorchs_formula(float momentum, float decay, bool nesterov)
    {
        const double Rate = 0.1;
        foreach (int width in KernelSet.Widths)
        {
            var (plan, source) = (CompileForTraining(Small, 5, threads: 1, width), TensorSource.Random(5, 36, 3));
            var update = new OptimizerWork(plan.AllocateLikeWeights()) { Step = new SgdStep((float)Rate, momentum, decay, nesterov) };
            var velocity = Small.Parameters.ToDictionary(p => p.Name, p => new double[p.Count]);
            for (int step = 0; step < 3; step++)
            {
                plan.ComputeGradients(source, [0, 1, 2, 3, 4]);
                var (before, gradients) = (plan.GetWeights(), plan.Gradients());
                plan.Apply(update);
                foreach (var after in plan.GetWeights().Tensors)
                {
                    var (w, g, v) = (before[after.Name].Values, gradients[after.Name].Values, velocity[after.Name]);
                    var expected = new double[w.Length];
                    for (int i = 0; i < w.Length; i++)
                    {
                        double total = g[i] + decay * w[i];
                        v[i] = momentum * v[i] + total;
                        expected[i] = w[i] - Rate * (nesterov ? total + momentum * v[i] : v[i]);
                    }

                    Compare.Close(after.Name, expected, after.Values, 1e-6);
                }
            }
        }
    }

    internal static Plan CompileForTraining(Network network, int batch, int threads, int width = 0)
    {
        var plan = Plan.Compile(network, new PlanOptions { BatchSize = batch, Threads = threads, Training = true, LaneWidth = width });
        plan.SetWeights(Weights.Initialize(network, seed: 1));
        return plan;
    }
}
