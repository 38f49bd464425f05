using System.Buffers.Binary;
using System.Text;
using Lanewise.Imaging;
using Lanewise.Tests.Imaging.Fuzz;
using SkiaSharp;
using Xunit;

namespace Lanewise.Tests.Imaging;

/// <summary>The eight orientations of EXIF, in each kind of file that has them.</summary>
public sealed class OrientationTests
{
    private const int Width = 48, Height = 32, Half = 2;

    // The grey of the quarters of the upright image: from the left, from the top.
    private static readonly byte[,] Quarters = { { 0, 80 }, { 160, 240 } };

    public static TheoryData<string, int> Cases =>
        [.. from kind in (string[])["jpeg", "png", "webp", "tiff", "tiff, big-endian"] from o in Enumerable.Range(1, 8) select (kind, o)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void An_image_is_turned_upright(string kind, int orientation)
    {
        byte[] file = kind switch
        {
            "jpeg" => Jpeg(orientation),
            "png" => Png(orientation),
            "webp" => Webp(orientation),
            _ => Tiff(orientation, isLittle: kind == "tiff"),
        };
        var decoded = ImageDecoder.Decode(file);
        Assert.Equal((Width, Height), (decoded.Width, decoded.Height));
        for (int x = 0; x < Half; x++)
        {
            for (int y = 0; y < Half; y++)
            {
                int value = decoded.Row(0, (2 * y + 1) * Height / 4)[(2 * x + 1) * Width / 4];
                Assert.InRange(value, Quarters[x, y] - 6, Quarters[x, y] + 6);
            }
        }
    }

    /// <summary>Returns the grey of the upright image at a place of the stored one (EXIF 2.3, 4.6.4 A).</summary>
    private static byte Grey(int orientation, int column, int row)
    {
        bool isTurned = orientation > 4;
        int right = (isTurned ? Height : Width) - 1, bottom = (isTurned ? Width : Height) - 1;
        var (x, y) = orientation switch
        {
            2 => (right - column, row),
            3 => (right - column, bottom - row),
            4 => (column, bottom - row),
            5 => (row, column),
            6 => (bottom - row, column),
            7 => (bottom - row, right - column),
            8 => (row, right - column),
            _ => (column, row),
        };
        return Quarters[x * Half / Width, y * Half / Height];
    }

    private static (int Width, int Height) Stored(int orientation) => orientation > 4 ? (Height, Width) : (Width, Height);

    private static byte[] Encode(int orientation, SKEncodedImageFormat format)
    {
        var (width, height) = Stored(orientation);
        return ImageReaderTests.Encode(
            width, height, (x, y) => new SKColor(Grey(orientation, x, y), Grey(orientation, x, y), Grey(orientation, x, y)), format);
    }

    private static byte[] Exif(int orientation) =>
        [.. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0];

    private static byte[] Jpeg(int orientation)
    {
        byte[] jpeg = Encode(orientation, SKEncodedImageFormat.Jpeg), exif = [.. "Exif\0\0"u8, .. Exif(orientation)];
        return [.. jpeg[..2], 0xFF, 0xE1, 0, (byte)(exif.Length + 2), .. exif, .. jpeg[2..]];
    }

    private static byte[] Png(int orientation)
    {
        const int BehindHeader = 33;
        byte[] png = Encode(orientation, SKEncodedImageFormat.Png), content = [.. "eXIf"u8, .. Exif(orientation)], crc = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(crc, ImageMutator.Crc(content));
        return [.. png[..BehindHeader], 0, 0, 0, (byte)(content.Length - 4), .. content, .. crc, .. png[BehindHeader..]];
    }

    private static byte[] Webp(int orientation)
    {
        const int RiffBytes = 12;
        const byte HasExif = 8;
        byte[] webp = Encode(orientation, SKEncodedImageFormat.Webp), exif = Exif(orientation);
        var (width, height) = Stored(orientation);
        byte[] frames = webp.AsSpan(RiffBytes).StartsWith("VP8X"u8) ? webp[(RiffBytes + 18)..] : webp[RiffBytes..];
        byte[] file =
        [
            .. "RIFF\0\0\0\0WEBPVP8X"u8, 10, 0, 0, 0, HasExif, 0, 0, 0, (byte)(width - 1), 0, 0, (byte)(height - 1), 0, 0,
            .. frames, .. "EXIF"u8, (byte)exif.Length, 0, 0, 0, .. exif,
        ];
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(4), file.Length - 8);
        return file;
    }

    private static byte[] Tiff(int orientation, bool isLittle)
    {
        var (width, height) = Stored(orientation);
        byte[] pixels = [.. from y in Enumerable.Range(0, height) from x in Enumerable.Range(0, width) select Grey(orientation, x, y)];
        (int Tag, int Value)[] tags =
        [
            (256, width), (257, height), (258, 8), (259, 1), (262, 1), (273, 8), (274, orientation), (277, 1), (278, height),
            (279, pixels.Length),
        ];
        using var stream = new MemoryStream();
        void Write(int value, int bytes)
        {
            for (int i = 0; i < bytes; i++)
            {
                stream.WriteByte((byte)(value >> 8 * (isLittle ? i : bytes - 1 - i)));
            }
        }
        stream.Write(Encoding.ASCII.GetBytes(isLittle ? "II" : "MM"));
        Write(42, 2);
        Write(8 + pixels.Length, 4);
        stream.Write(pixels);
        Write(tags.Length, 2);
        foreach (var (tag, value) in tags)
        {
            Write(tag, 2);
            Write(4, 2);
            Write(1, 4);
            Write(value, 4);
        }
        Write(0, 4);
        return stream.ToArray();
    }
}
