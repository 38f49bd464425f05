using System.Buffers.Binary;
using SkiaSharp;

namespace Lanewise.Imaging;

/// <summary>Reads a GIF file up to the end of its first frame (GIF89a specification).</summary>
internal static class GifHeader
{
    private const byte Extension = 0x21, Image = 0x2C;
    private const int ScreenBytes = 13, FrameBytes = 9;

    // A code of LZW has twelve bits at most, so that the table has 4096 entries.
    private const int MaxEntries = 4096;

    /// <summary>Reads the sizes of canvas and first frame, and compares them with each other and with the frame's data.</summary>
    public static ImageHeader Read(ReadOnlySpan<byte> bytes)
    {
        int at = ScreenBytes + ColourTableBytes(bytes[10]);
        while (bytes.Slice(at, 1)[0] == Extension)
        {
            at += 2;
            SkipBlocks(bytes, ref at);
        }
        if (bytes[at] != Image)
        {
            throw ImageLimits.Damaged("it has no frame");
        }
        var frame = bytes.Slice(at + 1, FrameBytes);
        int left = BinaryPrimitives.ReadUInt16LittleEndian(frame), top = BinaryPrimitives.ReadUInt16LittleEndian(frame[2..]);
        int frameWidth = BinaryPrimitives.ReadUInt16LittleEndian(frame[4..]);
        int frameHeight = BinaryPrimitives.ReadUInt16LittleEndian(frame[6..]);
        // The decoder, like browsers, enlarges a canvas that does not hold its first frame.
        int width = Math.Max(BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]), left + frameWidth);
        int height = Math.Max(BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]), top + frameHeight);
        ImageLimits.RequireSides(frameWidth, frameHeight);
        ImageLimits.RequireSize(width, height);
        ImageLimits.RequireCanvas(width, height, frameWidth, frameHeight);

        at += 1 + FrameBytes + ColourTableBytes(frame[8]);
        int minBits = bytes.Slice(at++, 1)[0] + 1;
        long data = SkipBlocks(bytes, ref at);
        ImageLimits.RequireData((long)frameWidth * frameHeight, MaxPixels(data * 8 / minBits), width, height);
        return new ImageHeader(SKEncodedImageFormat.Gif, width, height, Math.Min(at, bytes.Length));
    }

    private static int ColourTableBytes(byte flags) => (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);

    /// <summary>Counts the most pixels that LZW codes can describe: each code one pixel more than the one before it.</summary>
    private static long MaxPixels(long codes) => codes < MaxEntries ? codes * (codes + 1) / 2 : codes * MaxEntries;

    /// <summary>Skips blocks up to the empty one that ends them, or to the end of the file; returns the bytes in them.</summary>
    private static long SkipBlocks(ReadOnlySpan<byte> bytes, ref int at)
    {
        long total = 0;
        while (at < bytes.Length && bytes[at] != 0)
        {
            total += bytes[at];
            at += 1 + bytes[at];
        }
        at++;
        return total;
    }
}
