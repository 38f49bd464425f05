using Lanewise.Files;
using Lanewise.Tests.Engine;
using Xunit;
using static Lanewise.Tests.Training.TrainerTests;

namespace Lanewise.Tests.Training;

/// <summary>Training that goes on from a checkpoint.</summary>
public sealed class ResumeTests
{
    /// <summary>All that depends on more than the weights: running statistics, dropout, an auxiliary output.</summary>
    private static readonly Network Stateful = Network.Define("stateful", new(1, 28, 28), x =>
    {
        var body = x.Conv2d("conv", 5, kernelSize: 5, stride: 2).BatchNorm2d("bn").ReLU().MaxPool2d(2);
        body.Flatten().Dropout(0.7f).Linear("aux", 10).AuxiliaryOutput(0.3f);
        return body.Conv2d("conv2", 6, kernelSize: 3, padding: 1, bias: false).BatchNorm2d("bn2").ReLU().AdaptiveAvgPool2d(2).Flatten().Dropout(0.2f).Linear("fc", 10);
    });

    [Theory]
    [InlineData("sgd", false)]
    [InlineData("adamw", false)]
    [InlineData("rmsprop", false)]
    [InlineData("muon", false)]
    [InlineData("cosine", false)]
    [InlineData("sgd", true)]
    [InlineData("cosine", true)]
    public async Task Training_resumed_from_a_checkpoint_within_an_epoch_is_bitwise_identical(string recipe, bool stateful)
    {
        var network = stateful ? Stateful : Small;
        var options = Recipe(recipe);
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "checkpoint.safetensors");
        var straight = await Run(new Trainer(network, options));

        var stopped = new Trainer(network, options);
        using var stop = new CancellationTokenSource();
        var atStep = new Progress(p => { if (p is { Epoch: 2, Step: 4 }) { stop.Cancel(); } });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Follow(stopped, Train, atStep, stop.Token));
        Assert.Equal((1, 4), (stopped.GetState().Position.Epoch, stopped.GetState().Position.Step));
        Assert.Equal(11 + 4, stopped.GetState().Position.Updates);
        Checkpoint.Save(file, stopped.GetState());

        var resumed = new Trainer(network, options with { Threads = 2 });
        resumed.Resume(Checkpoint.Load(file, network));
        Assert.Equal(stopped.GetState().Position, resumed.GetState().Position);
        EpochResult? last = null;
        await foreach (var epoch in resumed.EpochsAsync(Train, Test, cancellationToken: TestContext.Current.CancellationToken))
        {
            last = epoch;
        }

        Assert.Equal(3, last!.Epoch);
        Assert.Equal(Compare.Bits(straight.GetWeights()), Compare.Bits(resumed.GetWeights()));
    }

    [Fact]
    public async Task An_old_checkpoint_without_a_count_of_updates_is_resumed()
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "checkpoint.safetensors");
        var trainer = await Run(new Trainer(Small, Options with { Epochs = 1 }));
        Checkpoint.Save(file, trainer.GetState());
        var saved = Safetensors.Read(file);
        Safetensors.Write(
            file, saved.Tensors, saved.Metadata.Where(m => !m.Key.EndsWith("updates", StringComparison.Ordinal)).ToDictionary());

        var resumed = new Trainer(Small, Options);
        resumed.Resume(Checkpoint.Load(file, Small));
        Assert.Equal(0, resumed.GetState().Position.Updates);
        Assert.Equal(Compare.Bits((await Run(new Trainer(Small, Options))).GetWeights()), Compare.Bits((await Run(resumed)).GetWeights()));

        Checkpoint.Save(file, new Trainer(Small, Recipe("adamw")).GetState());
        saved = Safetensors.Read(file);
        Safetensors.Write(
            file, saved.Tensors, saved.Metadata.Where(m => !m.Key.EndsWith("updates", StringComparison.Ordinal)).ToDictionary());
        Assert.Contains(
            "lanewise.position.updates",
            Assert.ThrowsAny<LanewiseException>(() => Checkpoint.Load(file, Small)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_state_of_another_optimizer_or_of_other_trained_parameters_is_refused()
    {
        var sgd = new Trainer(Small, Options);
        var e = Assert.ThrowsAny<LanewiseException>(() => new Trainer(Small, Recipe("adamw")).Resume(sgd.GetState()));
        Assert.Contains("keeps exp_avg, exp_avg_sq, the state to resume has velocity", e.Message, StringComparison.Ordinal);

        var headOnly = new Trainer(Small.WithTrainableHead(), Options);
        Assert.Equal(["fc.weight", "fc.bias"], headOnly.GetState().Optimizer["velocity"].Tensors.Select(t => t.Name));
        e = Assert.ThrowsAny<LanewiseException>(() => headOnly.Resume(sgd.GetState()));
        Assert.Contains("conv.weight (5×1×5×5)", e.Message, StringComparison.Ordinal);
        e = Assert.ThrowsAny<LanewiseException>(() => sgd.Resume(headOnly.GetState()));
        Assert.Contains("conv.weight (5×1×5×5)", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_of_another_network_or_of_none_is_refused()
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "c.safetensors");
        Checkpoint.Save(file, new Trainer(Small, Options).GetState());
        var other = Network.Define("other", new(1, 28, 28), x => x.Flatten().Linear("fc", 10));
        Assert.Contains(
            "conv.weight", Assert.ThrowsAny<LanewiseException>(() => Checkpoint.Load(file, other)).Message, StringComparison.Ordinal);
        Safetensors.Write(file, Weights.Initialize(Small, 1).Tensors);
        Assert.Contains(
            "not a training checkpoint",
            Assert.ThrowsAny<LanewiseException>(() => Checkpoint.Load(file, Small)).Message,
            StringComparison.Ordinal);
    }
}
