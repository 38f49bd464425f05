using Lanewise.Files;
using Lanewise.Kernels;
using Lanewise.Tests.Engine;
using Xunit;
using static Lanewise.Tests.Training.TrainerTests;

namespace Lanewise.Tests.Training;

/// <summary>The moving average of the weights.</summary>
public sealed class WeightAverageTests
{
    private static readonly Network Normalized = Network.Define("normalized", new(1, 28, 28), x => x
        .Conv2d("conv", 5, kernelSize: 5, stride: 2).BatchNorm2d("bn").ReLU().MaxPool2d(2).Flatten().Linear("fc", 10));

    private static readonly TrainingOptions Averaged = Options with { Average = new WeightAverage(0.8, warmup: false) };

    public static TheoryData<int> Widths => [.. KernelSet.Widths];

    [Theory]
    [MemberData(nameof(Widths))]
    public async Task The_average_of_weights_and_running_statistics_is_the_plain_formula(int width)
    {
        var trainer = new Trainer(Normalized, Averaged with { Epochs = 1, LaneWidth = width });
        var expected = Doubles(trainer.GetWeights());
        var step = new Progress(_ =>
        {
            foreach (var (name, values) in Doubles(trainer.GetWeights()))
            {
                expected[name] = [.. expected[name].Zip(values, (average, value) => 0.8 * average + 0.2 * value)];
            }
        });
        await Follow(trainer, Train, step, TestContext.Current.CancellationToken);
        Assert.All(trainer.GetAverage()!.Tensors, t => Compare.Close(t.Name, expected[t.Name], t.Values, 1e-5));
        Assert.NotEqual(Compare.Bits(trainer.GetWeights()), Compare.Bits(trainer.GetAverage()!));
    }

    [Fact]
    public async Task It_does_not_change_the_weights_and_does_not_depend_on_threads()
    {
        var plain = await Run(new Trainer(Normalized, Options));
        var one = await Run(new Trainer(Normalized, Averaged with { Threads = 1 }));
        var two = await Run(new Trainer(Normalized, Averaged with { Threads = 2 }));
        Assert.Null(plain.GetAverage());
        Assert.Equal(Compare.Bits(plain.GetWeights()), Compare.Bits(one.GetWeights()));
        Assert.Equal(Compare.Bits(one.GetAverage()!), Compare.Bits(two.GetAverage()!));
    }

    [Fact]
    public async Task What_is_not_trained_is_its_own_average()
    {
        var network = Normalized.WithTrainableHead();
        var trainer = await Run(new Trainer(network, Averaged));
        string[] frozen = [.. network.Parameters.Select(p => p.Name).Where(name => !name.StartsWith("fc", StringComparison.Ordinal))];
        Assert.All(frozen, name => Assert.Equal(trainer.GetWeights()[name].Values, trainer.GetAverage()![name].Values));
        Assert.NotEqual(trainer.GetWeights()["fc.weight"].Values, trainer.GetAverage()!["fc.weight"].Values);
    }

    [Fact]
    public async Task The_average_is_evaluated_after_each_epoch()
    {
        var trainer = new Trainer(Normalized, Averaged);
        var epochs = await trainer.FitAsync(Train, Test, cancellationToken: TestContext.Current.CancellationToken);
        var plan = Lanewise.Engine.Plan.Compile(Normalized, new() { BatchSize = 64 });
        plan.SetWeights(trainer.GetAverage()!);
        var evaluation = Evaluation.Run(plan, Test, ImageTransform.Mnist, TestContext.Current.CancellationToken);
        Assert.Equal(evaluation.Loss, epochs[^1].EmaValLoss!.Value, 1e-6);
        Assert.Equal(evaluation.Top1, epochs[^1].EmaValTop1);
        Assert.All(epochs, epoch => Assert.NotEqual(epoch.ValLoss, epoch.EmaValLoss));
        Assert.Null((await new Trainer(Normalized, Options with { Epochs = 1 })
            .FitAsync(Train, Test, cancellationToken: TestContext.Current.CancellationToken))[0].EmaValLoss);
    }

    [Fact]
    public async Task It_goes_on_bitwise_from_a_checkpoint_within_an_epoch()
    {
        var options = Options with { Average = new WeightAverage() };
        var straight = await Run(new Trainer(Normalized, options));
        var stopped = new Trainer(Normalized, options);
        using var stop = new CancellationTokenSource();
        var atStep = new Progress(p => { if (p is { Epoch: 2, Step: 4 }) { stop.Cancel(); } });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Follow(stopped, Train, atStep, stop.Token));
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "checkpoint.safetensors");
        Checkpoint.Save(file, stopped.GetState());
        Assert.Contains("ema.bn.running_mean", Safetensors.Read(file).Tensors.Select(t => t.Name));
        var resumed = new Trainer(Normalized, options with { Threads = 2 });
        resumed.Resume(Checkpoint.Load(file, Normalized));
        await Run(resumed);
        Assert.Equal(Compare.Bits(straight.GetAverage()!), Compare.Bits(resumed.GetAverage()!));
    }

    [Fact]
    public async Task An_average_that_is_not_finite_stops_training()
    {
        var trainer = new Trainer(Small, Averaged);
        var state = trainer.GetState();
        var average = Weights.Initialize(Small, 1);
        average.Tensors[0].Values[0] = float.PositiveInfinity;
        trainer.Resume(state with { Average = average });
        await Assert.ThrowsAsync<TrainingDivergedException>(() => Run(trainer));
    }

    [Fact]
    public void A_state_with_an_average_is_resumed_by_a_training_that_keeps_one()
    {
        var (with, without) = (new Trainer(Small, Averaged), new Trainer(Small, Options));
        var e = Assert.Throws<ModelFormatException>(() => with.Resume(without.GetState()));
        Assert.Contains("keeps an average of the weights, and the state to resume has none", e.Message, StringComparison.Ordinal);
        e = Assert.Throws<ModelFormatException>(() => without.Resume(with.GetState()));
        Assert.Contains("does not keep an average of the weights, and the state to resume has one", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_average_of_a_head_is_joined_with_the_frozen_weights()
    {
        var network = Small.WithTrainableHead();
        var initial = Weights.Initialize(network, 1);
        var frozen = FrozenLayers.Of(network)!;
        var head = new Trainer(frozen.Head, Averaged with { Transform = null }, initial.Of(frozen.Head));
        var joined = frozen.Join(head.GetState(), initial);
        Assert.Equal(Compare.Bits(initial), Compare.Bits(joined.Average!));
        var whole = await Run(new Trainer(network, Averaged, initial));
        head.Resume(frozen.HeadOf(whole.GetState()));
        Assert.Equal(Compare.Bits(whole.GetAverage()!), Compare.Bits(frozen.Join(head.GetState(), initial).Average!));
    }

    [Theory]
    [InlineData(1, false, 0.0002)]
    [InlineData(1, true, 9.0 / 11)]
    [InlineData(90, true, 0.09)]
    [InlineData(1_000_000, true, 0.0002)]
    public void The_decay_of_early_updates_is_lower(long update, bool warmup, double share) =>
        Assert.Equal(share, new WeightAverage(0.9998, warmup).ShareAt(update), 1e-12);

    [Fact]
    public void A_decay_out_of_range_is_refused()
    {
        var e = Assert.Throws<InvalidOptionException>(() => new Trainer(Small, Options with { Average = new WeightAverage(1) }));
        Assert.StartsWith("decay of the average 1: it must be at least 0 and below 1", e.Message, StringComparison.Ordinal);
    }

    private static Dictionary<string, double[]> Doubles(Weights weights) => weights.Tensors.ToDictionary(
        t => t.Name, t => Array.ConvertAll(t.Values, v => (double)v), StringComparer.Ordinal);
}
