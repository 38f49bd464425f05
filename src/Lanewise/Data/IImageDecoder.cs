namespace Lanewise;

/// <summary>
/// Decodes image files. The core library supports no image format; <c>Lanewise.Imaging</c> provides a decoder. Implementations are
/// thread-safe.
/// </summary>
public interface IImageDecoder
{
    /// <summary>Decodes a file to an upright image of three channels (red, green, blue).</summary>
    /// <param name="path">The image file.</param>
    /// <param name="minSide">
    /// The decoder may downscale an image whose shorter side is longer than this, but not below it, in pixels.
    /// </param>
    /// <exception cref="FileAccessException">The file cannot be read.</exception>
    /// <exception cref="ImageFormatException">The file is not an image, damaged or too large.</exception>
    DecodedImage Decode(string path, int minSide);
}
