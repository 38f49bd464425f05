using Lanewise.Imaging;
using SkiaSharp;
using Xunit;

namespace Lanewise.Tests.Imaging;

public sealed class ImageDecoderTests
{
    private const string Palette =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABAQMAAAAl21bKAAAAA1BMVEX/gAAiYZF8AAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==";
    private const string Deep = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABEAAAAABq7kcWAAAAC0lEQVR4nGNoYAAAAQMAgT5MxZMAAAAASUVORK5CYII=";
    private const string Clear = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR4nGNIYQAAAMsAZeEqKo0AAAAASUVORK5CYII=";
    private const string Animation =
        "R0lGODdhAgACAIEAAP8AAAAAAAAAAAAAACwAAAAAAgACAAAIBgABCAQQEAAsAAAAAAIAAgCBAAD/AAAAAAAAAAAACAYAAQgEEBAAOw==";

    [Fact]
    public void A_CMYK_JPEG_is_decoded_to_RGB()
    {
        var decoded = ImageDecoder.Decode(Path.Combine(AppContext.BaseDirectory, "goldens", "cmyk.jpg"));
        Assert.Equal((3, 64, 64), (decoded.Channels, decoded.Width, decoded.Height));
        AssertColour(decoded, 16, 16, 0, 255, 255);
        AssertColour(decoded, 48, 16, 255, 0, 255);
        AssertColour(decoded, 16, 48, 255, 255, 0);
        AssertColour(decoded, 48, 48, 55, 55, 55);
    }

    [Fact]
    public void A_huge_JPEG_is_decoded_at_a_reduced_scale()
    {
        var decoded = Decode(FlatJpeg(20_000, 20_000, frame: 0xC0), minSide: 1024);
        Assert.Equal((2500, 2500), (decoded.Width, decoded.Height));
        Assert.All(new int[] { 0, 2500 * 1250, decoded.Pixels.Length - 1 }, i => Assert.Equal(128, decoded.Pixels[i]));
    }

    [Theory]
    [InlineData(20_000, 0xC0, int.MaxValue)]
    [InlineData(20_000, 0xC0, 11_000)]
    [InlineData(20_000, 0xC2, 1024)]
    public void A_huge_JPEG_that_cannot_be_reduced_is_refused(int side, byte frame, int minSide)
    {
        string message = Assert.ThrowsAny<LanewiseException>(() => Decode(FlatJpeg(side, side, frame), minSide)).Message;
        Assert.Contains("p.jpg has 20000×20000 pixels", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, 300, 300, 400, 300)]
    [InlineData(400, 300, 299, 400, 300)]
    [InlineData(400, 300, 150, 200, 150)]
    [InlineData(400, 300, 20, 50, 38)]
    public void A_JPEG_is_not_reduced_below_the_requested_side(int width, int height, int minSide, int scaledWidth, int scaledHeight)
    {
        var decoded = Decode(ImageReaderTests.Encode(width, height, (_, _) => SKColors.Gray, SKEncodedImageFormat.Jpeg), minSide);
        Assert.Equal((scaledWidth, scaledHeight), (decoded.Width, decoded.Height));
    }

    [Fact]
    public void Palette_16_bit_and_grey_alpha_PNGs_are_decoded()
    {
        // Made by Pillow: one pixel of (255, 128, 0) from a palette; of 16-bit grey 0x8000; of grey and alpha (100, 0).
        AssertColour(DecodeText(Palette), 0, 0, 255, 128, 0);
        AssertColour(DecodeText(Deep), 0, 0, 128, 128, 128);
        AssertColour(DecodeText(Clear), 0, 0, 255, 255, 255);
    }

    [Fact]
    public void Of_an_animation_the_first_frame_is_decoded() => AssertColour(DecodeText(Animation), 0, 0, 255, 0, 0);

    private static DecodedImage DecodeText(string base64) => Decode(Convert.FromBase64String(base64), int.MaxValue);

    private static DecodedImage Decode(byte[] file, int minSide)
    {
        using var folder = new TemporaryFolder();
        return ImageDecoder.Decode(folder.Write("p.jpg", file), new DecodeOptions(minSide));
    }

    private static void AssertColour(DecodedImage decoded, int x, int y, int red, int green, int blue)
    {
        int[] expected = [red, green, blue];
        Assert.All(Enumerable.Range(0, 3), c => Assert.InRange(decoded.Row(c, y)[x], expected[c] - 3, expected[c] + 3));
    }

    /// <summary>Builds a uniform grey JPEG of any size: two one-bit codes for each block, "no difference" and "end of block".</summary>
    private static byte[] FlatJpeg(int width, int height, byte frame)
    {
        byte[] code = [1, .. new byte[15], 0];
        byte[] head =
        [
            0xFF, 0xD8,
            0xFF, 0xDB, 0, 67, 0, .. Enumerable.Repeat((byte)1, 64),
            0xFF, frame, 0, 11, 8, (byte)(height >> 8), (byte)height, (byte)(width >> 8), (byte)width, 1, 1, 0x11, 0,
            0xFF, 0xC4, 0, 20, 0x00, .. code,
            0xFF, 0xC4, 0, 20, 0x10, .. code,
            0xFF, 0xDA, 0, 8, 1, 1, 0x00, 0, 63, 0,
        ];
        long blocks = (width + 7L) / 8 * ((height + 7) / 8);
        return [.. head, .. new byte[(blocks * 2 + 7) / 8], 0xFF, 0xD9];
    }
}
