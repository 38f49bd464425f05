namespace Lanewise;

/// <summary>
/// The parameter-free shortcut of He et al. 2015, §3.3, option A, (N, C, H, W) → (N, OutChannels, ⌈H / stride⌉, ⌈W / stride⌉):
/// the image subsampled by the stride, its channels zero-padded on both sides, ⌊(OutChannels − C) / 2⌋ of them before.
/// </summary>
/// <param name="OutChannels">Output channels, at least C.</param>
/// <param name="Stride">Step between the pixels that are kept.</param>
public sealed record IdentityShortcut(int OutChannels, Size2d Stride) : Op
{
    /// <inheritdoc/>
    internal override bool MapsZerosToZeros => true;

    internal override Shape InferShape(IReadOnlyList<Shape> inputs)
    {
        var x = inputs[0];
        return OutChannels >= x.Channels && Math.Min(Stride.Height, Stride.Width) >= 1
            ? new(OutChannels, (x.Height - 1) / Stride.Height + 1, (x.Width - 1) / Stride.Width + 1)
            : throw new ShapeException(
                $"{OutChannels} channels from {x.Channels}, stride {Stride}: "
                + "output channels must be at least the input's, and the stride at least 1");
    }

    internal static IdentityShortcut Read(AttributeReader from) => new(from.Int("out_channels"), from.Size("stride"));

    internal override void Write(AttributeWriter to)
    {
        to.Write("out_channels", OutChannels);
        to.Write("stride", Stride);
    }

    /// <summary>The number of zero channels before the input's C.</summary>
    internal int ChannelsBefore(int channels) => (OutChannels - channels) / 2;
}
