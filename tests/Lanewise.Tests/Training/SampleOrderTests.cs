using Xunit;

namespace Lanewise.Tests.Training;

/// <summary>The order of an epoch's samples.</summary>
public sealed class SampleOrderTests
{
    // 90 of class 0, 9 of class 1, none of class 2, 2 of class 3.
    private static readonly int[] Labels = [.. Enumerable.Repeat(0, 90), .. Enumerable.Repeat(1, 9), 3, 3];

    [Fact]
    public void A_balanced_epoch_has_equally_many_samples_of_each_class()
    {
        int[] order = SampleOrder.Balanced(Labels, seed: 7);
        Assert.Equal(Labels.Length, order.Length);
        var classes = order.CountBy(index => Labels[index % Labels.Length]).ToDictionary();
        Assert.Equal([0, 1, 3], classes.Keys.Order());
        Assert.All(classes.Values, count => Assert.InRange(count, 33, 34));
    }

    [Fact]
    public void A_sample_of_a_small_class_comes_as_often_as_the_others_and_never_twice_as_the_same_repetition()
    {
        int[] order = SampleOrder.Balanced(Labels, seed: 7);
        Assert.Equal(order.Length, order.Distinct().Count());
        var times = order.CountBy(index => index % Labels.Length).ToDictionary();
        Assert.All(Enumerable.Range(0, 90), i => Assert.InRange(times.GetValueOrDefault(i), 0, 1));
        Assert.All(Enumerable.Range(90, 9), i => Assert.InRange(times[i], 3, 4));
        Assert.All(Enumerable.Range(99, 2), i => Assert.InRange(times[i], 16, 17));
    }

    [Fact]
    public void The_seed_decides_alone_and_other_epochs_draw_others()
    {
        Assert.Equal(SampleOrder.Balanced(Labels, 7), SampleOrder.Balanced(Labels, 7));
        Assert.NotEqual(SampleOrder.Balanced(Labels, 7), SampleOrder.Balanced(Labels, 8));
        // Over some epochs every sample is drawn, and each class has the remainder in its turn.
        var drawn = Enumerable.Range(0, 20).SelectMany(epoch => SampleOrder.Balanced(Labels, (ulong)epoch)).ToList();
        Assert.Equal(Labels.Length, drawn.Select(index => index % Labels.Length).Distinct().Count());
        Assert.True(drawn.CountBy(index => Labels[index % Labels.Length]).Select(count => count.Value).Distinct().Count() > 1);
    }

    [Fact]
    public void A_sample_repeated_more_often_than_an_integer_counts_is_still_a_sample()
    {
        int[] labels = [.. Enumerable.Repeat(0, 99_999), 1];
        int[] order = SampleOrder.Balanced(labels, seed: 1);
        Assert.All(order, index => Assert.True(index >= 0));
        Assert.Equal(50_000, order.Count(index => index % labels.Length == 99_999));
    }

    [Fact]
    public void A_repeated_image_is_read_and_augmented_by_its_own_seed()
    {
        var images = BuiltInDigits.Train().Take(40);
        var transform = images.Transform!;
        var plain = new PreparedDataset(images, transform);
        var augmented = new PreparedDataset(images, transform, Augmentation.Digits, 1, 0);
        float[] once = new float[plain.InputCount], again = new float[plain.InputCount];
        plain.Read(3, once);
        plain.Read(43, again);
        Assert.Equal(once, again);
        Assert.Equal(images.Label(3), plain.Label(43));
        augmented.Read(3, once);
        augmented.Read(43, again);
        Assert.NotEqual(once, again);
    }

    [Fact]
    public void A_batch_may_hold_an_image_twice()
    {
        var images = BuiltInDigits.Train().Take(4);
        var source = new PreparedDataset(images, images.Transform!, Augmentation.Digits, 1, 0);
        using var batches = new BatchLoader(source, [2, 2, 1, 2, 0, 0], 3, 0, 2, TestContext.Current.CancellationToken);
        float[] values = new float[source.InputCount], expected = new float[source.InputCount];
        foreach (int[] batch in (int[][])[[2, 2, 1], [2, 0, 0]])
        {
            Assert.Equal(batch, batches.Next().ToArray());
            foreach (int index in batch)
            {
                batches.Read(index, values);
                source.Read(index, expected);
                Assert.Equal(expected, values);
            }
        }
    }
}
