namespace Lanewise.Engine;

/// <summary>A source of images and labels for a <see cref="Plan"/>, which calls it from several threads at once.</summary>
/// <remarks>Implementations must be thread-safe and must not run a plan themselves.</remarks>
public interface ITensorSource
{
    /// <summary>Writes the preprocessed image at <paramref name="index"/>, (C, H, W) in row-major order.</summary>
    /// <param name="index">The index of the image.</param>
    /// <param name="image">The destination, C·H·W floats.</param>
    void Read(int index, Span<float> image);

    /// <summary>Returns the class of the image at <paramref name="index"/>.</summary>
    /// <param name="index">The index of the image.</param>
    /// <returns>The class, from 0 to the number of classes − 1.</returns>
    int Label(int index);
}
