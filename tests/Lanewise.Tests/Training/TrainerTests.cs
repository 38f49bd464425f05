using Lanewise.Data;
using Lanewise.Engine;
using Lanewise.Files;
using Lanewise.Graphs;
using Lanewise.Kernels;
using Lanewise.Layers;
using Lanewise.Tests.Engine;
using Lanewise.Training;
using Xunit;

namespace Lanewise.Tests.Training;

public sealed class TrainerTests
{
    // 333 pictures: the last step of an epoch is a short one, with empty lanes.
    private static readonly IImageDataset Train = BuiltInDigits.Train(333);
    private static readonly IImageDataset Test = BuiltInDigits.Test(50);

    private static readonly Network Small = Network.Define("small", new(1, 28, 28), x => x
        .Conv2d("conv", 5, kernel: 5, stride: 2).ReLU().MaxPool2d(2).Flatten().Linear("fc", 10));

    private static TrainingOptions Options => new() { Epochs = 3, BatchSize = 32, Seed = 7, Threads = 1, Optimizer = new Sgd(0.05f, 0.9f, 1e-4f, Nesterov: true) };

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public async Task Weights_do_not_depend_on_the_number_of_threads(int threads)
    {
        var one = await Run(new Trainer(Small, Options));
        var many = await Run(new Trainer(Small, Options with { Threads = threads }));
        Assert.Equal(Compare.Bits(one.Weights), Compare.Bits(many.Weights));
    }

    [Fact]
    public async Task The_seed_decides_weights_and_order()
    {
        var first = await Run(new Trainer(Small, Options));
        var again = await Run(new Trainer(Small, Options));
        var other = await Run(new Trainer(Small, Options with { Seed = 8 }));
        Assert.Equal(Compare.Bits(first.Weights), Compare.Bits(again.Weights));
        Assert.NotEqual(Compare.Bits(first.Weights), Compare.Bits(other.Weights));
    }

    [Fact]
    public async Task The_loss_falls_and_every_epoch_is_reported()
    {
        var results = new List<EpochResult>();
        await foreach (var epoch in new Trainer(Small, Options).RunAsync(Train, Test, cancellation: TestContext.Current.CancellationToken))
        {
            results.Add(epoch);
        }

        Assert.Equal([1, 2, 3], results.Select(r => r.Epoch));
        Assert.True(results[2].TrainLoss < results[0].TrainLoss / 1.5, $"{results[0].TrainLoss} to {results[2].TrainLoss}");
        Assert.All(results, r => Assert.InRange(r.EvalTop1, 0, 1));
    }

    [Fact]
    public async Task Training_stopped_in_mid_epoch_and_resumed_from_a_file_gives_equal_bits()
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "checkpoint.safetensors");
        var straight = await Run(new Trainer(Small, Options));

        var stopped = new Trainer(Small, Options);
        using var stop = new CancellationTokenSource();
        var atStep = new Progress(p => { if (p is { Epoch: 2, Step: 4 }) { stop.Cancel(); } });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Follow(stopped, Train, atStep, stop.Token));
        Assert.Equal((1, 4), (stopped.State.Position.Epoch, stopped.State.Position.Step));
        Checkpoint.Save(file, stopped.State);

        var resumed = new Trainer(Small, Options with { Threads = 2 });
        resumed.Resume(Checkpoint.Load(file, Small));
        EpochResult? last = null;
        await foreach (var epoch in resumed.RunAsync(Train, Test, cancellation: TestContext.Current.CancellationToken))
        {
            last = epoch;
        }

        Assert.Equal(3, last!.Epoch);
        Assert.Equal(Compare.Bits(straight.Weights), Compare.Bits(resumed.Weights));
    }

    [Fact]
    public async Task A_diverging_run_stops_and_keeps_the_weights_of_the_last_epoch()
    {
        var initial = Weights.Initialize(Small, 7);
        var trainer = new Trainer(Small, Options with { Optimizer = new Sgd(1e20f) });
        var e = await Assert.ThrowsAsync<TrainingDivergedException>(() => Run(trainer));
        Assert.Matches(@"no longer finite at step \d+ of epoch 1; .*--lr", e.Message);
        Assert.Equal(Compare.Bits(initial), Compare.Bits(trainer.Weights));
    }

    [Theory]
    [InlineData(0f, 0f, 0f, false, "learning rate")]
    [InlineData(-1f, 0f, 0f, false, "learning rate")]
    [InlineData(float.NaN, 0f, 0f, false, "learning rate")]
    [InlineData(0.1f, 1f, 0f, false, "momentum")]
    [InlineData(0.1f, 0f, float.PositiveInfinity, false, "weight decay")]
    [InlineData(0.1f, 0f, 0f, true, "momentum")]
    public void An_optimizer_out_of_range_is_refused(float rate, float momentum, float decay, bool nesterov, string named)
    {
        var e = Assert.Throws<LanewiseException>(() => new Trainer(Small, Options with { Optimizer = new Sgd(rate, momentum, decay, nesterov) }));
        Assert.Contains(named, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pictures_that_cannot_become_the_networks_input_are_refused()
    {
        var odd = Network.Define("odd", new(2, 4, 4), x => x.Flatten().Linear("fc", 10));
        var options = Options with { Preprocessing = new Preprocessing(odd.Input, [0, 0], [1, 1]) };
        var e = await Assert.ThrowsAsync<LanewiseException>(() => Run(new Trainer(odd, options)));
        Assert.Contains("2×4×4", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unfit_test_set_is_refused_before_the_first_step()
    {
        var trainer = new Trainer(Small, Options);
        IImageDataset[] unfit =
        [
            new MemoryImageDataset("none", new(1, 28, 28), ["a", "b"], [], Array.Empty<byte>()),
            new MemoryImageDataset("many", new(1, 28, 28), [.. Enumerable.Range(0, 11).Select(i => $"{i}")], new byte[784], new byte[1]),
        ];
        foreach (var test in unfit)
        {
            var e = await Assert.ThrowsAsync<LanewiseException>(async () =>
            {
                await foreach (var _ in trainer.RunAsync(Train, test, cancellation: TestContext.Current.CancellationToken))
                {
                    Assert.Fail("an epoch was run");
                }
            });
            Assert.Contains(test.Name, e.Message, StringComparison.Ordinal);
            Assert.Equal(default, trainer.State.Position);
        }
    }

    [Fact]
    public async Task A_network_of_another_input_size_is_refused()
    {
        var wide = Network.Define("wide", new(1, 32, 32), x => x.Flatten().Linear("fc", 10));
        var e = await Assert.ThrowsAsync<LanewiseException>(() => Run(new Trainer(wide, Options)));
        Assert.Contains("1×32×32", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_label_outside_the_classes_is_refused_and_leaves_no_gradient_behind()
    {
        var straight = await Run(new Trainer(Small, Options));
        var trainer = new Trainer(Small, Options);
        var e = await Assert.ThrowsAsync<LanewiseException>(() => Run(trainer, new Mislabelled(Train, 10)));
        Assert.Contains("label 10", e.Message, StringComparison.Ordinal);
        trainer.Resume(new Trainer(Small, Options).State);
        await Run(trainer);
        Assert.Equal(Compare.Bits(straight.Weights), Compare.Bits(trainer.Weights));
    }

    [Fact]
    public void Evaluation_counts_every_picture_once()
    {
        var plan = Plan.Compile(Small, new PlanOptions { BatchSize = 17, Threads = 2 });
        plan.Load(Weights.Initialize(Small, 1));
        var judged = Evaluation.Run(plan, Test, Preprocessing.Mnist, TestContext.Current.CancellationToken);
        Assert.Equal(50, judged.Total);
        Assert.Equal(50, judged.Confusion.Sum(row => row.Sum()));
        Assert.Equal(judged.Correct, judged.PerClass.Sum(c => (int)Math.Round(c.Recall * c.Support)));
        Assert.Equal(judged.Correct / 50.0, judged.Accuracy);
    }

    [Fact]
    public void A_checkpoint_of_another_network_or_of_none_is_refused()
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "c.safetensors");
        Checkpoint.Save(file, new Trainer(Small, Options).State);
        var other = Network.Define("other", new(1, 28, 28), x => x.Flatten().Linear("fc", 10));
        Assert.Contains("conv.weight", Assert.Throws<LanewiseException>(() => Checkpoint.Load(file, other)).Message, StringComparison.Ordinal);
        Safetensors.Write(file, Weights.Initialize(Small, 1).Tensors);
        Assert.Contains("no training checkpoint", Assert.Throws<LanewiseException>(() => Checkpoint.Load(file, Small)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public async Task Every_lane_width_learns_the_same(int width)
    {
        var widest = await Run(new Trainer(Small, Options with { Epochs = 1 }));
        var narrow = await Run(new Trainer(Small, Options with { Epochs = 1, LaneWidth = width }));
        foreach (var (a, b) in widest.Weights.Tensors.Zip(narrow.Weights.Tensors))
        {
            Assert.All(a.Values.Zip(b.Values), pair => Assert.Equal(pair.First, pair.Second, 1e-3));
        }
    }

    public static TheoryData<int> Widths => [.. KernelSet.Widths];

    private static Task<Trainer> Run(Trainer trainer, IImageDataset? train = null) =>
        Follow(trainer, train ?? Train, null, TestContext.Current.CancellationToken);

    private static async Task<Trainer> Follow(Trainer trainer, IImageDataset train, IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        await foreach (var _ in trainer.RunAsync(train, Test, progress, cancellation))
        {
            // Only the weights at the end are looked at.
        }

        return trainer;
    }

    /// <summary>A dataset whose every fifth label is wrong.</summary>
    private sealed class Mislabelled(IImageDataset inner, int label) : IImageDataset
    {
        public string Name => inner.Name;

        public int Count => inner.Count;

        public Shape Shape => inner.Shape;

        public IReadOnlyList<string> Classes => inner.Classes;

        public int Label(int index) => index % 5 == 0 ? label : inner.Label(index);

        public void Read(int index, Span<byte> pixels) => inner.Read(index, pixels);
    }

    private sealed class Progress(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
