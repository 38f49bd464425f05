namespace Lanewise.Engine;

/// <summary>Surrounds the image with rows and columns of one value.</summary>
internal sealed class ConstantPad2dReference : ImageReference<ConstantPad2d>
{
    protected override void Forward(ConstantPad2d op, ReferenceNode node, int image, Volume[] x, Volume y) => y.ForEach((c, p, q) =>
    {
        int h = p - op.Padding.Top, w = q - op.Padding.Left;
        y[c, p, q] = x[0].Contains(h, w) ? x[0][c, h, w] : op.Value;
    });

    /// <summary>Adds the gradients of the image's pixels to dx.</summary>
    protected override void Backward(
        ConstantPad2d op, ReferenceNode node, int image, (Volume[] X, Volume Y) value, (Volume[] Dx, Volume Dy) gradient) =>
        gradient.Dx[0].ForEach((c, h, w) => gradient.Dx[0][c, h, w] += gradient.Dy[c, h + op.Padding.Top, w + op.Padding.Left]);
}
