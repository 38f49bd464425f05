namespace Lanewise.Graphs;

/// <summary>
/// The parameter-free shortcut of He et al. 2015, §3.3, option A, (C, H, W) → (OutChannels, ⌈H / Stride⌉, ⌈W / Stride⌉): every
/// Stride-th pixel, and zero channels before and behind, ⌊(OutChannels − C) / 2⌋ of them before.
/// </summary>
/// <param name="OutChannels">At least C.</param>
/// <param name="Stride">Step between the pixels that are kept.</param>
public sealed record IdentityShortcut(int OutChannels, int Stride) : Op
{
    internal override Shape InferShape(IReadOnlyList<Shape> inputs)
    {
        var x = inputs[0];
        return OutChannels >= x.Channels && Stride >= 1
            ? new(OutChannels, (x.Height - 1) / Stride + 1, (x.Width - 1) / Stride + 1)
            : throw new ShapeException($"{OutChannels} channels of {x.Channels}, stride {Stride}: there must be at least as many channels as come in, and the stride at least 1");
    }

    /// <summary>Zero channels before the input's.</summary>
    /// <param name="channels">C.</param>
    internal int Before(int channels) => (OutChannels - channels) / 2;
}
