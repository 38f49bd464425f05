using System.Buffers.Binary;
using System.Diagnostics;
using Lanewise.Imaging;
using Lanewise.Tests.Imaging.Fuzz;
using Xunit;

namespace Lanewise.Tests.Imaging;

/// <summary>Images from strangers: whatever the bytes, they are decoded or refused, quickly and with little memory.</summary>
public sealed class SafeDecodingTests
{
    private const int Width = 46, Height = 35, MiddleX = 20, MiddleY = 15;

    public static TheoryData<string, int, int, int> Pixels =>
    [
        .. File.ReadLines(Seeds.File("pixels.txt")).Select(line => line.Split(' '))
            .Select(parts => (parts[0], int.Parse(parts[1]), int.Parse(parts[2]), int.Parse(parts[3]))),
    ];

    [Theory]
    [MemberData(nameof(Pixels))]
    public void Every_kind_of_image_is_decoded_alike_from_file_stream_and_bytes(string name, int red, int green, int blue)
    {
        byte[] bytes = File.ReadAllBytes(Seeds.File(name));
        var decoded = ImageDecoder.Decode(Seeds.File(name));
        using var pipe = new Pipe(bytes);
        Assert.Equal(decoded.Pixels, ImageDecoder.Decode(bytes, name).Pixels);
        Assert.Equal(decoded.Pixels, ImageDecoder.Decode(new MemoryStream(bytes), name).Pixels);
        Assert.Equal(decoded.Pixels, ImageDecoder.Decode(pipe, name).Pixels);

        // Some are stored on their side (EXIF orientation 6).
        bool isTurned = decoded.Width == Height;
        Assert.Equal(isTurned ? (Height, Width) : (Width, Height), (decoded.Width, decoded.Height));
        var (x, y) = isTurned ? (Height - 1 - MiddleY, MiddleX) : (MiddleX, MiddleY);
        int[] expected = [red, green, blue];
        Assert.All(Enumerable.Range(0, 3), c => Assert.InRange(decoded.Row(c, y)[x], expected[c] - 4, expected[c] + 4));
    }

    [Theory]
    [MemberData(nameof(Pixels))]
    public void A_truncated_image_is_refused(string name, int red, int green, int blue)
    {
        _ = (red, green, blue);
        byte[] bytes = File.ReadAllBytes(Seeds.File(name));
        // An animation may be complete in its first frame, a document in its first page.
        int first = name.StartsWith("animated", StringComparison.Ordinal) || name == "pages.tif" ? bytes.Length / 4 : bytes.Length / 2;
        Refused(bytes[..first]);
        for (int length = 0; length < first; length += 7)
        {
            Refused(bytes[..length]);
        }
    }

    [Fact]
    public void A_BMP_whose_pixels_start_beyond_2_GB_is_refused()
    {
        // Native code seeks to them; from a managed stream, the exception ended the process.
        byte[] bmp = Bmp(width: 1, height: 1, bits: 24, compression: 0, data: new byte[4]);
        BinaryPrimitives.WriteUInt32LittleEndian(bmp.AsSpan(10), 0xFE7F_003E);
        Assert.Equal(58, bmp.Length);
        Assert.Contains("too short for 1×1 pixels", Refused(bmp), StringComparison.Ordinal);
    }

    [Fact]
    public void A_GIF_whose_first_frame_is_empty_and_far_off_is_refused()
    {
        byte[] gif = Gif(10, 10, frameWidth: 0, frameHeight: 2048);
        BinaryPrimitives.WriteInt32LittleEndian(gif.AsSpan(20), 0x0A00_0A00);
        Assert.Contains("0×2048 pixels", Refused(gif), StringComparison.Ordinal);
    }

    [Fact]
    public void A_canvas_far_larger_than_its_frame_is_refused()
    {
        Assert.Equal(200, ImageDecoder.Decode(Gif(200, 100, 2, 2), "p.gif").Width);
        Assert.Contains("2×2 pixels on a canvas of 9000×9000", Refused(Gif(9000, 9000, 2, 2)), StringComparison.Ordinal);

        byte[] webp = File.ReadAllBytes(Seeds.File("animated.webp"));
        int canvas = webp.AsSpan().IndexOf("VP8X"u8) + 12;
        BinaryPrimitives.WriteUInt16LittleEndian(webp.AsSpan(canvas), 8999);
        BinaryPrimitives.WriteUInt16LittleEndian(webp.AsSpan(canvas + 3), 8999);
        Assert.Contains("46×35 pixels on a canvas of 9000×9000", Refused(webp), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("colour.png")]
    [InlineData("interlaced.png")]
    [InlineData("colour.jpg")]
    [InlineData("progressive.jpg")]
    [InlineData("plain.gif")]
    [InlineData("lossy.webp")]
    [InlineData("lossless.webp")]
    [InlineData("colour.bmp")]
    [InlineData("rle8.bmp")]
    public void More_pixels_than_the_data_can_hold_are_refused(string name)
    {
        byte[] bytes = File.ReadAllBytes(Seeds.File(name));
        int jpeg = Math.Max(IndexOf(bytes, 0xFF, 0xC0), IndexOf(bytes, 0xFF, 0xC2)) + 5;
        int webp = bytes.AsSpan().IndexOf("VP8 "u8) + 14;
        const int Side = 9000;
        switch (Path.GetExtension(name))
        {
            case ".png":
                BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(16), Side);
                BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(20), Side);
                BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(29), ImageMutator.Crc(bytes.AsSpan(12, 17)));
                break;
            case ".jpg":
                BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(jpeg), (Side << 16) + Side);
                break;
            case ".gif":
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(IndexOf(bytes, 0, 0, 0, 0, Width, 0) + 4), (Side << 16) + Side);
                break;
            case ".webp" when name == "lossy.webp":
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(webp), (Side << 16) + Side);
                break;
            case ".webp":
                uint sides = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(21)) & 0xF000_0000;
                BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(21), sides | (Side - 1) | (Side - 1) << 14);
                break;
            default:
                BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(18), Side);
                BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(22), Side);
                break;
        }
        Assert.Contains("too short for 9000×9000 pixels", Refused(bytes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_JPEG_of_a_thousand_scans_is_refused()
    {
        byte[] jpeg = File.ReadAllBytes(Seeds.File("progressive.jpg"));
        int scan = jpeg.AsSpan().LastIndexOf((byte[])[0xFF, 0xDA]);
        byte[] scans = [.. jpeg[..scan], .. Enumerable.Repeat(jpeg[scan..^2], 1000).SelectMany(part => part), .. jpeg[^2..]];
        Assert.Contains("scans", Refused(scans), StringComparison.Ordinal);
    }

    [Fact]
    public void A_JPEG_with_arithmetic_coding_is_named()
    {
        byte[] jpeg = File.ReadAllBytes(Seeds.File("colour.jpg"));
        jpeg[IndexOf(jpeg, 0xFF, 0xC0) + 1] = 0xC9;
        Assert.Contains("SOF9", Refused(jpeg), StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_does_not_decide_the_format()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("p.gif", File.ReadAllBytes(Seeds.File("grey.png")));
        Assert.Equal(Width, ImageDecoder.Decode(path).Width);
    }

    [Fact]
    public void An_empty_or_too_large_file_is_refused()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("is empty", Refused([]), StringComparison.Ordinal);
        Assert.Contains("is empty", Refused(folder.Write("p.png", [])), StringComparison.Ordinal);
        using (var file = File.Create(folder["large.png"]))
        {
            // A hole: it takes no space on the disk.
            file.SetLength((512L << 20) + 1);
        }
        Assert.Contains("larger than 512 MB", Refused(folder["large.png"]), StringComparison.Ordinal);
    }

    [Fact]
    public void An_endless_stream_that_is_not_an_image_is_refused_after_its_first_bytes()
    {
        using var pipe = new Pipe(null);
        var error = Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(pipe, "upload"));
        Assert.Contains("begins with zero bytes", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/dev/zero")]
    [InlineData("/dev/null")]
    [InlineData("pipe.png")]
    [InlineData("link.png")]
    public async Task A_pipe_or_a_device_is_refused_without_waiting(string name)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "pipes and devices as files");
        using var folder = new TemporaryFolder();
        using (var make = Process.Start("mkfifo", [folder["pipe.png"]]))
        {
            await make.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        File.CreateSymbolicLink(folder["link.png"], "pipe.png");
        string path = name.StartsWith('/') ? name : folder[name];
        // Opening a pipe that no one writes would wait for ever.
        string message = await Task.Run(() => Refused(path), TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
        Assert.Contains("not a regular file", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_transform_takes_bytes_and_streams_that_cannot_seek()
    {
        byte[] bytes = File.ReadAllBytes(Seeds.File("colour.jpg"));
        using var pipe = new Pipe(bytes);
        byte[] expected = ImageTransform.Cifar10.Apply(Seeds.File("colour.jpg")).Pixels;
        Assert.Equal(expected, ImageTransform.Cifar10.Apply(bytes, "upload").Pixels);
        Assert.Equal(expected, ImageTransform.Cifar10.Apply(pipe, "upload").Pixels);
    }

    private static int IndexOf(byte[] bytes, params byte[] part) => bytes.AsSpan().IndexOf(part);

    private static string Refused(byte[] file)
    {
        var error = Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(file, "upload"));
        Assert.StartsWith("upload ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Equal("upload", error.FileName);
        return error.Message;
    }

    private static string Refused(string path)
    {
        var error = Assert.Throws<ImageFormatException>(() => ImageDecoder.Decode(path));
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        return error.Message;
    }

    private static byte[] Bmp(int width, int height, short bits, int compression, byte[] data)
    {
        byte[] bmp = [(byte)'B', (byte)'M', .. new byte[52], .. data];
        BinaryPrimitives.WriteInt32LittleEndian(bmp.AsSpan(2), bmp.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bmp.AsSpan(10), 54);
        BinaryPrimitives.WriteInt32LittleEndian(bmp.AsSpan(14), 40);
        BinaryPrimitives.WriteInt32LittleEndian(bmp.AsSpan(18), width);
        BinaryPrimitives.WriteInt32LittleEndian(bmp.AsSpan(22), height);
        BinaryPrimitives.WriteInt16LittleEndian(bmp.AsSpan(26), 1);
        BinaryPrimitives.WriteInt16LittleEndian(bmp.AsSpan(28), bits);
        BinaryPrimitives.WriteInt32LittleEndian(bmp.AsSpan(30), compression);
        return bmp;
    }

    /// <summary>A GIF of two colours, its frame of up to four pixels.</summary>
    private static byte[] Gif(ushort width, ushort height, ushort frameWidth, ushort frameHeight)
    {
        byte[] gif = [.. "GIF89a"u8, 0, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 255, 255, 255, 0x2C, .. new byte[9], 2, 3, 0x04, 0, 0x05, 0, 0x3B];
        BinaryPrimitives.WriteUInt16LittleEndian(gif.AsSpan(6), width);
        BinaryPrimitives.WriteUInt16LittleEndian(gif.AsSpan(8), height);
        BinaryPrimitives.WriteUInt16LittleEndian(gif.AsSpan(24), frameWidth);
        BinaryPrimitives.WriteUInt16LittleEndian(gif.AsSpan(26), frameHeight);
        return gif;
    }

    /// <summary>A stream that cannot seek and gives a few bytes at a time; without content, zeros without end.</summary>
    private sealed class Pipe(byte[]? content) : Stream
    {
        private int _at;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (content is null)
            {
                buffer.AsSpan(offset, count).Clear();
                return count;
            }
            int read = Math.Min(Math.Min(count, 100), content.Length - _at);
            content.AsSpan(_at, read).CopyTo(buffer.AsSpan(offset));
            _at += read;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
