using SkiaSharp;

namespace Lanewise.Imaging;

/// <summary>What an image's header promises, compared with what its bytes can hold before anything is allocated.</summary>
/// <param name="Format">The format, by the first bytes.</param>
/// <param name="Width">The width in pixels.</param>
/// <param name="Height">The height in pixels.</param>
/// <param name="Length">The number of bytes to decode: all, or up to the end of the first frame.</param>
/// <param name="NeedsAllPixels">Whether the decoder keeps the whole image, whatever the scale: a JPEG of several scans.</param>
internal sealed record ImageHeader(SKEncodedImageFormat Format, int Width, int Height, int Length, bool NeedsAllPixels = false)
{
    /// <summary>Reads the header of an image.</summary>
    /// <exception cref="ImageFormatException">The bytes are not an image, or cannot hold what the header promises.</exception>
    public static ImageHeader Read(ReadOnlySpan<byte> bytes, string name)
    {
        var format = FormatOf(bytes, name);
        try
        {
            return format switch
            {
                SKEncodedImageFormat.Png => PngHeader.Read(bytes),
                SKEncodedImageFormat.Jpeg => JpegHeader.Read(bytes),
                SKEncodedImageFormat.Gif => GifHeader.Read(bytes),
                SKEncodedImageFormat.Webp => WebpHeader.Read(bytes),
                _ => BmpHeader.Read(bytes),
            };
        }
        catch (InvalidDataException e)
        {
            throw new ImageFormatException($"{name} {e.Message}", name, e);
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or IndexOutOfRangeException)
        {
            throw new ImageFormatException($"{name} is truncated: its header is incomplete. Copy or save it again.", name, e);
        }
    }

    /// <summary>Gets the format by the first bytes.</summary>
    /// <exception cref="ImageFormatException">The bytes are not an image of a supported format.</exception>
    public static SKEncodedImageFormat FormatOf(ReadOnlySpan<byte> bytes, string name) => bytes switch
    {
        [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => SKEncodedImageFormat.Png,
        [0xFF, 0xD8, 0xFF, ..] => SKEncodedImageFormat.Jpeg,
        [(byte)'G', (byte)'I', (byte)'F', (byte)'8', (byte)'7' or (byte)'9', (byte)'a', ..] => SKEncodedImageFormat.Gif,
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] =>
            SKEncodedImageFormat.Webp,
        [(byte)'B', (byte)'M', ..] => SKEncodedImageFormat.Bmp,
        [] => throw new ImageFormatException($"{name} is not an image of a supported format: it is empty.", name),
        _ => throw new ImageFormatException($"{name} is not an image of a supported format (PNG, JPEG, BMP, WEBP, GIF).", name),
    };
}
