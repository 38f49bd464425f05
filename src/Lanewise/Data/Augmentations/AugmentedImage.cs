namespace Lanewise;

/// <summary>An image that is being augmented: the bytes of the network's input before normalization.</summary>
/// <param name="pixels">C×H×W bytes; colours are red, green, blue.</param>
/// <param name="transform">The transform, for its shape, means and standard deviations.</param>
internal readonly ref struct AugmentedImage(Span<byte> pixels, ImageTransform transform)
{
    // A model whose input is levels of 0 to 255 has a deviation of 1/255, which says nothing of images.
    private const float MinDeviation = 0.05f, UsualDeviation = 0.226f;

    /// <summary>C×H×W bytes.</summary>
    public Span<byte> Pixels { get; } = pixels;

    public int Channels => transform.Input.Channels;

    public int Height => transform.Input.Height;

    public int Width => transform.Input.Width;

    public Interpolation Interpolation => transform.Interpolation;

    /// <summary>Returns the rows of a channel.</summary>
    public Span<byte> Plane(int channel) => Pixels.Slice(channel * Height * Width, Height * Width);

    /// <summary>Returns a row of a channel.</summary>
    public Span<byte> Row(int channel, int y) => Pixels.Slice((channel * Height + y) * Width, Width);

    /// <summary>
    /// Returns the level that is <paramref name="deviations"/> standard deviations above the mean of a channel. A deviation below 0.05 is
    /// that of a scale, not of images; it is then 0.226, the mean of ImageNet's.
    /// </summary>
    public byte Level(int channel, float deviations = 0)
    {
        int source = transform.SourceChannel(channel);
        float deviation = transform.Std[source] < MinDeviation ? UsualDeviation : transform.Std[source];
        return (byte)Math.Clamp(MathF.Round(255 * (transform.Mean[source] + deviations * deviation)), 0, 255);
    }
}
