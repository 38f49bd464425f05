namespace Lanewise.Engine;

/// <summary>Computes softmax over the channels c of each pixel, in plain loops.</summary>
internal sealed class SoftmaxReference : ImageReference<Softmax>
{
    protected override void Forward(Softmax op, ReferenceNode node, int image, Volume[] x, Volume y) => Forward(x[0], y);

    protected override void Backward(
        Softmax op, ReferenceNode node, int image, (Volume[] X, Volume Y) value, (Volume[] Dx, Volume Dy) gradient) =>
        Backward(value.Y, gradient.Dy, gradient.Dx[0]);

    /// <summary>Writes y[c] = exp(x[c]) / Σ exp(x[i]); the largest x is subtracted first to prevent overflow.</summary>
    public static void Forward(Volume x, Volume y) => ForEachPixel(x.Shape, (h, w) =>
    {
        double max = double.NegativeInfinity, sum = 0;
        for (int c = 0; c < x.Shape.Channels; c++)
        {
            max = Math.Max(max, x[c, h, w]);
        }

        for (int c = 0; c < x.Shape.Channels; c++)
        {
            y[c, h, w] = Math.Exp(x[c, h, w] - max);
            sum += y[c, h, w];
        }

        for (int c = 0; c < x.Shape.Channels; c++)
        {
            y[c, h, w] /= sum;
        }
    });

    /// <summary>Adds y[c] · (dy[c] − Σ y[i] · dy[i]) to dx[c].</summary>
    private static void Backward(Volume y, Volume dy, Volume dx) => ForEachPixel(y.Shape, (h, w) =>
    {
        double sum = 0;
        for (int c = 0; c < y.Shape.Channels; c++)
        {
            sum += y[c, h, w] * dy[c, h, w];
        }

        for (int c = 0; c < y.Shape.Channels; c++)
        {
            dx[c, h, w] += y[c, h, w] * (dy[c, h, w] - sum);
        }
    });

    private static void ForEachPixel(Shape shape, Action<int, int> visit)
    {
        for (int h = 0; h < shape.Height; h++)
        {
            for (int w = 0; w < shape.Width; w++)
            {
                visit(h, w);
            }
        }
    }
}
