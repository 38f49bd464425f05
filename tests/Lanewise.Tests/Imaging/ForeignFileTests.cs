using System.Text;
using Lanewise.Imaging;
using Lanewise.Tests.Imaging.Fuzz;
using Xunit;

namespace Lanewise.Tests.Imaging;

/// <summary>Files that are no image, or one of a kind that is not decoded, are named as what they are.</summary>
public sealed class ForeignFileTests
{
    [Theory]
    [InlineData("\0\0\0\u0018ftypheic\0\0\0\0mif1heic", "is a HEIC image, which is not supported. Convert it to JPEG or PNG, or set")]
    [InlineData("\0\0\0\u0018ftypmif1\0\0\0\0mif1avif", "is an AVIF image, which is not supported. Convert it to JPEG or PNG.")]
    [InlineData("\0\0\0\u0018ftypavif\0\0\0\0avifmif1", "is an AVIF image")]
    [InlineData("\0\0\0\u0018ftypisom\0\0\0\0isommp42", "is a video (MP4 or QuickTime)")]
    [InlineData("\u00FF\u000A\u0001", "is a JPEG XL image")]
    [InlineData("\0\0\0\u000CJXL \r\n\u0087\n", "is a JPEG XL image")]
    [InlineData("\0\0\0\u000CjP  \r\n\u0087\n", "is a JPEG 2000 image")]
    [InlineData("8BPS\0\u0001", "is a Photoshop document (PSD)")]
    [InlineData("%PDF-1.7", "is a PDF document")]
    [InlineData("<?xml version=\"1.0\"?><!-- a drawing --><svg width=\"1\"/>", "is an SVG drawing")]
    [InlineData("<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "is an SVG drawing")]
    [InlineData("\u00EF\u00BB\u00BF\r\n<!DOCTYPE HTML><html>", "is an HTML page, not an image. Download the image itself.")]
    [InlineData("<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>", "is an XML text")]
    [InlineData("{\"message\": \"not found\"}", "is a JSON text")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a", "is a Git-LFS pointer, not the image itself. Run git lfs")]
    [InlineData("PK\u0003\u0004", "is a ZIP archive")]
    [InlineData("\0\u0005\u0016\u0007\0\u0002", "is a file in which macOS keeps attributes")]
    [InlineData("\0\0\0\0\0\0\0\0", "begins with zero bytes")]
    [InlineData("", "is not an image of a supported format: it is empty")]
    [InlineData("hello", "is not an image of a supported format (PNG, JPEG, BMP, WEBP, GIF, TIFF, PPM, PGM, PBM).")]
    public void What_is_not_decoded_is_named_by_its_content(string content, string expected)
    {
        var error = Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(Encoding.Latin1.GetBytes(content), "photo.jpg"));
        Assert.StartsWith("photo.jpg " + expected, error.Message, StringComparison.Ordinal);
        Assert.Equal("photo.jpg", error.FileName);
    }

    [Fact]
    public void A_camera_s_raw_file_is_named_although_it_is_a_TIFF()
    {
        byte[] tiff = File.ReadAllBytes(Seeds.File("grey-lzw.tif"));
        // The last entry of its directory becomes a DNG's version.
        int directory = BitConverter.ToInt32(tiff, 4), entries = BitConverter.ToInt16(tiff, directory);
        BitConverter.TryWriteBytes(tiff.AsSpan(directory + 2 + 12 * (entries - 1)), (ushort)50_706);
        var error = Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(tiff, "photo.tif"));
        Assert.Contains("is a camera's raw file", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(259, 6, "compression 6")]
    [InlineData(258, 32, "32 bits a sample")]
    [InlineData(277, 9, "9 samples a pixel")]
    public void A_TIFF_of_a_kind_that_is_not_decoded_is_named(int tag, int value, string expected)
    {
        byte[] grey = File.ReadAllBytes(Seeds.File("deep-grey-big-endian.tif"));
        int directory = (grey[4] << 24) + (grey[5] << 16) + (grey[6] << 8) + grey[7];
        var entries = Enumerable.Range(0, grey[directory + 1]).Select(i => directory + 2 + 12 * i);
        int entry = entries.Single(at => (grey[at] << 8) + grey[at + 1] == tag);
        (grey[entry + 8], grey[entry + 9]) = ((byte)(value >> 8), (byte)value);
        var error = Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(grey, "scan.tif"));
        Assert.StartsWith($"scan.tif is a TIFF with {expected}, which is not supported.", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.JPG", true, false)]
    [InlineData("a.jfif", true, false)]
    [InlineData("a.jpe", true, false)]
    [InlineData("a.Tif", true, false)]
    [InlineData("a.pgm", true, false)]
    [InlineData("a.heic", false, true)]
    [InlineData("a.CR2", false, true)]
    [InlineData("a.txt", false, false)]
    [InlineData("png", false, false)]
    public void Endings_say_which_files_are_taken_as_images(string name, bool isImage, bool isUnsupported) =>
        Assert.Equal((isImage, isUnsupported), (ImageFileKinds.IsImage(name), ImageFileKinds.IsUnsupportedImage(name)));
}
