using Lanewise.Data.Transforms;

namespace Lanewise.Data;

/// <summary>
/// Reads picture files. The library itself knows no picture format; <c>Lanewise.Imaging</c> has a decoder. Implementations
/// are safe to use from several threads at once.
/// </summary>
public interface IPictureDecoder
{
    /// <summary>Decodes a file to three channels (red, green, blue), upright.</summary>
    /// <param name="path">The picture file.</param>
    /// <param name="leastSide">A picture whose shorter side has more pixels may come smaller, down to so many.</param>
    /// <exception cref="LanewiseException">It cannot be read, is no picture, damaged or too large; the message names it.</exception>
    Raster Decode(string path, int leastSide);
}
