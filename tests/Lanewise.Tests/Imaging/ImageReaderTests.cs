using System.Buffers.Binary;
using CsCheck;
using SkiaSharp;
using Xunit;

namespace Lanewise.Tests.Imaging;

public sealed class ImageReaderTests
{
    private static readonly ImageTransform Colour = new(new Shape(3, 4, 4), [0, 0, 0], [1, 1, 1]);

    [Fact]
    public void A_digit_of_the_input_size_is_unchanged()
    {
        byte[] digit = Digit(0);
        var image = Read(Encode(28, 28, (x, y) => Grey(digit[y * 28 + x])));

        Assert.Equal(digit, image.Pixels);
        Assert.Equal(new Shape(1, 28, 28), image.Shape);
        Assert.False(image.Inverted);
        Assert.Equal("28×28; unchanged", image.Processing);
    }

    [Fact]
    public void MNIST_digits_are_inverted_exactly_when_they_are_dark_on_light()
    {
        for (int i = 0; i < 640; i++)
        {
            byte[] digit = Digit(i);
            Assert.False(Read(Encode(28, 28, (x, y) => Grey(digit[y * 28 + x]))).Inverted);
            var inverted = Read(Encode(28, 28, (x, y) => Grey((byte)(255 - digit[y * 28 + x]))));
            Assert.True(inverted.Inverted);
            Assert.Equal(digit, inverted.Pixels);
        }
    }

    [Fact]
    public void A_large_drawing_on_grey_paper_is_framed_as_in_MNIST()
    {
        // Each pixel becomes 9×9, off the centre of a large sheet, dark ink on light grey.
        const int Digits = 30;
        double difference = 0;
        for (int i = 0; i < Digits; i++)
        {
            byte[] digit = Digit(i);
            var image = Read(Encode(640, 480, (x, y) =>
                x is >= 310 and < 310 + 252 && y is >= 20 and < 20 + 252
                    ? Grey((byte)(200 - digit[(y - 20) / 9 * 28 + (x - 310) / 9] * 3 / 4))
                    : Grey(200)));
            Assert.True(image.Inverted);
            const string Start = "640×480; inverted (dark ink on a light background); cropped to the ink (";
            Assert.StartsWith(Start, image.Processing, StringComparison.Ordinal);
            difference += digit.Zip(image.Pixels).Average(pair => Math.Abs(pair.First - pair.Second)) / Digits;
        }

        // Of 255. Edges differ, and rounding shifts one digit in four by a pixel; two different digits differ by 43 on average.
        Assert.InRange(difference, 0, 12);
    }

    [Fact]
    public void A_thin_stroke_in_a_large_image_stays_visible()
    {
        var image = Read(Encode(1000, 1000, (x, y) => x == 700 && y is > 100 and < 900 ? SKColors.Black : SKColors.White));

        Assert.Equal(255, image.Pixels.Max());
        Assert.Equal(20, Enumerable.Range(0, 28).Count(y => image.Pixels.AsSpan(y * 28, 28).ContainsAnyExcept((byte)0)));
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public void Colours_keep_their_channels(SKEncodedImageFormat format)
    {
        var image = Read(Encode(64, 32, (x, _) => x < 32 ? SKColors.Red : new SKColor(0, 0, 255), format), Colour);

        Assert.False(image.Inverted);
        Assert.Equal("resized and cropped to 4×4", image.Processing);
        Assert.InRange(image.Pixels[0], 245, 255);
        Assert.InRange(image.Pixels[16], 0, 10);
        Assert.InRange(image.Pixels[3], 0, 10);
        Assert.InRange(image.Pixels[32 + 3], 245, 255);
    }

    [Fact]
    public void Gif_and_Bmp_are_read()
    {
        byte[] gif = Convert.FromHexString("47494638396101000100800000FF000000000021F90400000000002C00000000010001000002024401003B");
        byte[] bmp = Convert.FromHexString(
            "424D3A000000000000003600000028000000010000000100000001001800000000000400000000000000000000000000000000000000" + "0000FF00");

        Assert.Equal([255, 0, 0], Read(gif, new(new Shape(3, 1, 1), [0, 0, 0], [1, 1, 1])).Pixels);
        Assert.Equal([255, 0, 0], Read(bmp, new(new Shape(3, 1, 1), [0, 0, 0], [1, 1, 1])).Pixels);
    }

    [Theory]
    [InlineData(1, "WR", "GB")]
    [InlineData(2, "RW", "BG")]
    [InlineData(3, "BG", "RW")]
    [InlineData(4, "GB", "WR")]
    [InlineData(5, "WG", "RB")]
    [InlineData(6, "GW", "BR")]
    [InlineData(7, "BR", "GW")]
    [InlineData(8, "RB", "WG")]
    public void The_EXIF_orientation_is_applied(byte orientation, string top, string bottom)
    {
        byte[] jpeg = Encode(64, 64, (x, y) => (x < 32, y < 32) switch
        {
            (true, true) => SKColors.White,
            (false, true) => SKColors.Red,
            (true, false) => new SKColor(0, 255, 0),
            _ => SKColors.Blue,
        }, SKEncodedImageFormat.Jpeg);
        byte[] tag = [0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];
        byte[] exif = [0xFF, 0xE1, 0, 34, .. "Exif\0\0MM"u8, 0, 42, 0, 0, 0, 8, .. tag];
        byte[] pixels = Read([.. jpeg[..2], .. exif, .. jpeg[2..]], Colour).Pixels;

        int[] corners = [0, 3, 12, 15];
        Assert.Equal(top + bottom, string.Concat(corners.Select(i => (pixels[i] > 127, pixels[16 + i] > 127, pixels[32 + i] > 127) switch
        {
            (true, true, true) => 'W',
            (true, false, false) => 'R',
            (false, true, false) => 'G',
            _ => 'B',
        })));
    }

    [Fact]
    public void Transparent_pixels_are_white_unless_the_ink_would_be_invisible()
    {
        var half = Read(Encode(4, 4, (_, _) => new SKColor(0, 0, 0, 128)), Colour);
        Assert.All(half.Pixels, value => Assert.Equal(127, value));

        byte[] digit = Digit(3);
        var dark = Read(Encode(28, 28, (x, y) => new SKColor(0, 0, 0, digit[y * 28 + x])));
        Assert.True(dark.Inverted);
        Assert.Equal(digit, dark.Pixels);

        var light = Read(Encode(28, 28, (x, y) => new SKColor(255, 255, 255, digit[y * 28 + x])));
        Assert.False(light.Inverted);
        Assert.Equal(digit, light.Pixels);
    }

    [Fact]
    public void Downscaling_averages_all_pixels_and_upscaling_interpolates()
    {
        var checkered = Read(Encode(400, 400, (x, y) => (x + y) % 2 == 0 ? SKColors.White : SKColors.Black), Colour);
        Assert.All(checkered.Pixels, value => Assert.InRange(value, 126, 129));

        var steps = Read(Encode(2, 2, (x, _) => x == 0 ? SKColors.Black : SKColors.White), Colour);
        Assert.Equal([0, 64, 191, 255], steps.Pixels[..4]);
    }

    [Fact]
    public void An_empty_image_is_valid()
    {
        var image = Read(Encode(50, 50, (_, _) => SKColors.White));

        Assert.Contains("no ink found", image.Processing, StringComparison.Ordinal);
        Assert.All(image.Pixels, value => Assert.Equal(0, value));
    }

    [Fact]
    public void Whole_framing_keeps_the_background()
    {
        byte[] digit = Digit(0);
        using var stream = new MemoryStream(Encode(56, 56, (x, y) => Grey(digit[y / 2 * 28 + x / 2])));

        var image = (ImageTransform.Mnist with { Ink = new InkFraming(28, 28) { CropsToInk = false } }).Apply(stream, "p.png");

        Assert.Equal("56×56; resized to 28×28", image.Processing);
        Assert.InRange(digit.Zip(image.Pixels).Average(pair => Math.Abs(pair.First - pair.Second)), 0, 12);
    }

    [Fact]
    public void A_file_that_is_not_an_image_is_refused_by_name()
    {
        byte[] png = Encode(40, 40, (x, y) => Grey((byte)(x * y)));

        AssertRefused([], "is not an image of a supported format");
        AssertRefused("hello"u8.ToArray(), "is not an image of a supported format");
        // An IDX file, which a lenient decoder takes for an 8×3 bitmap.
        AssertRefused([0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0], "is not an image of a supported format");
        AssertRefused(png[..(png.Length / 2)], "truncated");
        // Sizes in the header are refused before a pixel is decoded; the checksum is valid.
        AssertRefused(WithSize(png, 60_000, 60_000), "60000×60000");
        AssertRefused(WithSize(png, 90_000, 1), "90000×1");
        AssertRefused(WithSize(png, 0, 40), "p.png");

        using var folder = new TemporaryFolder();
        var missing = Assert.ThrowsAny<LanewiseException>(() => ImageTransform.Mnist.Apply(folder["none.png"]));
        Assert.Contains("no such file", missing.Message, StringComparison.Ordinal);
        var directory = Assert.ThrowsAny<LanewiseException>(() => ImageTransform.Mnist.Apply(folder.Path));
        Assert.Contains("folder", directory.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Png)]
    [InlineData(SKEncodedImageFormat.Jpeg)]
    [InlineData(SKEncodedImageFormat.Webp)]
    public void A_damaged_image_is_read_or_refused(SKEncodedImageFormat format)
    {
        byte[] whole = Encode(60, 40, (x, y) => new SKColor((byte)(x * y), (byte)x, (byte)y), format);
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte).Array[1, 4].Sample(changes =>
        {
            byte[] file = [.. whole];
            foreach (var (at, value) in changes)
            {
                file[at] = value;
            }
            try
            {
                Assert.Equal(48, Read(file, Colour).Pixels.Length);
            }
            catch (LanewiseException e)
            {
                Assert.DoesNotContain('\n', e.Message);
            }
        }, iter: 300, threads: 1);
    }

    private static void AssertRefused(byte[] file, string expected)
    {
        var error = Assert.ThrowsAny<LanewiseException>(() => Read(file));
        Assert.StartsWith("p.png ", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    private static PreparedImage Read(byte[] file, ImageTransform? transform = null)
    {
        using var stream = new MemoryStream(file);
        return (transform ?? ImageTransform.Mnist).Apply(stream, "p.png");
    }

    internal static byte[] Digit(int index) =>
        Array.ConvertAll(Images.Value.AsSpan(index * 784, 784).ToArray(), value => (byte)value);

    private static readonly Lazy<float[]> Images = new(() => Golden.Read("residual")["train_images"].Values);

    private static SKColor Grey(byte value) => new(value, value, value);

    internal static byte[] Encode(
        int width, int height, Func<int, int, SKColor> colour, SKEncodedImageFormat format = SKEncodedImageFormat.Png)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul));
        bitmap.Pixels = [.. Enumerable.Range(0, width * height).Select(i => colour(i % width, i / width))];
        using var data = bitmap.Encode(format, 100);
        return data.ToArray();
    }

    private static byte[] WithSize(byte[] png, int width, int height)
    {
        byte[] changed = [.. png];
        BinaryPrimitives.WriteInt32BigEndian(changed.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(changed.AsSpan(20), height);
        uint crc = uint.MaxValue;
        foreach (byte value in changed.AsSpan(12, 17))
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 0 ? crc >> 1 : crc >> 1 ^ 0xEDB88320;
            }
        }
        BinaryPrimitives.WriteUInt32BigEndian(changed.AsSpan(29), ~crc);
        return changed;
    }
}
