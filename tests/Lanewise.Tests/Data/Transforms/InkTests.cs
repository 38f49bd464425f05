using Lanewise.Kernels;
using Lanewise.Tests.Imaging;
using Xunit;

namespace Lanewise.Tests.Data.Transforms;

/// <summary>Digits on photographed pages are framed as if they were alone.</summary>
public sealed class InkTests
{
    private const int Digits = 30, Side = 400, Inner = 280, Left = 70, Top = 50;

    [Theory]
    [InlineData("clean", 12)]
    [InlineData("shadow", 12)]
    [InlineData("hard shadow", 12)]
    [InlineData("specks", 12)]
    [InlineData("frame", 12)]
    [InlineData("noise", 14)]
    [InlineData("pencil", 12)]
    [InlineData("pencil, black specks", 12)]
    [InlineData("ruled", 14)]
    [InlineData("squared", 16)]
    [InlineData("light on dark", 12)]
    [InlineData("chalk, frame", 12)]
    public void A_digit_on_a_page_is_framed_as_it_was(string kind, double expected)
    {
        double difference = 0;
        for (int i = 0; i < Digits; i++)
        {
            byte[] digit = ImageReaderTests.Digit(i);
            var prepared = ImageTransform.Mnist.Apply(Page(digit, kind));
            Assert.Equal(kind is not ("light on dark" or "chalk, frame"), prepared.Inverted);
            Assert.Null(prepared.Notice);
            difference += Difference(digit, prepared.Pixels) / Digits;
        }
        // Of 255; two different digits differ by 43 on average.
        Assert.InRange(difference, 0, expected);
    }

    [Fact]
    public void A_small_image_that_is_framed_like_MNIST_keeps_its_bytes()
    {
        for (int i = 0; i < 640; i++)
        {
            byte[] digit = ImageReaderTests.Digit(i);
            Assert.Equal(digit, ImageTransform.Mnist.Apply(new DecodedImage(1, 28, 28, digit)).Pixels);
        }
    }

    [Theory]
    [InlineData(11, 20)]
    [InlineData(27, 16)]
    public void A_small_image_of_another_size_than_MNIST_s_is_framed(int box, double expected)
    {
        double difference = 0;
        for (int i = 0; i < Digits; i++)
        {
            byte[] digit = ImageReaderTests.Digit(i);
            var scaled = new DecodedImage(1, 28, 28, digit).Resize(new Box(4, 4, 20, 20), box, box);
            var prepared = ImageTransform.Mnist.Apply(Ink.Moved(Padded(scaled), 2, 0));
            difference += Difference(digit, prepared.Pixels) / Digits;
        }
        Assert.InRange(difference, 0, expected);
    }

    [Theory]
    [InlineData(4, 4)]
    [InlineData(-3, 0)]
    [InlineData(2, -4)]
    public void A_small_image_that_was_shifted_is_moved_back(int right, int down)
    {
        double difference = 0;
        for (int i = 0; i < Digits; i++)
        {
            var digit = new DecodedImage(1, 28, 28, ImageReaderTests.Digit(i));
            var prepared = ImageTransform.Mnist.Apply(Ink.Moved(digit, right, down));
            Assert.DoesNotContain("unchanged", prepared.Processing, StringComparison.Ordinal);
            // The middle of a digit may be off by a part of a pixel; of few, too much is cut off.
            var near = from x in Enumerable.Range(-1, 3) from y in Enumerable.Range(-1, 3) select Ink.Moved(digit, x, y).Pixels;
            difference += near.Min(pixels => Difference(pixels, prepared.Pixels)) / Digits;
        }
        Assert.InRange(difference, 0, 3);
    }

    [Theory]
    [InlineData(0, "no ink was found")]
    [InlineData(1, null)]
    [InlineData(2, "there are 2 drawings in the image; the largest was taken")]
    [InlineData(3, "there are 3 drawings in the image; the largest was taken")]
    public void Several_drawings_and_none_are_said(int count, string? notice)
    {
        var page = new DecodedImage(1, 600, 200);
        Array.Fill(page.Pixels, (byte)255);
        for (int i = 0; i < count; i++)
        {
            Draw(page, ImageReaderTests.Digit(i), left: 200 * i, top: 0, scale: 7, ink: 20);
        }
        Assert.Equal(notice, ImageTransform.Mnist.Apply(page).Notice);
    }

    [Fact]
    public void Noise_alone_is_no_ink()
    {
        var page = new DecodedImage(1, Side, Side);
        Array.Fill(page.Pixels, (byte)200);
        AddNoise(page, 20);
        Assert.Equal("no ink was found", ImageTransform.Mnist.Apply(page).Notice);
    }

    [Fact]
    public void A_large_image_takes_little_memory()
    {
        var page = new DecodedImage(1, 8000, 6000);
        Array.Fill(page.Pixels, (byte)255);
        byte[] digit = ImageReaderTests.Digit(1);
        Draw(page, digit, left: 3000, top: 1000, scale: 100, ink: 30);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var prepared = ImageTransform.Mnist.Apply(page);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 40_000_000);
        Assert.InRange(Difference(digit, prepared.Pixels), 0, 20);
    }

    private static DecodedImage Padded(DecodedImage image)
    {
        var padded = new DecodedImage(1, 28, 28);
        int edge = (28 - image.Width) / 2;
        for (int y = 0; y < image.Height; y++)
        {
            image.Row(0, y).CopyTo(padded.Row(0, edge + y)[edge..]);
        }
        return padded;
    }

    private static DecodedImage Page(byte[] digit, string kind)
    {
        var page = new DecodedImage(1, Side, Side);
        Array.Fill(page.Pixels, (byte)255);
        Draw(page, digit, Left, Top, Inner / 28, kind.StartsWith("pencil", StringComparison.Ordinal) ? 160 : 20);
        for (int y = 0; y < Side; y++)
        {
            var row = page.Row(0, y);
            for (int x = 0; x < Side; x++)
            {
                int edge = Math.Min(Math.Min(x, Side - 1 - x), Math.Min(y, Side - 1 - y));
                bool isSpeck = (x - 8 is >= 0 and < 3 && y - 5 is >= 0 and < 3) || (x - 380 is >= 0 and < 3 && y - 390 is >= 0 and < 3);
                row[x] = kind switch
                {
                    "shadow" => (byte)(row[x] * (1 - 0.57 * x / Side)),
                    "hard shadow" => (byte)(x > Side / 2 ? row[x] * 0.55 : row[x]),
                    "specks" or "pencil, black specks" => isSpeck ? (byte)0 : row[x],
                    "frame" or "chalk, frame" => edge < 3 ? (byte)0 : row[x],
                    "ruled" => y % 40 < 2 ? Math.Min(row[x], (byte)60) : row[x],
                    "squared" => y % 40 < 2 || x % 40 < 2 ? Math.Min(row[x], (byte)60) : row[x],
                    _ => row[x],
                };
            }
        }
        if (kind == "noise")
        {
            AddNoise(page, 20);
        }
        return kind is "light on dark" or "chalk, frame" ? Ink.Inverted(page) : page;
    }

    private static void Draw(DecodedImage page, byte[] digit, int left, int top, int scale, int ink)
    {
        var large = new DecodedImage(1, 28, 28, digit).Resize(new Box(0, 0, 28, 28), 28 * scale, 28 * scale);
        for (int y = 0; y < large.Height; y++)
        {
            var row = page.Row(0, top + y)[left..];
            for (int x = 0; x < large.Width; x++)
            {
                row[x] = (byte)(row[x] - (row[x] - ink) * large.Row(0, y)[x] / 255);
            }
        }
    }

    /// <summary>Adds the sum of four uniform numbers, of a given standard deviation.</summary>
    private static void AddNoise(DecodedImage page, double deviation)
    {
        var random = new SplitMix64(7);
        for (int i = 0; i < page.Pixels.Length; i++)
        {
            double sum = random.NextSingle() + random.NextSingle() + random.NextSingle() + random.NextSingle() - 2;
            page.Pixels[i] = (byte)Math.Clamp(page.Pixels[i] + sum * deviation * Math.Sqrt(3), 0, 255);
        }
    }

    private static double Difference(byte[] digit, byte[] pixels) => digit.Zip(pixels).Average(pair => Math.Abs(pair.First - pair.Second));
}
