using Lanewise;
using Xunit;

// A namespace outside Lanewise: nothing but the using directive above brings its names into scope.
namespace Conventions;

/// <summary>One using directive is enough to describe, train and evaluate a network.</summary>
public sealed class OneUsingTests
{
    private static readonly Shape Tiny = new(channels: 1, height: 6, width: 6);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Images_in_memory_train_a_network()
    {
        byte[] pixels = [.. Enumerable.Range(0, 8 * Tiny.Count).Select(i => (byte)(i * 31))];
        int[] labels = [0, 1, 0, 1, 0, 1, 0, 1];
        var one = new MemoryImageDataset("bytes", Tiny, ["no", "yes"], pixels, labels);
        var many = new MemoryImageDataset("images", Tiny, ["no", "yes"], pixels.Chunk(Tiny.Count).ToArray(), labels);

        Assert.Equal(await TrainAsync(one), await TrainAsync(many));
    }

    [Fact]
    public async Task Arrays_train_a_network()
    {
        float[] values = [.. Enumerable.Range(0, 8 * Tiny.Count).Select(i => i % 7 / 7f)];
        int[] labels = [0, 1, 0, 1, 0, 1, 0, 1];

        Assert.Equal(
            await TrainAsync(new TensorDataset(Tiny, values, labels)),
            await TrainAsync(new TensorDataset(Tiny, values.Chunk(Tiny.Count).ToArray(), labels)));
    }

    [Fact]
    public async Task FitAsync_trains_as_the_stream_of_epochs_does()
    {
        var data = BuiltInDigits.Train(32);
        var options = new TrainingOptions { Epochs = 2, Optimizer = new AdamW(0.001), Schedule = new CosineAnnealingLR(), Threads = 1 };
        using var fitted = new Trainer(Residual.Create(), options);
        using var streamed = new Trainer(Residual.Create(), options);

        var epochs = await fitted.FitAsync(data, data, cancellationToken: Token);
        var stream = new List<EpochResult>();
        await foreach (var epoch in streamed.EpochsAsync(data, data, cancellationToken: Token))
        {
            stream.Add(epoch);
        }

        Assert.Equal(stream.Select(e => (e.Epoch, e.TrainLoss, e.ValLoss)), epochs.Select(e => (e.Epoch, e.TrainLoss, e.ValLoss)));
        Assert.Equal(Values(streamed.GetWeights()), Values(fitted.GetWeights()));
    }

    [Fact]
    public async Task Progress_and_evaluation_need_no_other_namespace()
    {
        var data = BuiltInDigits.Test(16);
        var steps = new Steps();
        using var trainer = new Trainer(Inception.Create(), new() { Epochs = 1, BatchSize = 8, Optimizer = new Sgd(0.02, momentum: 0.9) });

        await trainer.FitAsync(data, data, progress: steps, cancellationToken: Token);
        var evaluation = await trainer.EvaluateAsync(data, cancellationToken: Token);

        Assert.Equal(2, steps.Count);
        Assert.Equal(16, evaluation.Total);
        Assert.Equal(evaluation.Correct, evaluation.PerClass().Sum(score => (int)Math.Round(score.Recall * score.Support)));
    }

    [Fact]
    public async Task A_trained_network_is_saved_classifies_and_is_fine_tuned()
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid()}.safetensors");
        try
        {
            var data = BuiltInDigits.Train(16);
            using var trainer = new Trainer(Residual.Create(), new TrainingOptions { Epochs = 1 });
            await trainer.FitAsync(data, data, cancellationToken: Token);
            trainer.Save(path);

            using var classifier = ImageClassifier.Load(path);
            byte[] digit = new byte[data.Shape.Count];
            data.Read(0, digit);
            Assert.Contains(classifier.Classify(digit, width: 28, height: 28, channels: 1).Label, data.Classes);

            var network = Residual.Create(classes: 3).WithTrainableHead();
            var weights = network.LoadWeights(path, strict: false);
            Assert.Equal(trainer.GetWeights()["conv1.weight"].Values, weights["conv1.weight"].Values);
            Assert.Equal([3, 512], weights["fc.weight"].Dimensions);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void An_image_folder_needs_only_its_path()
    {
        var e = Assert.Throws<DatasetException>(() => new ImageFolder("photos/train"));
        Assert.StartsWith("photos/train", e.Message, StringComparison.Ordinal);
    }

    private static async Task<float[]> TrainAsync(IDataset data)
    {
        var network = Network.Define("tiny", Tiny, x => x.Conv2d(4, kernelSize: 3).BatchNorm2d().ReLU().Flatten().Dropout(0.5).Linear(2));
        var options = new TrainingOptions
        {
            Epochs = 2,
            BatchSize = 4,
            Optimizer = new AdamW(0.001),
            Schedule = new StepLR(stepSize: 1, gamma: 0.5),
            Threads = 1,
        };
        using var trainer = new Trainer(network, options);
        var epochs = await trainer.FitAsync(data, data, cancellationToken: Token);
        Assert.Equal([1, 2], epochs.Select(epoch => epoch.Epoch));
        return Values(trainer.GetWeights());
    }

    private static float[] Values(Weights weights) => [.. weights.Tensors.SelectMany(tensor => tensor.Values)];

    private sealed class Steps : IProgress<TrainingProgress>
    {
        public int Count { get; private set; }

        public void Report(TrainingProgress value) => Count++;
    }
}
