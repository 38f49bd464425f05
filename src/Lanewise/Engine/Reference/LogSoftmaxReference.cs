namespace Lanewise.Engine;

/// <summary>Computes the logarithm of softmax over the channels c of each pixel, in plain loops.</summary>
internal sealed class LogSoftmaxReference : ImageReference<LogSoftmax>
{
    /// <summary>Writes y[c] = x[c] − max − log Σ exp(x[i] − max).</summary>
    protected override void Forward(LogSoftmax op, ReferenceNode node, int image, Volume[] x, Volume y)
    {
        var input = x[0];
        y.ForEach((c, h, w) =>
        {
            double max = Channels(input).Max(i => input[i, h, w]);
            y[c, h, w] = input[c, h, w] - max - Math.Log(Channels(input).Sum(i => Math.Exp(input[i, h, w] - max)));
        });
    }

    /// <summary>Adds dy[c] − exp(y[c]) · Σ dy[i] to dx[c].</summary>
    protected override void Backward(
        LogSoftmax op, ReferenceNode node, int image, (Volume[] X, Volume Y) value, (Volume[] Dx, Volume Dy) gradient)
    {
        var (y, dx, dy) = (value.Y, gradient.Dx[0], gradient.Dy);
        dy.ForEach((c, h, w) => dx[c, h, w] += dy[c, h, w] - Math.Exp(y[c, h, w]) * Channels(dy).Sum(i => dy[i, h, w]));
    }

    private static IEnumerable<int> Channels(Volume volume) => Enumerable.Range(0, volume.Shape.Channels);
}
