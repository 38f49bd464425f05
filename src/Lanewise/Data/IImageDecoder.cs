using Lanewise.Data.Transforms;

namespace Lanewise.Data;

/// <summary>
/// Reads image files. The library itself knows no image format; <c>Lanewise.Imaging</c> has a decoder. Implementations
/// are safe to use from several threads at once.
/// </summary>
public interface IImageDecoder
{
    /// <summary>Decodes a file to three channels (red, green, blue), upright.</summary>
    /// <param name="path">The image file.</param>
    /// <param name="minSide">An image whose shorter side has more pixels may come smaller, down to so many.</param>
    /// <exception cref="LanewiseException">It cannot be read, is no image, damaged or too large; the message names it.</exception>
    DecodedImage Decode(string path, int minSide);
}
