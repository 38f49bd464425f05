namespace Lanewise.Onnx;

/// <summary>
/// The normalization of pixels that a written file begins with: scale · pixel + offset equals (pixel / 255 − mean) / std.
/// </summary>
internal static class PixelNormalization
{
    /// <summary>Returns the factor of each channel.</summary>
    public static float[] Scales(ImageTransform transform) => [.. transform.Std.Select(std => (float)(1 / (255.0 * std)))];

    /// <summary>Returns what is added to each channel.</summary>
    public static float[] Offsets(ImageTransform transform) => [.. transform.Mean.Zip(transform.Std, (mean, std) => -mean / std)];
}
