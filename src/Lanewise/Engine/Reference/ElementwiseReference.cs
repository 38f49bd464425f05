namespace Lanewise.Engine;

/// <summary>Computes an elementwise function, y = f(x) and dx = f′(x) · dy.</summary>
internal sealed class ElementwiseReference : ImageReference<ElementwiseOp>
{
    /// <summary>Writes f(x) to y.</summary>
    protected override void Forward(ElementwiseOp op, ReferenceNode node, int image, Volume[] x, Volume y)
    {
        for (int i = 0; i < y.Values.Length; i++)
        {
            y.Values[i] = op.Value(x[0].Values[i]);
        }
    }

    /// <summary>Adds f′(x) · dy to dx.</summary>
    protected override void Backward(
        ElementwiseOp op, ReferenceNode node, int image, (Volume[] X, Volume Y) value, (Volume[] Dx, Volume Dy) gradient)
    {
        double[] x = value.X[0].Values, dx = gradient.Dx[0].Values, dy = gradient.Dy.Values;
        for (int i = 0; i < x.Length; i++)
        {
            dx[i] += op.Slope(x[i]) * dy[i];
        }
    }
}
