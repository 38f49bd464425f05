using Lanewise.Engine;
using Lanewise.Kernels;
using Lanewise.Tests.Engine;
using Xunit;

namespace Lanewise.Tests.Data.Augmentations;

public sealed class MixupTests
{
    private static readonly Shape Input = new(1, 28, 28);
    private static readonly ImageTransform Plain = new(Input, [0], [1 / 255f]);
    private static readonly Network Small = Network.Define(
        "small", Input, x => x.Conv2d("conv", 4, kernelSize: 5, stride: 3).ReLU().Flatten().Linear("fc", 10));

    private static readonly TrainingOptions Everything = new()
    {
        Epochs = 2,
        BatchSize = 16,
        Threads = 1,
        Augmentation = new(
            new RandomResizedCrop(), new RandomHorizontalFlip(), new RandAugment(), new TrivialAugmentWide(), new RandomErasing(0.5)),
        Mixup = new() { MixupAlpha = 0.4, CutMixAlpha = 1, Prob = 0.8 },
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0.05)]
    [InlineData(0.2)]
    [InlineData(0.8)]
    [InlineData(1)]
    [InlineData(5)]
    public void Beta_numbers_have_the_moments_of_the_distribution(double alpha)
    {
        const int Count = 20_000;
        var random = new SplitMix64(7);
        double sum = 0, squares = 0, fourth = 0;
        for (int i = 0; i < Count; i++)
        {
            double x = BetaSampler.Next(alpha, ref random) - 0.5;
            Assert.InRange(x, -0.5, 0.5);
            (sum, squares, fourth) = (sum + x, squares + x * x, fourth + x * x * x * x);
        }

        double variance = 1 / (4 * (2 * alpha + 1));
        Assert.Equal(0, sum / Count, 0.012);
        Assert.Equal(1, squares / Count / variance, 0.03);
        // The fourth central moment of Beta(α, α) is 3 / (16 · (2α + 1) · (2α + 3)).
        Assert.Equal(1, fourth / Count * 16 * (2 * alpha + 1) * (2 * alpha + 3) / 3, 0.05);
    }

    [Theory]
    [InlineData(16)]
    [InlineData(7)]
    public void Images_and_labels_are_mixed_in_the_same_shares(int batchSize)
    {
        var images = BuiltInDigits.Train(50);
        int[] order = [.. Enumerable.Range(0, 50).Select(i => i * 37 % 50)];
        var source = new PreparedDataset(images, Plain);
        float[] own = new float[784], other = new float[784], mixed = new float[784];
        int blended = 0, cut = 0, alone = 0;
        for (int epoch = 0; epoch < 6; epoch++)
        {
            using var batches = new BatchLoader(source, order, batchSize, 0, 2, Cancellation, batch => BatchMix.Draw(Everything.Mixup!, Input, 1, epoch, batch));
            int first = 0;
            for (var indices = batches.Next(); indices.Length > 0; first += indices.Length, indices = batches.Next())
            {
                for (int i = 0; i < indices.Length; i++)
                {
                    int partner = indices[^(i + 1)];
                    source.Read(indices[i], own);
                    source.Read(partner, other);
                    batches.Read(indices[i], mixed);
                    var mix = BatchMix.Draw(Everything.Mixup!, Input, 1, epoch, first / batchSize);
                    (blended, cut, alone) = mix is null ? (blended, cut, alone + 1) : mix.Value.Box is null ? (blended + 1, cut, alone) : (blended, cut + 1, alone);
                    CheckPixels(own, other, mixed, mix);
                    var target = batches.Target(indices[i]);
                    float share = mix?.Share ?? 1;
                    int label = source.Label(indices[i]), otherLabel = mix is null ? label : source.Label(partner);
                    Assert.Equal(share >= 0.5f ? new(label, otherLabel, share) : new SoftTarget(otherLabel, label, 1 - share), target);
                    Assert.InRange(target.Share, 0.5f, 1);
                }
            }
        }

        Assert.True(blended > 0 && cut > 0 && alone > 0);
    }

    [Fact]
    public void Arrays_of_values_are_mixed_too()
    {
        var values = new TensorDataset(new Shape(2, 1, 3), [1f, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60], [0, 1]);
        using var batches = new BatchLoader(
            new PreparedDataset(values, null), [0, 1], 2, 0, 1, Cancellation, _ => new BatchMix(0.25f, null));
        Assert.Equal(2, batches.Next().Length);
        float[] mixed = new float[6];
        batches.Read(0, mixed);
        Assert.Equal([7.75f, 15.5f, 23.25f, 31f, 38.75f, 46.5f], mixed);
        Assert.Equal(new SoftTarget(1, 0, 0.75f), batches.Target(0));
    }

    [Fact]
    public void Batches_are_mixed_as_often_as_asked()
    {
        const int Count = 4000;
        var options = new Mixup { MixupAlpha = 0.8, CutMixAlpha = 1, Prob = 0.7, SwitchProb = 0.3 };
        var mixes = Enumerable.Range(0, Count).Select(batch => BatchMix.Draw(options, Input, 3, 1, batch)).ToArray();
        Assert.Equal(0.7, mixes.Count(mix => mix is not null) / (double)Count, 0.03);
        Assert.Equal(0.3, mixes.Count(mix => mix is { Box: not null }) / (double)mixes.Count(mix => mix is not null), 0.03);
        Assert.Equal(mixes, Enumerable.Range(0, Count).Select(batch => BatchMix.Draw(options, Input, 3, 1, batch)));
        Assert.NotEqual(mixes, Enumerable.Range(0, Count).Select(batch => BatchMix.Draw(options, Input, 3, 2, batch)));

        // With α = 1 the part of a cut that is inside the image has a known mean, below the half that is drawn.
        var cuts = mixes.Where(mix => mix is { Box: not null }).Select(mix => mix!.Value).ToArray();
        Assert.All(cuts, mix => Assert.Equal(1 - (float)(mix.Box!.Value.Width * mix.Box.Value.Height / 784.0), mix.Share));
        Assert.InRange(cuts.Average(mix => mix.Share), 0.6, 0.75);
        Assert.All(
            Enumerable.Range(0, 100).Select(batch => BatchMix.Draw(options with { MixupAlpha = 0, Prob = 1 }, Input, 1, 0, batch)),
            mix => Assert.NotNull(mix!.Value.Box));
        Assert.All(
            Enumerable.Range(0, 100).Select(batch => BatchMix.Draw(options with { CutMixAlpha = 0, Prob = 1 }, Input, 1, 0, batch)),
            mix => Assert.Null(mix!.Value.Box));
    }

    [Fact]
    public async Task All_at_once_is_bitwise_identical_at_any_number_of_threads_and_when_resumed_within_an_epoch()
    {
        var straight = await Run(new Trainer(Small, Everything), null);
        var threaded = await Run(new Trainer(Small, Everything with { Threads = 2 }), null);
        Assert.Equal(Compare.Bits(straight.GetWeights()), Compare.Bits(threaded.GetWeights()));

        using var stop = new CancellationTokenSource();
        var stopped = new Trainer(Small, Everything);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Run(stopped, stop));
        Assert.Equal((1, 3), (stopped.GetState().Position.Epoch, stopped.GetState().Position.Step));
        var resumed = new Trainer(Small, Everything with { Threads = 2 });
        resumed.Resume(stopped.GetState());
        Assert.Equal(Compare.Bits(straight.GetWeights()), Compare.Bits((await Run(resumed, null)).GetWeights()));
    }

    [Fact]
    public async Task Mixup_of_no_batch_changes_nothing_and_of_all_does()
    {
        var plain = await Run(new Trainer(Small, Everything with { Mixup = null }), null);
        var off = await Run(new Trainer(Small, Everything with { Mixup = new() { MixupAlpha = 1, Prob = 0 } }), null);
        var on = await Run(new Trainer(Small, Everything), null);
        Assert.Equal(Compare.Bits(plain.GetWeights()), Compare.Bits(off.GetWeights()));
        Assert.NotEqual(Compare.Bits(plain.GetWeights()), Compare.Bits(on.GetWeights()));
    }

    [Fact]
    public void A_value_out_of_range_is_named()
    {
        var e = Assert.Throws<InvalidOptionException>(() => new Trainer(Small, new TrainingOptions { Mixup = new() { MixupAlpha = -1 } }));
        Assert.Equal(("MixupAlpha", "Mixup, MixupAlpha -1: expected a number from 0 to 1000."), (e.Option, e.Message));
        e = Assert.Throws<InvalidOptionException>(() => new Trainer(Small, new TrainingOptions { Mixup = new() { SwitchProb = 2 } }));
        Assert.Equal(("SwitchProb", "Mixup, SwitchProb 2: expected a probability from 0 to 1."), (e.Option, e.Message));
    }

    private static void CheckPixels(float[] own, float[] other, float[] mixed, BatchMix? mix)
    {
        for (int i = 0; i < mixed.Length; i++)
        {
            float expected = mix is not { } m ? own[i]
                : m.Box is { } box
                    ? i % 28 >= box.X && i % 28 < box.X + box.Width && i / 28 >= box.Y && i / 28 < box.Y + box.Height ? other[i] : own[i]
                : m.Share * own[i] + (1 - m.Share) * other[i];
            Assert.Equal(expected, mixed[i], 1e-4f);
        }
    }

    private static async Task<Trainer> Run(Trainer trainer, CancellationTokenSource? stop)
    {
        var progress = new StopAtStep3(stop);
        await foreach (var _ in trainer.EpochsAsync(BuiltInDigits.Train(90), BuiltInDigits.Test(20), progress, stop?.Token ?? Cancellation))
        {
            // Only the weights at the end are looked at.
        }

        return trainer;
    }

    private sealed class StopAtStep3(CancellationTokenSource? stop) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value is { Epoch: 2, Step: 3 })
            {
                stop?.Cancel();
            }
        }
    }
}
