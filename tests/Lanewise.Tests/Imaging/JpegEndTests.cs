using Lanewise.Imaging;
using Lanewise.Tests.Imaging.Fuzz;
using Xunit;

namespace Lanewise.Tests.Imaging;

/// <summary>JPEG files that stop early, or go on behind their end.</summary>
public sealed class JpegEndTests
{
    private const int Marker = 2;

    public static TheoryData<string> Names => [.. Directory.GetFiles(Seeds.Folder, "*.jpg").Select(path => Path.GetFileName(path)).Order()];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_JPEG_without_its_end_marker_decodes_with_a_notice(string name)
    {
        byte[] jpeg = File.ReadAllBytes(Seeds.File(name));
        var whole = ImageDecoder.Decode(jpeg);
        Assert.Null(whole.Notice);
        foreach (int missing in (int[])[1, Marker])
        {
            var decoded = ImageDecoder.Decode(jpeg.AsSpan(..^missing));
            Assert.Equal("the end marker of the JPEG is missing; all its rows are there", decoded.Notice);
            Assert.Equal(whole.Pixels, decoded.Pixels);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_JPEG_that_is_cut_has_all_its_pixels_or_is_refused(string name)
    {
        byte[] jpeg = File.ReadAllBytes(Seeds.File(name));
        byte[] whole = ImageDecoder.Decode(jpeg).Pixels;
        int decoded = 0;
        for (int length = 1; length < jpeg.Length - Marker; length++)
        {
            try
            {
                // The last bits of an image may be padding.
                Assert.Equal(whole, ImageDecoder.Decode(jpeg.AsSpan(0, length)).Pixels);
                decoded++;
            }
            catch (ImageFormatException e)
            {
                Assert.DoesNotContain('\n', e.Message);
            }
        }
        Assert.InRange(decoded, 0, 2);
        var error = Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(jpeg.AsSpan(0, jpeg.Length * 9 / 10)));
        Assert.Contains("truncated", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_follows_the_end_of_a_JPEG_is_ignored_with_a_notice(string name)
    {
        byte[] jpeg = File.ReadAllBytes(Seeds.File(name));
        byte[] whole = ImageDecoder.Decode(jpeg).Pixels;
        // Junk, zeros, and a second image, as phones append it.
        foreach (byte[] more in (byte[][])[[.. "<html>"u8], new byte[3000], jpeg])
        {
            var decoded = ImageDecoder.Decode([.. jpeg, .. more]);
            Assert.Equal($"the {more.Length:N0} bytes behind the end of the JPEG are ignored", decoded.Notice);
            Assert.Equal(whole, decoded.Pixels);
        }
    }

    [Fact]
    public void A_JPEG_whose_end_was_replaced_by_zeros_is_refused()
    {
        byte[] jpeg = File.ReadAllBytes(Seeds.File("colour.jpg"));
        jpeg.AsSpan(jpeg.Length / 2).Clear();
        var error = Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(jpeg));
        Assert.Contains("truncated", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_notice_goes_with_the_prepared_image()
    {
        byte[] jpeg = File.ReadAllBytes(Seeds.File("grey.jpg"));
        Assert.Null(ImageTransform.Cifar10.Apply(jpeg, "upload").Notice);
        Assert.Contains("end marker", ImageTransform.Cifar10.Apply(jpeg.AsSpan(..^2), "upload").Notice, StringComparison.Ordinal);
    }
}
