namespace Lanewise.Engine;

/// <summary>
/// Computes the shortcut without parameters: output pixel (p, q) is input pixel (p·stride, q·stride); channels are zero-padded.
/// </summary>
internal sealed class IdentityShortcutReference : ImageReference<IdentityShortcut>
{
    /// <summary>Writes the kept pixels of x to y.</summary>
    protected override void Forward(IdentityShortcut op, ReferenceNode node, int image, Volume[] x, Volume y) =>
        ForEachKept(op, x[0], y, (kept, of) => y.Values[of] += x[0].Values[kept]);

    /// <summary>Adds the gradients of the kept pixels to dx.</summary>
    protected override void Backward(
        IdentityShortcut op, ReferenceNode node, int image, (Volume[] X, Volume Y) value, (Volume[] Dx, Volume Dy) gradient) =>
        ForEachKept(op, gradient.Dx[0], gradient.Dy, (kept, of) => gradient.Dx[0].Values[kept] += gradient.Dy.Values[of]);

    private static void ForEachKept(IdentityShortcut op, Volume x, Volume y, Action<int, int> visit) => x.ForEach((c, h, w) =>
    {
        if (h % op.Stride.Height == 0 && w % op.Stride.Width == 0)
        {
            visit(x.At(c, h, w), y.At(c + op.ChannelsBefore(x.Shape.Channels), h / op.Stride.Height, w / op.Stride.Width));
        }
    });
}
