using Xunit;

namespace Lanewise.Tests.Data;

public sealed class BuiltInDigitsTests
{
    private static byte[] Draw(BuiltInDigits digits)
    {
        byte[] pixels = new byte[digits.Count * 784];
        Parallel.For(0, digits.Count, i => digits.Read(i, pixels.AsSpan(i * 784, 784)));
        return pixels;
    }

    [Fact]
    public void The_same_seed_draws_the_same_bytes_in_any_order()
    {
        byte[] all = Draw(BuiltInDigits.Train(500));
        Assert.Equal(all, Draw(BuiltInDigits.Train(500)));
        byte[] one = new byte[784];
        BuiltInDigits.Train().Read(321, one);
        Assert.Equal(all.AsSpan(321 * 784, 784).ToArray(), one);
        Assert.NotEqual(all, Draw(BuiltInDigits.Train(500, seed: 2)));
        Assert.NotEqual(all, Draw(BuiltInDigits.Test(500)));
    }

    [Fact]
    public void An_image_that_several_threads_draw_at_once_is_whole_in_each()
    {
        const int Count = 400, Threads = 3, Readings = 200;
        byte[] right = Draw(BuiltInDigits.Train(Count));
        var digits = BuiltInDigits.Train(Count);
        using var together = new Barrier(Threads);
        int torn = 0;
        var threads = Enumerable.Range(0, Threads).Select(_ => new Thread(() =>
        {
            byte[] pixels = new byte[784];
            for (int i = 0; i < Count; i++)
            {
                together.SignalAndWait();
                // The first to have drawn it goes on reading while the others draw.
                for (int reading = 0; reading < Readings; reading++)
                {
                    digits.Read(i, pixels);
                    if (!right.AsSpan(i * 784, 784).SequenceEqual(pixels))
                    {
                        Interlocked.Increment(ref torn);
                    }
                }
            }
        })).ToArray();
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Assert.Equal(0, torn);
    }

    [Fact]
    public void The_drawings_are_those_of_this_version() =>
        Assert.Equal("43821e709fcd6a6329ad9a43c46c00ef", Samples.Md5(Draw(BuiltInDigits.Train(1000))));

    [Fact]
    public void Every_ten_images_show_every_numeral()
    {
        var digits = BuiltInDigits.Train();
        Assert.Equal(60_000, digits.Count);
        Assert.Equal(10_000, BuiltInDigits.Test().Count);
        for (int block = 0; block < 100; block++)
        {
            Assert.Equal(Enumerable.Range(0, 10), Enumerable.Range(block * 10, 10).Select(digits.Label).Order());
        }
        Assert.NotEqual(Enumerable.Range(0, 10).Select(digits.Label), Enumerable.Range(10, 10).Select(digits.Label));
    }

    [Fact]
    public void They_are_as_bright_and_as_placed_as_MNIST()
    {
        var digits = BuiltInDigits.Train(2000);
        byte[] pixels = Draw(digits);
        double mean = pixels.Average(p => p / 255.0);
        double std = Math.Sqrt(pixels.Average(p => (p / 255.0 - mean) * (p / 255.0 - mean)));
        Assert.InRange(mean, 0.12, 0.145);
        Assert.InRange(std, 0.29, 0.325);
        for (int i = 0; i < digits.Count; i++)
        {
            double sum = 0, x = 0, y = 0;
            for (int j = 0; j < 784; j++)
            {
                double p = pixels[i * 784 + j];
                (sum, x, y) = (sum + p, x + p * (j % 28), y + p * (j / 28));
            }
            Assert.InRange(x / sum, 13, 15);
            Assert.InRange(y / sum, 13, 15);
        }
    }

    [Fact]
    public void An_index_beyond_the_end_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => BuiltInDigits.Test(10).Read(10, new byte[784]));
}
