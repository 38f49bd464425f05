using Lanewise.Kernels;

namespace Lanewise;

/// <summary>
/// Shifts an image by up to <see cref="Padding"/> pixels in each direction, as a random crop of the image padded with black
/// (He et al. 2015, §4.2).
/// </summary>
public sealed record RandomCrop : RandomTransform
{
    /// <summary>The maximum of <see cref="Padding"/>, far beyond any image.</summary>
    internal const int MaxPadding = 65_536;

    /// <summary>Creates the transform.</summary>
    /// <param name="padding">The maximum shift, in pixels.</param>
    public RandomCrop(int padding = 4) => Padding = padding;

    /// <summary>The maximum shift, in pixels. Default: 4.</summary>
    public int Padding { get; init; }

    /// <inheritdoc/>
    internal override ulong Stream => 0;

    /// <inheritdoc/>
    internal override (string Name, string Value)[] Values => [("padding", AugmentationText.Of(Padding))];

    /// <inheritdoc/>
    internal override void Check() =>
        Require(Padding is >= 0 and <= MaxPadding, nameof(Padding), Padding, $"a whole number from 0 to {MaxPadding}");

    /// <inheritdoc/>
    internal override void Apply(in AugmentedImage image, ref SplitMix64 random)
    {
        int right = random.Below(2 * Padding + 1) - Padding;
        int down = random.Below(2 * Padding + 1) - Padding;
        Move(image, right, down);
    }

    /// <summary>Takes the part of an image that begins at a column and row; what lies outside the image is black.</summary>
    internal static void Move(in AugmentedImage image, int right, int down)
    {
        for (int c = 0; c < image.Channels; c++)
        {
            for (int i = 0; i < image.Height; i++)
            {
                // Rows are read before they are written: from the top where the source lies below, else from the bottom.
                int y = down >= 0 ? i : image.Height - 1 - i;
                var to = image.Row(c, y);
                if (y + down < 0 || y + down >= image.Height)
                {
                    to.Clear();
                }
                else
                {
                    Shift(image.Row(c, y + down), right, to);
                }
            }
        }
    }

    private static void Shift(ReadOnlySpan<byte> from, int right, Span<byte> to)
    {
        int shift = Math.Clamp(right, -to.Length, to.Length);
        if (shift >= 0)
        {
            from[shift..].CopyTo(to);
            to[(to.Length - shift)..].Clear();
        }
        else
        {
            from[..(from.Length + shift)].CopyTo(to[-shift..]);
            to[..-shift].Clear();
        }
    }
}
