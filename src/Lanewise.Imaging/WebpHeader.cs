using System.Buffers.Binary;
using SkiaSharp;

namespace Lanewise.Imaging;

/// <summary>Reads the chunks of a WebP file (RFC 9649).</summary>
internal static class WebpHeader
{
    private const int RiffBytes = 12, ChunkBytes = 8, FrameBytes = 16;

    // A macroblock of 16×16 pixels takes three bits at least, for its kinds of prediction. A lossless image of one colour takes none.
    private const int MaxRatio = 16 * 16 * 8 / 3;

    /// <summary>Reads the sizes of canvas and first frame, and compares them with each other and with the frame's data.</summary>
    public static ImageHeader Read(ReadOnlySpan<byte> bytes)
    {
        (int Width, int Height)? canvas = null, frame = null;
        long data = 0;
        var rest = bytes[RiffBytes..];
        while (frame is null)
        {
            var content = rest[ChunkBytes..];
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]);
            switch (rest[..4])
            {
                case [(byte)'V', (byte)'P', (byte)'8', (byte)'X']:
                    canvas = (1 + UInt24(content[4..]), 1 + UInt24(content[7..]));
                    break;
                case [(byte)'A', (byte)'N', (byte)'M', (byte)'F']:
                    frame = (1 + UInt24(content[6..]), 1 + UInt24(content[9..]));
                    break;
                case [(byte)'V', (byte)'P', (byte)'8', (byte)' ']:
                    frame = (BinaryPrimitives.ReadUInt16LittleEndian(content[6..]) & 0x3FFF,
                        BinaryPrimitives.ReadUInt16LittleEndian(content[8..]) & 0x3FFF);
                    break;
                case [(byte)'V', (byte)'P', (byte)'8', (byte)'L']:
                    uint sides = BinaryPrimitives.ReadUInt32LittleEndian(content[1..]);
                    frame = (1 + (int)(sides & 0x3FFF), 1 + (int)((sides >> 14) & 0x3FFF));
                    break;
            }
            data = Math.Min(length, content.Length);
            // Chunks are padded to an even length.
            rest = content[(int)Math.Min(length + (length & 1L), content.Length)..];
        }

        var (frameWidth, frameHeight) = frame.Value;
        var (width, height) = canvas ?? frame.Value;
        ImageLimits.RequireSides(frameWidth, frameHeight);
        ImageLimits.RequireSize(width, height);
        ImageLimits.RequireCanvas(width, height, frameWidth, frameHeight);
        ImageLimits.RequireData((long)frameWidth * frameHeight - ImageLimits.FreePixels, data * MaxRatio, width, height);
        return new ImageHeader(SKEncodedImageFormat.Webp, width, height, bytes.Length);
    }

    private static int UInt24(ReadOnlySpan<byte> bytes) => bytes[0] | bytes[1] << 8 | bytes[2] << 16;
}
