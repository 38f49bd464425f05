using Lanewise.Engine;
using Lanewise.Kernels;
using Lanewise.Tests.Engine;
using Xunit;

namespace Lanewise.Tests.Training;

public sealed class TrainerTests
{
    // 333 images: the last step of an epoch is a short one, with empty lanes.
    internal static readonly IFixedShapeImageDataset Train = BuiltInDigits.Train(333);
    internal static readonly IFixedShapeImageDataset Test = BuiltInDigits.Test(50);

    internal static readonly Network Small = Network.Define("small", new(1, 28, 28), x => x
        .Conv2d("conv", 5, kernelSize: 5, stride: 2).ReLU().MaxPool2d(2).Flatten().Linear("fc", 10));

    internal static TrainingOptions Options =>
        new() { Epochs = 3, BatchSize = 32, Seed = 7, Threads = 1, Optimizer = new Sgd(0.05, 0.9, 1e-4, nesterov: true) };

    /// <summary>By name, for a readable list of tests.</summary>
    internal static TrainingOptions Recipe(string name) => name switch
    {
        "sgd" => Options,
        "adamw" => Options with { Optimizer = new AdamW(0.002) },
        "muon" => Options with { Optimizer = new Muon(0.002), Average = new WeightAverage(0.9) },
        "rmsprop" => Options with { Optimizer = new RMSprop(0.001, momentum: 0.9) },
        _ => Options with { Optimizer = new AdamW(0.004), Schedule = new CosineAnnealingLR(1e-4) { WarmupEpochs = 1.5 } },
    };

    [Theory]
    [InlineData("sgd", 2)]
    [InlineData("sgd", 5)]
    [InlineData("cosine", 3)]
    [InlineData("muon", 3)]
    public async Task Weights_do_not_depend_on_the_number_of_threads(string recipe, int threads)
    {
        var one = await Run(new Trainer(Small, Recipe(recipe)));
        var many = await Run(new Trainer(Small, Recipe(recipe) with { Threads = threads }));
        Assert.Equal(Compare.Bits(one.GetWeights()), Compare.Bits(many.GetWeights()));
    }

    [Fact]
    public async Task Watching_the_evaluation_leaves_the_weights_as_they_are()
    {
        var plain = await Run(new Trainer(Small, Options));
        var calls = new List<(int Done, int Total)>();
        var watched = await Run(new Trainer(Small, Options) { Evaluated = (done, total) => calls.Add((done, total)) });
        Assert.Equal(Compare.Bits(plain.GetWeights()), Compare.Bits(watched.GetWeights()));
        Assert.Equal([0, 50, 0, 50, 0, 50], calls.Select(call => call.Done));
        Assert.All(calls, call => Assert.Equal(Test.Count, call.Total));
        Assert.Equal(Test.Count, watched.Validation!.Total);
    }

    [Fact]
    public async Task The_seed_determines_weights_and_order()
    {
        var first = await Run(new Trainer(Small, Options));
        var again = await Run(new Trainer(Small, Options));
        var other = await Run(new Trainer(Small, Options with { Seed = 8 }));
        Assert.Equal(Compare.Bits(first.GetWeights()), Compare.Bits(again.GetWeights()));
        Assert.NotEqual(Compare.Bits(first.GetWeights()), Compare.Bits(other.GetWeights()));
    }

    [Fact]
    public async Task The_loss_falls_and_every_epoch_is_reported()
    {
        var results = new List<EpochResult>();
        await foreach (var epoch in new Trainer(Small, Options).EpochsAsync(Train, Test, cancellationToken: TestContext.Current.CancellationToken))
        {
            results.Add(epoch);
        }

        Assert.Equal([1, 2, 3], results.Select(r => r.Epoch));
        Assert.True(results[2].TrainLoss < results[0].TrainLoss / 1.5, $"{results[0].TrainLoss} to {results[2].TrainLoss}");
        Assert.All(results, r => Assert.InRange(r.ValTop1, 0, 1));
    }

    [Fact]
    public async Task The_training_set_can_be_evaluated_after_each_epoch_with_the_weights_after_it()
    {
        var (running, evaluated) = (new Trainer(Small, Options), new Trainer(Small, Options with { EvaluateTrainingSet = true }));
        await Run(running);
        var epochs = await evaluated.FitAsync(Train, Test, cancellationToken: TestContext.Current.CancellationToken);
        var expected = await running.EvaluateAsync(Train, TestContext.Current.CancellationToken);
        Assert.Equal((expected.Loss, expected.Top1), (epochs[^1].TrainLoss, epochs[^1].TrainTop1));
        Assert.Equal(Compare.Bits(running.GetWeights()), Compare.Bits(evaluated.GetWeights()));
    }

    [Fact]
    public void Training_nothing_is_refused() => Assert.Contains(
        "no parameter to train",
        Assert.ThrowsAny<LanewiseException>(() => new Trainer(Small.WithTrainable(_ => false), Options)).Message,
        StringComparison.Ordinal);

    [Fact]
    public void A_head_is_the_last_linear_layer()
    {
        var network = Network.Define("n", new(1, 4, 4), x => x.Flatten().Linear("fc1", 6).ReLU().Linear("fc2", 3).Softmax());
        Assert.Equal(["fc2.weight", "fc2.bias"], network.WithTrainableHead().Nodes.Where(n => n.IsTrainable).SelectMany(n => n.Parameters).Select(p => p.Name));
        var none = Network.Define("n", new(1, 4, 4), x => x.Conv2d("conv", 3, kernelSize: 4).Flatten());
        Assert.Contains(
            "no classifier", Assert.ThrowsAny<LanewiseException>(() => none.WithTrainableHead()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_learning_rate_of_an_epoch_is_that_of_its_last_step()
    {
        var rates = new List<double>();
        await foreach (var epoch in new Trainer(Small, Options with { Schedule = new MultiStepLR([1 + 5.0 / 11, 2.9999]) })
            .EpochsAsync(Train, Test, cancellationToken: TestContext.Current.CancellationToken))
        {
            rates.Add(epoch.LearningRate);
        }

        Assert.Equal([0.05f, 0.1 * 0.05f, 0.1 * 0.05f], rates);
    }

    [Fact]
    public async Task Bytes_in_memory_get_the_default_transform_and_never_MNISTs()
    {
        var bytes = new MemoryImageDataset("bytes", new(1, 28, 28), ["a", "b"], new byte[8 * 784], new int[8]);
        Assert.Equal(ImageTransform.Default(new(1, 28, 28)), (await DataOf(Small, bytes)).Transform);

        var fashion = DatasetCatalog.Find("fashion-mnist").Transform;
        var clothes = new MemoryImageDataset("clothes", new(1, 28, 28), ["a", "b"], new byte[8 * 784], new int[8]) { Transform = fashion };
        Assert.Equal(fashion, (await DataOf(Residual.Create(), clothes)).Transform);
        Assert.Throws<ShapeException>(() => new Trainer(Small, Options with { Transform = ImageTransform.Cifar10 }));

        static async Task<TrainingData> DataOf(Network network, IDataset dataset)
        {
            var trainer = new Trainer(network, Options with { Epochs = 1 });
            await trainer.FitAsync(dataset, dataset, cancellationToken: TestContext.Current.CancellationToken);
            return trainer.Data!;
        }
    }

    [Fact]
    public async Task A_diverging_run_stops_and_keeps_the_weights_of_the_last_epoch()
    {
        var initial = Weights.Initialize(Small, 7);
        var trainer = new Trainer(Small, Options with { Optimizer = new Sgd(1e20) });
        var e = await Assert.ThrowsAsync<TrainingDivergedException>(() => Run(trainer));
        Assert.Matches(@"no longer finite at step \d+ of epoch 1; .*learning rate of 0\.01 or a larger batch\.$", e.Message);
        Assert.Equal(Compare.Bits(initial), Compare.Bits(trainer.GetWeights()));
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
        var e = Assert.ThrowsAny<LanewiseException>(
            () => new Trainer(Small, Options with { Optimizer = new Sgd(rate, momentum, decay, nesterov) }));
        Assert.Contains(named, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Images_that_do_not_fit_the_networks_input_are_an_error()
    {
        var odd = Network.Define("odd", new(2, 4, 4), x => x.Flatten().Linear("fc", 10));
        var options = Options with { Transform = new ImageTransform(odd.Input, [0, 0], [1, 1]) };
        var e = await Assert.ThrowsAnyAsync<LanewiseException>(() => Run(new Trainer(odd, options)));
        Assert.Contains("2×4×4", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unsuitable_validation_set_is_an_error_before_the_first_step()
    {
        var trainer = new Trainer(Small, Options);
        IFixedShapeImageDataset[] unfit =
        [
            new MemoryImageDataset("none", new(1, 28, 28), ["a", "b"], [], Array.Empty<byte>()),
            new MemoryImageDataset("many", new(1, 28, 28), [.. Enumerable.Range(0, 11).Select(i => $"{i}")], new byte[784], new byte[1]),
        ];
        foreach (var test in unfit)
        {
            var e = await Assert.ThrowsAnyAsync<LanewiseException>(async () =>
            {
                await foreach (var _ in trainer.EpochsAsync(Train, test, cancellationToken: TestContext.Current.CancellationToken))
                {
                    Assert.Fail("an epoch was run");
                }
            });
            Assert.Contains(test.Name, e.Message, StringComparison.Ordinal);
            Assert.Equal(default, trainer.GetState().Position);
        }
    }

    [Fact]
    public async Task Arrays_of_another_shape_than_the_network_are_an_error()
    {
        var arrays = new TensorDataset(new(1, 32, 32), new float[1024], [0]);
        var e = await Assert.ThrowsAsync<ShapeException>(
            () => new Trainer(Small, Options).FitAsync(arrays, arrays, cancellationToken: TestContext.Current.CancellationToken));
        Assert.Contains("1×32×32", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_label_out_of_range_is_an_error_and_leaves_no_gradients()
    {
        var straight = await Run(new Trainer(Small, Options));
        var trainer = new Trainer(Small, Options);
        var e = await Assert.ThrowsAnyAsync<LanewiseException>(() => Run(trainer, new Mislabelled(Train, 10)));
        Assert.Contains("label 10", e.Message, StringComparison.Ordinal);
        trainer.Resume(new Trainer(Small, Options).GetState());
        await Run(trainer);
        Assert.Equal(Compare.Bits(straight.GetWeights()), Compare.Bits(trainer.GetWeights()));
    }

    [Fact]
    public void Evaluation_counts_every_image_once()
    {
        var plan = Plan.Compile(Small, new PlanOptions { BatchSize = 17, Threads = 2 });
        plan.SetWeights(Weights.Initialize(Small, 1));
        var evaluation = Evaluation.Run(plan, Test, ImageTransform.Mnist, TestContext.Current.CancellationToken);
        Assert.Equal(50, evaluation.Total);
        Assert.Equal(50, evaluation.Confusion.Sum(row => row.Sum()));
        Assert.Equal(evaluation.Correct, evaluation.PerClass().Sum(c => (int)Math.Round(c.Recall * c.Support)));
        Assert.Equal(evaluation.Correct / 50.0, evaluation.Top1);
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public async Task Every_lane_width_learns_the_same(int width)
    {
        var widest = await Run(new Trainer(Small, Options with { Epochs = 1 }));
        var narrow = await Run(new Trainer(Small, Options with { Epochs = 1, LaneWidth = width }));
        foreach (var (a, b) in widest.GetWeights().Tensors.Zip(narrow.GetWeights().Tensors))
        {
            Assert.All(a.Values.Zip(b.Values), pair => Assert.Equal(pair.First, pair.Second, 1e-3));
        }
    }

    public static TheoryData<int> Widths => [.. KernelSet.Widths];

    internal static Task<Trainer> Run(Trainer trainer, IFixedShapeImageDataset? train = null) =>
        Follow(trainer, train ?? Train, null, TestContext.Current.CancellationToken);

    internal static async Task<Trainer> Follow(
        Trainer trainer, IFixedShapeImageDataset train, IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        await foreach (var _ in trainer.EpochsAsync(train, Test, progress, cancellation))
        {
            // Only the weights at the end are looked at.
        }

        return trainer;
    }

    /// <summary>A dataset whose every fifth label is wrong.</summary>
    private sealed class Mislabelled(IFixedShapeImageDataset inner, int label) : IFixedShapeImageDataset
    {
        public string Name => inner.Name;

        public int Count => inner.Count;

        public Shape Shape => inner.Shape;

        public IReadOnlyList<string> Classes => inner.Classes;

        public int Label(int index) => index % 5 == 0 ? label : inner.Label(index);

        public void Read(int index, Span<byte> pixels) => inner.Read(index, pixels);
    }

    internal sealed class Progress(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
