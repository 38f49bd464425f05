using Lanewise.Imaging;

namespace Lanewise;

/// <summary>Applies transforms to image files: PNG, JPEG, BMP, WEBP, GIF, TIFF, PPM, PGM and PBM.</summary>
public static class ImageTransformFiles
{
    /// <summary>Decodes and transforms an image file.</summary>
    /// <param name="transform">The model's transform.</param>
    /// <param name="path">The image file.</param>
    /// <exception cref="FileAccessException">The file cannot be read.</exception>
    /// <exception cref="ImageFormatException">The file is not an image, damaged or too large.</exception>
    public static PreparedImage Apply(this ImageTransform transform, string path)
    {
        ArgumentNullException.ThrowIfNull(transform);
        return transform.Apply(ImageDecoder.Decode(path, transform.Decoding));
    }

    /// <summary>Decodes and transforms the rest of a stream.</summary>
    /// <param name="transform">The model's transform.</param>
    /// <param name="stream">The bytes of an image file; the stream need not be seekable, and stays open.</param>
    /// <param name="name">The name of the image in messages.</param>
    /// <exception cref="ImageFormatException">The stream is not an image, damaged or too large.</exception>
    public static PreparedImage Apply(this ImageTransform transform, Stream stream, string name = "the stream")
    {
        ArgumentNullException.ThrowIfNull(transform);
        return transform.Apply(ImageDecoder.Decode(stream, name, transform.Decoding));
    }

    /// <summary>Decodes and transforms the bytes of an image file.</summary>
    /// <param name="transform">The model's transform.</param>
    /// <param name="encoded">The bytes of an image file.</param>
    /// <param name="name">The name of the image in messages.</param>
    /// <exception cref="ImageFormatException">The bytes are not an image, damaged or too large.</exception>
    public static PreparedImage Apply(this ImageTransform transform, ReadOnlySpan<byte> encoded, string name = "the image")
    {
        ArgumentNullException.ThrowIfNull(transform);
        return transform.Apply(ImageDecoder.Decode(encoded, name, transform.Decoding));
    }
}
