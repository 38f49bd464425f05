using System.Security.Cryptography;
using Lanewise.Analysis;
using Lanewise.Engine;
using Lanewise.Kernels;
using Lanewise.Tests.Engine;
using Xunit;

namespace Lanewise.Tests.Training;

/// <summary>
/// The weights after some steps are bitwise the same at every lane width and at any number of threads
/// (docs/internals/numerics.md, "Order of sums").
/// </summary>
public sealed class OrderOfSumsTests
{
    private static readonly string[] Networks = ["residual", "inception", "resnet20", "resnet18", "googlenet", "affine"];

    /// <summary>Batches of less than a slot, of part of a block, of several slots.</summary>
    public static TheoryData<string, int> Batches => new(Networks.SelectMany(name => (int[])[3, 12, 20, 40], (name, batch) => (name, batch)));

    [Theory]
    [MemberData(nameof(Batches))]
    public void Weights_depend_on_neither_lane_width_nor_threads(string network, int batch)
    {
        string expected = Digest(network, batch, KernelSet.Widths[0], threads: 1);
        Assert.All(
            KernelSet.Widths.Where(width => width > 1),
            width => Assert.Equal(expected, Digest(network, batch, width, threads: 2)));
    }

    /// <summary>Trains two steps and returns the digest of all weights and buffers.</summary>
    private static string Digest(string name, int batch, int width, int threads)
    {
        var network = Create(name);
        using var plan = Plan.Compile(network, new PlanOptions { Training = true, BatchSize = batch, LaneWidth = width, Threads = threads });
        plan.SetWeights(Weights.Initialize(network, 1));
        var images = new RandomImages(network.Input.Count, 10, batch);
        var update = new OptimizerWork(plan.AllocateLikeWeights())
        {
            Step = new SgdStep(0.05f, 0.9f, 1e-4f, Nesterov: false),
            Clipping = new GradientClipWork(byValue: false, limit: 1),
        };
        for (int step = 0; step < 2; step++)
        {
            plan.ComputeGradients(images, [.. Enumerable.Range(0, batch)], step);
            plan.Apply(update);
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var tensor in plan.GetWeights().Tensors)
        {
            hash.AppendData(System.Runtime.InteropServices.MemoryMarshal.AsBytes(tensor.Values.AsSpan()));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static Network Create(string name) => name switch
    {
        "resnet18" => ModelCatalog.Find(name).Create(new ModelOptions { Classes = 10, Input = new Shape(3, 32, 32) }),
        "googlenet" => ModelCatalog.Find(name).Create(new ModelOptions { Classes = 10, Input = new Shape(3, 64, 64) }),
        "affine" => Network.Define("affine", new(3, 20, 20), x => x
            .Conv2d("conv", 6, kernelSize: 3).ChannelAffine("scale").SiLU().Dropout(0.3).MaxPool2d(2).Flatten().Linear("fc", 10)),
        _ => ModelCatalog.Find(name).ForClasses(10),
    };

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Accumulated_batches_are_one_large_batch(int batches)
    {
        // Without batch norm, in batches of two slots.
        var network = Create("affine");
        using var whole = Plan.Compile(network, new PlanOptions { Training = true, BatchSize = 16 * batches, Threads = 2 });
        using var parts = Plan.Compile(
            network, new PlanOptions { Training = true, BatchSize = 16, BatchesPerStep = batches, Threads = 2 });
        var weights = Weights.Initialize(network, 1);
        var images = new RandomImages(network.Input.Count, 10, 16 * batches);
        int[] indices = [.. Enumerable.Range(0, 16 * batches)];
        whole.SetWeights(weights);
        whole.ComputeGradients(images, indices);
        parts.SetWeights(weights);
        for (int i = 0; i < batches; i++)
        {
            parts.ComputeScaledGradients(images, indices.AsSpan(16 * i, 16), LossScale.Of(indices.Length, indices.Length), step: 0, 16 * i);
            parts.HoldGradients();
        }

        parts.ReturnHeldGradients();
        Assert.Equal(Compare.Bits(whole.Gradients()), Compare.Bits(parts.Gradients()));
    }

    [Fact]
    public void Batch_norm_by_slot_is_that_of_smaller_batches()
    {
        var network = ModelCatalog.Find("resnet20").ForClasses(10);
        var weights = Weights.Initialize(network, 1);
        var images = new RandomImages(network.Input.Count, 10, 32);
        int[] indices = [.. Enumerable.Range(0, 32)];
        using var slots = Plan.Compile(
            network, new PlanOptions { Training = true, BatchSize = 32, Threads = 2, BatchNormScope = BatchNormScope.Slot });
        using var halves = Plan.Compile(network, new PlanOptions { Training = true, BatchSize = 16, Threads = 1 });
        slots.SetWeights(weights);
        slots.ComputeGradients(images, indices);
        double[] losses = slots.Losses.ToArray();
        var buffers = new List<Weights>();
        var gradients = new List<Weights>();
        for (int i = 0; i < 2; i++)
        {
            halves.SetWeights(weights);
            halves.DiscardGradients();
            halves.ComputeScaledGradients(images, indices.AsSpan(16 * i, 16), LossScale.Of(32, 32), step: 0);
            Assert.Equal(losses[(16 * i)..(16 * i + 16)], halves.Losses.ToArray());
            gradients.Add(halves.Gradients());
            buffers.Add(halves.GetWeights());
        }

        foreach (var tensor in slots.Gradients().Tensors)
        {
            Assert.All(tensor.Values.Index(), value =>
                Assert.Equal(gradients[0][tensor.Name].Values[value.Index] + gradients[1][tensor.Name].Values[value.Index], value.Item, 1e-5));
        }

        foreach (var tensor in slots.GetWeights().Tensors.Where(t => t.Name.Contains("running", StringComparison.Ordinal)))
        {
            Assert.All(tensor.Values.Index(), value => Assert.Equal(
                (buffers[0][tensor.Name].Values[value.Index] + buffers[1][tensor.Name].Values[value.Index]) / 2, value.Item, 1e-5));
        }
    }
}
