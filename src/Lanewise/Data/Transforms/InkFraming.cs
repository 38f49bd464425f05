namespace Lanewise;

/// <summary>
/// How drawings, such as scanned digits, are brought into the form of the training data: grey, light ink on a dark background, in the
/// size of the training data. An image of that size and light on dark is left unchanged, if it is framed as MNIST's digits are.
/// </summary>
public sealed record InkFraming
{
    /// <summary>Creates a framing.</summary>
    /// <param name="height">The height of the training data, in pixels.</param>
    /// <param name="width">The width of the training data, in pixels.</param>
    /// <exception cref="InvalidOptionException">A size is below 1.</exception>
    public InkFraming(int height, int width)
    {
        if (Math.Min(height, width) < 1)
        {
            throw new InvalidOptionException($"ink framing {height}×{width}: both must be at least 1.", nameof(Height), height);
        }

        (Height, Width) = (height, width);
    }

    /// <summary>The height of the training data, in pixels.</summary>
    public int Height { get; }

    /// <summary>The width of the training data, in pixels.</summary>
    public int Width { get; }

    /// <summary>
    /// Whether an image is cropped to its ink, the longer side scaled to 20 of 28 pixels and the ink's center of mass moved to the middle,
    /// as MNIST's digits were; shadows, specks, frames and ruled lines are no ink. False: the largest central part with the aspect ratio of
    /// the training data is resized. Default: true.
    /// </summary>
    public bool CropsToInk { get; init; } = true;
}
