namespace Lanewise;

/// <summary>
/// A labelled dataset of images of any size. Implementations are thread-safe for reading.
/// </summary>
public interface IImageDataset : IDataset
{
    /// <summary>The transform that suits the images, which a training uses by default; null if it is not known.</summary>
    ImageTransform? Transform => null;

    /// <summary>Returns image <paramref name="index"/> with one channel (grey) or three (red, green, blue).</summary>
    /// <param name="index">The index of the image.</param>
    /// <param name="options">How a file is decoded; images in memory need not follow it.</param>
    /// <exception cref="LanewiseException">The image cannot be read or decoded.</exception>
    DecodedImage Read(int index, DecodeOptions options = default);
}
