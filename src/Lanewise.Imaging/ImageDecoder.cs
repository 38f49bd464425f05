namespace Lanewise.Imaging;

/// <summary>Decodes PNG, JPEG, BMP, WEBP, GIF, TIFF, PPM, PGM and PBM images from files, streams or bytes.</summary>
/// <remarks>
/// The EXIF orientation is applied, transparent pixels are composited on white, and of an animation the first frame is decoded, of a
/// TIFF the first page. A JPEG that is larger than needed is decoded at a reduced scale. The format is recognized by the content, not by
/// the file's name. What is to be said of an image that decodes is its <see cref="DecodedImage.Notice"/>.
/// Images from untrusted sources are safe to decode: at most 512 MB are read and 100 megapixels decoded, and an image whose header
/// promises more than its data can hold is refused before memory is allocated for it.
/// </remarks>
public static class ImageDecoder
{
    /// <summary>Decodes a file to an upright image.</summary>
    /// <param name="path">The image file.</param>
    /// <param name="options">The number of channels, and the size from which on it may be decoded at a smaller scale.</param>
    /// <exception cref="FileAccessException">The file cannot be read.</exception>
    /// <exception cref="ImageFormatException">The file is not an image, not a regular file, damaged or too large.</exception>
    public static DecodedImage Decode(string path, DecodeOptions options = default)
    {
        using var image = EncodedImage.Open(path);
        return Decode(image, options);
    }

    /// <summary>Decodes the rest of a stream to an upright image.</summary>
    /// <param name="stream">The bytes of an image file; the stream need not be seekable, and stays open.</param>
    /// <param name="name">The name of the image in messages.</param>
    /// <param name="options">The number of channels, and the size from which on it may be decoded at a smaller scale.</param>
    /// <exception cref="ImageFormatException">The stream is not an image, damaged or too large.</exception>
    public static DecodedImage Decode(Stream stream, string name = "the stream", DecodeOptions options = default)
    {
        using var image = EncodedImage.Read(stream, name);
        return Decode(image, options);
    }

    /// <summary>Decodes the bytes of an image file to an upright image.</summary>
    /// <param name="encoded">The bytes of an image file.</param>
    /// <param name="name">The name of the image in messages.</param>
    /// <param name="options">The number of channels, and the size from which on it may be decoded at a smaller scale.</param>
    /// <exception cref="ImageFormatException">The bytes are not an image, damaged or too large.</exception>
    public static DecodedImage Decode(ReadOnlySpan<byte> encoded, string name = "the image", DecodeOptions options = default)
    {
        using var image = EncodedImage.Copy(encoded, name);
        return Decode(image, options);
    }

    /// <summary>Decodes an encoded image to an upright one.</summary>
    internal static DecodedImage Decode(EncodedImage image, DecodeOptions options)
    {
        int channels = options.IsGrey ? 1 : 3;
        var kind = ImageHeader.KindOf(image.Bytes, image.Name);
        try
        {
            return kind switch
            {
                ImageKind.Tiff => TiffDecoder.Decode(image, channels),
                ImageKind.Pnm => PnmDecoder.Decode(image.Bytes, channels),
                _ => SkiaDecoder.Decode(image, kind, options),
            };
        }
        catch (InvalidDataException e)
        {
            throw new ImageFormatException($"{image.Name}{(e.Message[0] == ':' ? "" : " ")}{e.Message}", image.Name, e);
        }
    }
}
