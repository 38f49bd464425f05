using Lanewise.Engine;
using Xunit;

namespace Lanewise.Tests.Engine;

/// <summary>Absurd shapes and batches are refused at once; without the check, these tests would run for minutes or end the process.</summary>
public sealed class MemoryCheckTests
{
    private static readonly Network Small = Network.Define("small", new(3, 8, 8), x => x.Conv2d("conv", 4, 3).Flatten().Linear("fc", 3));

    [Theory]
    [InlineData("resnet18", 11_500, 11_500, 1, false)]
    [InlineData("resnet18", 11_500, 11_500, 16, false)]
    [InlineData("resnet18", 11_500, 11_500, 16, true)]
    [InlineData("resnet18", 180_000, 700, 1, false)]
    [InlineData("resnet50", 9_000, 9_000, 64, false)]
    [InlineData("googlenet", 11_000, 11_000, 1, false)]
    [InlineData("googlenet", 9_000, 9_000, 4, true)]
    [InlineData("resnet20", 40_000, 3_000, 16, true)]
    [InlineData("resnet18", 20_000, 20_000, 1, false, "a smaller input")]
    [InlineData("resnet18", 20_000, 20_000, 64, true, "a smaller input")]
    public void Images_that_exceed_the_memory_are_refused_at_once(
        string model, int height, int width, int batch, bool training, string remedy = "smaller images")
    {
        var e = Assert.Throws<ShapeException>(() => Plan.Compile(
            ModelCatalog.Find(model).Create(new ModelOptions { Classes = 10, Input = new(3, height, width) }),
            new PlanOptions { BatchSize = batch, Training = training, Threads = 2 }));
        AssertHasSizeAndRemedy(e, remedy);
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(1 << 30)]
    public void A_batch_that_exceeds_the_memory_is_refused_at_once(int batch)
    {
        foreach (bool training in new[] { false, true })
        {
            var e = Assert.Throws<InvalidOptionException>(() => Plan.Compile(Small, new PlanOptions { BatchSize = batch, Training = training }));
            Assert.Equal((nameof(PlanOptions.BatchSize), batch), (e.Option, e.Value));
            AssertHasSizeAndRemedy(e, "use a smaller batch");
        }

        AssertHasSizeAndRemedy(
            Assert.Throws<InvalidOptionException>(
                () => CompiledModel.Compile(Small, Weights.Initialize(Small, 1), new InferenceOptions { BatchSize = batch })),
            "use a smaller batch");
    }

    [Fact]
    public void A_batch_whose_activations_exceed_the_memory_is_refused_at_once()
    {
        // In training all blocks are in memory at once.
        var network = ModelCatalog.Find("resnet18").ForClasses(10);
        var e = Assert.Throws<InvalidOptionException>(() => Plan.Compile(network, new PlanOptions { BatchSize = 100_000, Training = true }));
        AssertHasSizeAndRemedy(e, "use a smaller batch");
    }

    private static void AssertHasSizeAndRemedy(LanewiseException e, string remedy)
    {
        Assert.Matches("[0-9] (M|G)iB|[0-9]{3} values", e.Message);
        Assert.Contains(remedy, e.Message, StringComparison.Ordinal);
    }
}
