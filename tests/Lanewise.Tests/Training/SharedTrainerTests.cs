using Lanewise.Tests.Engine;
using Xunit;

namespace Lanewise.Tests.Training;

/// <summary>A trainer that several callers use, or whose observer fails, never trains other weights.</summary>
public sealed class SharedTrainerTests
{
    private static readonly Network Small = Network.Define("small", new(1, 28, 28), x => x
        .Conv2d("conv", 4, kernelSize: 5, stride: 2).ReLU().Flatten().Linear("fc", 10));

    private static readonly TrainingOptions Options = new() { Epochs = 2, BatchSize = 16, Threads = 1, Optimizer = new Sgd(0.05, momentum: 0.9) };
    private static readonly BuiltInDigits Train = BuiltInDigits.Train(128), Test = BuiltInDigits.Test(32);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_second_caller_is_refused_and_the_first_trains_as_if_alone()
    {
        using var alone = new Trainer(Small, Options);
        await alone.FitAsync(Train, Test, cancellationToken: Cancellation);

        using var trainer = new Trainer(Small, Options);
        var second = new SecondCaller(trainer);
        await trainer.FitAsync(Train, Test, second, Cancellation);
        Assert.NotEmpty(second.Errors);
        Assert.All(second.Errors, error => Assert.Contains("in use by another caller", error, StringComparison.Ordinal));
        Assert.Equal(alone.Position.Updates, trainer.Position.Updates);
        Assert.Equal(Compare.Bits(alone.GetWeights()), Compare.Bits(trainer.GetWeights()));
    }

    [Fact]
    public async Task A_step_whose_observer_failed_leaves_no_gradients()
    {
        using var alone = new Trainer(Small, Options);
        await alone.FitAsync(Train, Test, cancellationToken: Cancellation);

        using var trainer = new Trainer(Small, Options);
        trainer.GradientObserver = new FailingObserver();
        await Assert.ThrowsAsync<InvalidDataException>(() => trainer.FitAsync(Train, Test, cancellationToken: Cancellation));
        trainer.GradientObserver = null;
        await trainer.FitAsync(Train, Test, cancellationToken: Cancellation);
        Assert.Equal(Compare.Bits(alone.GetWeights()), Compare.Bits(trainer.GetWeights()));
    }

    [Fact]
    public async Task A_stream_of_epochs_that_is_left_early_frees_the_trainer()
    {
        using var trainer = new Trainer(Small, Options);
        await foreach (var epoch in trainer.EpochsAsync(Train, Test, cancellationToken: Cancellation))
        {
            Assert.Equal(1, epoch.Epoch);
            break;
        }

        Assert.Single(await trainer.FitAsync(Train, Test, cancellationToken: Cancellation));
        Assert.InRange((await trainer.EvaluateAsync(Test, Cancellation)).Top1, 0, 1);
    }

    [Fact]
    public async Task A_disposed_trainer_is_refused()
    {
        var trainer = new Trainer(Small, Options);
        trainer.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => trainer.FitAsync(Train, Test, cancellationToken: Cancellation));
    }

    [Fact]
    public async Task Arrays_of_floats_train_as_the_same_images_do()
    {
        var shape = new Shape(1, 28, 28);
        var transform = ImageTransform.Default(shape);
        var images = new MemoryImageDataset("images", shape, Train.Classes, Pixels(Train), Labels(Train));
        var arrays = new TensorDataset(shape, Floats(Train, transform), Labels(Train), Train.Classes);
        float[][] rows = [.. Floats(Train, transform).Chunk(shape.Count)];
        var separate = new TensorDataset(shape, rows, Labels(Train), Train.Classes);
        Assert.Equal(Bits(images), Bits(arrays));
        Assert.Equal(Bits(images), Bits(separate));

        int[] Bits(IDataset dataset)
        {
            using var trainer = new Trainer(Small, Options);
            trainer.FitAsync(dataset, dataset, cancellationToken: Cancellation).GetAwaiter().GetResult();
            return [.. Compare.Bits(trainer.GetWeights())];
        }
    }

    private static byte[] Pixels(BuiltInDigits digits)
    {
        byte[] pixels = new byte[digits.Count * digits.Shape.Count];
        for (int i = 0; i < digits.Count; i++)
        {
            digits.Read(i, pixels.AsSpan(i * digits.Shape.Count, digits.Shape.Count));
        }

        return pixels;
    }

    private static int[] Labels(BuiltInDigits digits) => [.. Enumerable.Range(0, digits.Count).Select(digits.Label)];

    private static float[] Floats(BuiltInDigits digits, ImageTransform transform)
    {
        byte[] pixels = Pixels(digits);
        float[] values = new float[pixels.Length];
        int size = digits.Shape.Count;
        for (int i = 0; i < digits.Count; i++)
        {
            transform.Normalize(pixels.AsSpan(i * size, size), values.AsSpan(i * size, size));
        }

        return values;
    }

    /// <summary>Uses the trainer while it trains.</summary>
    private sealed class SecondCaller(Trainer trainer) : IProgress<TrainingProgress>
    {
        public List<string> Errors { get; } = [];

        public void Report(TrainingProgress value)
        {
            var fit = trainer.FitAsync(Train, Test, cancellationToken: Cancellation);
            Errors.Add(Assert.IsType<InvalidOperationException>(fit.Exception!.InnerException).Message);
        }
    }

    private sealed class FailingObserver : IGradientObserver
    {
        public bool Wants(TrainingPosition position) => position.Updates == 3;

        public void Observe(TrainingPosition position, Weights gradients) => throw new InvalidDataException("observer");
    }
}
