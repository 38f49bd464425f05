using SkiaSharp;

namespace Lanewise.Imaging;

/// <summary>What an image's header promises, compared with what its bytes can hold before anything is allocated.</summary>
/// <param name="Format">The format, by the first bytes.</param>
/// <param name="Width">The width in pixels.</param>
/// <param name="Height">The height in pixels.</param>
/// <param name="Length">The number of bytes to decode: all, or up to the end of the image or of its first frame.</param>
internal sealed record ImageHeader(SKEncodedImageFormat Format, int Width, int Height, int Length)
{
    /// <summary>Whether the decoder keeps the whole image, whatever the scale: a JPEG of several scans.</summary>
    public bool NeedsAllPixels { get; init; }

    /// <summary>Whether a JPEG ends without its end marker; all its scans have begun.</summary>
    public bool LacksEnd { get; init; }

    /// <summary>The EXIF orientation, 1 to 8, where the decoder does not read it; else null.</summary>
    public int? Orientation { get; init; }

    /// <summary>What is to be said of an image although it decodes; else null.</summary>
    public string? Notice { get; init; }

    /// <summary>Reads the header of an image of a kind that SkiaSharp decodes.</summary>
    /// <exception cref="InvalidDataException">The bytes cannot hold what the header promises; the message continues a name.</exception>
    public static ImageHeader Read(ReadOnlySpan<byte> bytes, ImageKind kind)
    {
        try
        {
            return kind switch
            {
                ImageKind.Png => PngHeader.Read(bytes),
                ImageKind.Jpeg => JpegHeader.Read(bytes),
                ImageKind.Gif => GifHeader.Read(bytes),
                ImageKind.Webp => WebpHeader.Read(bytes),
                _ => BmpHeader.Read(bytes),
            };
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or IndexOutOfRangeException)
        {
            throw new InvalidDataException("is truncated: its header is incomplete. Copy or save it again.", e);
        }
    }

    /// <summary>Gets the kind of an image by its first bytes.</summary>
    /// <exception cref="ImageFormatException">The bytes are not an image of a supported kind.</exception>
    public static ImageKind KindOf(ReadOnlySpan<byte> bytes, string name) => bytes switch
    {
        [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => ImageKind.Png,
        [0xFF, 0xD8, 0xFF, ..] => ImageKind.Jpeg,
        [(byte)'G', (byte)'I', (byte)'F', (byte)'8', (byte)'7' or (byte)'9', (byte)'a', ..] => ImageKind.Gif,
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => ImageKind.Webp,
        [(byte)'B', (byte)'M', ..] => ImageKind.Bmp,
        [(byte)'I', (byte)'I', 42 or 43, 0, ..] or [(byte)'M', (byte)'M', 0, 42 or 43, ..] => ImageKind.Tiff,
        [(byte)'P', >= (byte)'1' and <= (byte)'6', (byte)'#' or (byte)' ' or (>= 9 and <= 13), ..] => ImageKind.Pnm,
        _ when ForeignFile.Describe(bytes) is { } known => throw new ImageFormatException($"{name} {known}", name),
        _ => throw new ImageFormatException($"{name} is not an image of a supported format ({ImageFileKinds.Decoded}).", name),
    };
}
