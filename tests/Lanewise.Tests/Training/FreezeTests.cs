using Lanewise.Files;
using Lanewise.Tests.Engine;
using Xunit;
using static Lanewise.Tests.Training.TrainerTests;

namespace Lanewise.Tests.Training;

/// <summary>Training of the classifier alone.</summary>
public sealed class FreezeTests
{
    private static readonly Network Normalized = Network.Define("normalized", new(1, 28, 28), x => x
        .Conv2d("conv", 5, kernelSize: 5, stride: 2).BatchNorm2d("bn").ReLU().MaxPool2d(2).Flatten().Linear("fc", 10));

    [Theory]
    [InlineData("sgd")]
    [InlineData("cosine")]
    public async Task A_frozen_body_and_its_running_statistics_stay_bitwise_identical(string recipe)
    {
        foreach (var network in (Network[])[Small, Normalized])
        {
            var options = Recipe(recipe);
            var trainer = new Trainer(network.WithTrainableHead(), options);
            var before = trainer.GetWeights();
            var results = new List<EpochResult>();
            await foreach (var epoch in trainer.EpochsAsync(Train, Test, cancellationToken: TestContext.Current.CancellationToken))
            {
                results.Add(epoch);
            }

            Assert.All(trainer.GetWeights().Tensors, after =>
            {
                bool stayed = after.Values.AsSpan().SequenceEqual(before[after.Name].Values);
                Assert.Equal(!after.Name.StartsWith("fc.", StringComparison.Ordinal), stayed);
            });
            Assert.True(results[^1].TrainLoss < results[0].TrainLoss, string.Join(", ", results.Select(r => r.TrainLoss)));
        }
    }

    [Fact]
    public async Task Training_with_a_frozen_body_resumes_bitwise_identically()
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "checkpoint.safetensors");
        var options = Recipe("adamw");
        var network = Normalized.WithTrainableHead();
        var straight = await Run(new Trainer(network, options));
        Checkpoint.Save(file, (await Run(new Trainer(network, options with { Epochs = 1 }))).GetState());
        var resumed = new Trainer(network, options with { Threads = 2 });
        resumed.Resume(Checkpoint.Load(file, Normalized));
        Assert.Equal(Compare.Bits(straight.GetWeights()), Compare.Bits((await Run(resumed)).GetWeights()));
    }
}
