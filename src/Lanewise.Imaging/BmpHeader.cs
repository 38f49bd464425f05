using System.Buffers.Binary;
using SkiaSharp;

namespace Lanewise.Imaging;

/// <summary>Reads the headers of a BMP file (BITMAPFILEHEADER and BITMAPCOREHEADER or BITMAPINFOHEADER).</summary>
internal static class BmpHeader
{
    private const int FileBytes = 14, CoreBytes = 12, ShortBytes = 16;
    private const uint Rle8 = 1, Rle4 = 2;

    // A pair of bytes is a run of 255 pixels at most.
    private const int MaxRatio = 128;

    /// <summary>Reads the size, and compares it with the length of the data.</summary>
    public static ImageHeader Read(ReadOnlySpan<byte> bytes)
    {
        uint offset = BinaryPrimitives.ReadUInt32LittleEndian(bytes[10..]);
        var info = bytes[FileBytes..];
        uint size = BinaryPrimitives.ReadUInt32LittleEndian(info);
        int width, height, bits;
        if (size == CoreBytes)
        {
            (width, height) = (BinaryPrimitives.ReadUInt16LittleEndian(info[4..]), BinaryPrimitives.ReadUInt16LittleEndian(info[6..]));
            bits = BinaryPrimitives.ReadUInt16LittleEndian(info[10..]);
        }
        else
        {
            (width, height) = (BinaryPrimitives.ReadInt32LittleEndian(info[4..]), BinaryPrimitives.ReadInt32LittleEndian(info[8..]));
            bits = BinaryPrimitives.ReadUInt16LittleEndian(info[14..]);
        }
        // Rows from top to bottom have a negative height.
        height = height == int.MinValue ? 0 : Math.Abs(height);
        uint compression = size > ShortBytes ? BinaryPrimitives.ReadUInt32LittleEndian(info[16..]) : 0;
        ImageLimits.RequireSize(width, height);
        long data = Math.Max(0, bytes.Length - (long)offset);
        if (compression is Rle8 or Rle4)
        {
            ImageLimits.RequireData((long)width * height - ImageLimits.FreePixels, data * MaxRatio, width, height);
        }
        else
        {
            // Rows are padded to a multiple of four bytes.
            ImageLimits.RequireData(((long)width * bits + 31) / 32 * 4 * (height - 1L) + ((long)width * bits + 7) / 8, data, width, height);
        }
        return new ImageHeader(SKEncodedImageFormat.Bmp, width, height, bytes.Length);
    }
}
