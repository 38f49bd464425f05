using Lanewise.Tests.Engine;
using Xunit;

namespace Lanewise.Tests.Data;

public sealed class BatchLoaderTests
{
    private static readonly ImageTransform Tiny = new(new Shape(1, 2, 2), [0], [1 / 255f]);
    private static readonly int[] Order = [.. Enumerable.Range(0, 50).Select(i => i * 37 % 50)];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, 0)]
    [InlineData(4, 0)]
    [InlineData(3, 5)]
    public void Batches_come_in_order_with_their_images(int threads, int first)
    {
        var images = new Images(50);
        using var batches = new BatchLoader(new PreparedDataset(images, Tiny), Order, 7, first, threads, Cancellation);
        var seen = new List<int>();
        float[] values = new float[4];
        for (var indices = batches.Next(); indices.Length > 0; indices = batches.Next())
        {
            foreach (int index in indices)
            {
                batches.Read(index, values);
                Assert.All(values, value => Assert.Equal(index, (int)MathF.Round(value)));
                Assert.Equal(index % 3, batches.Label(index));
                seen.Add(index);
            }

            // Never more than the batch in hand and two ahead.
            Assert.InRange(images.Reads, seen.Count, seen.Count + 14);
        }

        Assert.Equal(Order[(7 * first)..], seen);
    }

    [Fact]
    public void Images_that_fit_are_read_where_they_lie()
    {
        var images = new MemoryImageDataset("images", Tiny.Input, ["a"], new byte[8], new byte[2]);
        Assert.False(new PreparedDataset(images, Tiny).NeedsWork);
        Assert.True(new PreparedDataset(images, Tiny, Augmentation.Cifar, 1, 0).NeedsWork);
        Assert.True(new PreparedDataset(images, Tiny with { CropPct = 0.5f }).NeedsWork);
    }

    [Fact]
    public void A_failure_comes_with_its_batch_and_the_first_of_several_wins()
    {
        var images = new Images(50) { Bad = [Order[9], Order[12]] };
        using var batches = new BatchLoader(new PreparedDataset(images, Tiny), Order, 7, 0, 4, Cancellation);
        Assert.Equal(7, batches.Next().Length);
        var e = Assert.ThrowsAny<LanewiseException>(() => batches.Next().Length);
        Assert.Equal($"image {Order[9]} is bad", e.Message);
    }

    [Fact]
    public async Task Cancelling_ends_the_wait_for_a_slow_image()
    {
        using var release = new ManualResetEventSlim();
        using var stop = new CancellationTokenSource();
        var images = new Images(50) { Wait = release };
        using var batches = new BatchLoader(new PreparedDataset(images, Tiny), Order, 7, 0, 2, stop.Token);
        var waiting = Task.Run(() => batches.Next().Length, Cancellation);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        release.Set();
    }

    [Fact]
    public async Task Augmented_training_is_bitwise_identical_at_any_number_of_threads_and_when_resumed()
    {
        var network = Network.Define(
            "small", new(3, 32, 32), x => x.Conv2d("conv", 4, kernelSize: 5, stride: 3).ReLU().Flatten().Linear("fc", 10));
        var options = new TrainingOptions
        {
            Epochs = 2,
            BatchSize = 16,
            Threads = 1,
            Transform = ImageTransform.Mnist.For(network.Input),
            Augmentation = Augmentation.Cifar,
        };
        var straight = await Follow(new Trainer(network, options), null);
        var threaded = await Follow(new Trainer(network, options with { Threads = 3 }), null);
        Assert.Equal(Compare.Bits(straight.GetWeights()), Compare.Bits(threaded.GetWeights()));

        using var stop = new CancellationTokenSource();
        var stopped = new Trainer(network, options);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Follow(stopped, stop));
        var resumed = new Trainer(network, options with { Threads = 2 });
        resumed.Resume(stopped.GetState());
        Assert.Equal(Compare.Bits(straight.GetWeights()), Compare.Bits((await Follow(resumed, null)).GetWeights()));

        var plain = await Follow(new Trainer(network, options with { Augmentation = Augmentation.None }), null);
        Assert.NotEqual(Compare.Bits(straight.GetWeights()), Compare.Bits(plain.GetWeights()));
    }

    private static async Task<Trainer> Follow(Trainer trainer, CancellationTokenSource? stopAtStep3)
    {
        var progress = new AtStep3(stopAtStep3);
        await foreach (var _ in trainer.EpochsAsync(
            BuiltInDigits.Train(100), BuiltInDigits.Test(20), progress, stopAtStep3?.Token ?? Cancellation))
        {
            // Only the weights at the end are looked at.
        }

        return trainer;
    }

    private sealed class AtStep3(CancellationTokenSource? stop) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value is { Epoch: 2, Step: 3 })
            {
                stop?.Cancel();
            }
        }
    }

    /// <summary>Images of one pixel, whose level is their index.</summary>
    private sealed class Images(int count) : IImageDataset
    {
        private int _reads;

        public int[] Bad { get; init; } = [];

        public ManualResetEventSlim? Wait { get; init; }

        public int Reads => Volatile.Read(ref _reads);

        public string Name => "images";

        public int Count => count;

        public IReadOnlyList<string> Classes => ["a", "b", "c"];

        public int Label(int index) => index % 3;

        public DecodedImage Read(int index, DecodeOptions options = default)
        {
            Interlocked.Increment(ref _reads);
            Wait?.Wait(CancellationToken.None);
            if (Bad.Contains(index))
            {
                throw new LanewiseException($"image {index} is bad");
            }

            var decoded = new DecodedImage(1, 1, 1);
            decoded.Pixels[0] = (byte)index;
            return decoded;
        }
    }
}
