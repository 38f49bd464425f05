using Lanewise.Imaging;
using SkiaSharp;
using Xunit;

namespace Lanewise.Tests.Imaging;

public sealed class ImageWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_contact_sheet_has_every_image_at_its_position()
    {
        byte[][] images = [.. Enumerable.Range(0, 5).Select(ImageReaderTests.Digit)];
        ImageWriter.WriteContactSheet(_folder["sheet.png"], new Shape(1, 28, 28), images, columns: 3, scale: 2);

        using var sheet = SKBitmap.Decode(_folder["sheet.png"]);
        Assert.Equal(2 + 3 * (56 + 2), sheet.Width);
        Assert.Equal(2 + 2 * (56 + 2), sheet.Height);
        for (int i = 0; i < images.Length; i++)
        {
            int left = 2 + i % 3 * 58, top = 2 + i / 3 * 58;
            Assert.Equal(images[i], Enumerable.Range(0, 784).Select(p => sheet.GetPixel(left + p % 28 * 2 + 1, top + p / 28 * 2).Red));
        }
    }

    [Fact]
    public void A_colour_image_keeps_its_colours()
    {
        ImageWriter.Write(_folder["p.png"], new Shape(3, 1, 2), [255, 1, 0, 2, 9, 3]);

        using var image = SKBitmap.Decode(_folder["p.png"]);
        Assert.Equal(new SKColor(255, 0, 9), image.GetPixel(0, 0));
        Assert.Equal(new SKColor(1, 2, 3), image.GetPixel(1, 0));
    }

    [Fact]
    public void Invalid_arguments_are_refused()
    {
        Assert.Throws<ArgumentException>(() => ImageWriter.Write(_folder["p.png"], new Shape(2, 1, 1), [1, 2]));
        Assert.Throws<ArgumentException>(() => ImageWriter.Write(_folder["p.png"], new Shape(1, 1, 1), [1, 2]));
        Assert.Throws<ArgumentException>(() => ImageWriter.WriteContactSheet(_folder["p.png"], new Shape(1, 1, 1), [], 4));
        Assert.Throws<ArgumentException>(() => ImageWriter.Write(_folder["p.png"], new Shape(1, 1, 1), [1], scale: 100_000));
        Assert.Empty(_folder.Names());
    }

    [Fact]
    public void A_missing_folder_is_an_error() =>
        Assert.ThrowsAny<LanewiseException>(() => ImageWriter.Write(_folder["no/p.png"], new Shape(1, 1, 1), [1]));
}
