using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Lanewise.Imaging;

/// <summary>What is kept of an image to find its copies.</summary>
/// <param name="Width">The width in pixels, upright.</param>
/// <param name="Height">The height in pixels, upright.</param>
/// <param name="Content">A hash of the bytes of the file; that of the pixels for an image that is no file.</param>
/// <param name="Pixels">A hash of the size and of the decoded pixels, for a large JPEG at a smaller scale.</param>
/// <param name="Perceptual">A hash that is alike for images that look alike.</param>
/// <param name="Cropped">The same of the image without a twentieth at each edge, which finds its crops.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ImageFingerprint(
    int Width, int Height, UInt128 Content, UInt128 Pixels, PerceptualHash Perceptual, PerceptualHash Cropped)
{
    /// <summary>How images are decoded for fingerprints and thumbnails of 32×32 pixels: a JPEG at the smallest scale with enough.</summary>
    public static readonly DecodeOptions Decoding = new(minSide: 64);

    private const int CropPart = 20;

    /// <summary>Reads an image file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="notice">What is to be said of the file although it decodes; else null.</param>
    /// <exception cref="LanewiseException">The file cannot be read or decoded.</exception>
    public static ImageFingerprint Of(string path, out string? notice)
    {
        using var file = EncodedImage.Open(path);
        var image = ImageDecoder.Decode(file, Decoding);
        notice = image.Notice;
        var (width, height) = (image.Width, image.Height);
        if (ImageHeader.KindOf(file.Bytes, path) == ImageKind.Jpeg)
        {
            var header = ImageHeader.Read(file.Bytes, ImageKind.Jpeg);
            bool isTurned = header.Width > header.Height != width > height && width != height;
            (width, height) = isTurned ? (header.Height, header.Width) : (header.Width, header.Height);
        }

        return Of(image, width, height) with { Content = Hash(file.Bytes) };
    }

    /// <summary>Takes the fingerprint of an image in memory.</summary>
    public static ImageFingerprint Of(DecodedImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Of(image, image.Width, image.Height);
    }

    private static ImageFingerprint Of(DecodedImage image, int width, int height)
    {
        var pixels = Hash(image.Pixels) ^ new UInt128((ulong)width << 32 | (uint)height, 0);
        var grey = image.ToGrey();
        int x = (int)Math.Round((double)image.Width / CropPart), y = (int)Math.Round((double)image.Height / CropPart);
        return new(
            width,
            height,
            pixels,
            pixels,
            PerceptualHash.Of(grey, new Box(0, 0, image.Width, image.Height)),
            PerceptualHash.Of(grey, new Box(x, y, image.Width - 2 * x, image.Height - 2 * y)));
    }

    private static UInt128 Hash(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }
}
