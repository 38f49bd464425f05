using Lanewise.Graphs;

namespace Lanewise.Engine;

/// <summary>
/// Batch normalisation in plain loops, one channel c at a time over all images at once: in training the mean and variance are the
/// batch's, which couples its images.
/// </summary>
internal static class BatchNorm2dReference
{
    /// <summary>Writes y = (x − mean) / √(variance + eps) · weight + bias.</summary>
    public static void Forward(BatchNorm2d op, Volume[] x, double[] weight, double[] bias, Moments[] moments, Volume[] y) =>
        ForEachValue(x, (n, c, h, w) => y[n][c, h, w] = Normalized(op, x[n][c, h, w], moments[c]) * weight[c] + bias[c]);

    /// <summary>Each channel's mean and (biased) variance over all images and pixels.</summary>
    public static Moments[] OfBatch(Volume[] x)
    {
        var moments = new Moments[x[0].Shape.Channels];
        double count = Count(x);
        ForEachValue(x, (n, c, h, w) => moments[c].Mean += x[n][c, h, w] / count);
        ForEachValue(x, (n, c, h, w) => moments[c].Variance += Math.Pow(x[n][c, h, w] - moments[c].Mean, 2) / count);
        return moments;
    }

    /// <summary>The running mean and variance.</summary>
    public static Moments[] OfRunning(double[] mean, double[] variance) =>
        [.. mean.Zip(variance, (m, v) => new Moments { Mean = m, Variance = v })];

    /// <summary>Moves the running statistics towards the batch's; the variance is the unbiased one. A single value has none, and moves nothing.</summary>
    public static void UpdateRunning(BatchNorm2d op, Volume[] x, Moments[] moments, double[] mean, double[] variance)
    {
        double count = Count(x), unbiased = count / (count - 1);
        for (int c = 0; c < moments.Length && count > 1; c++)
        {
            mean[c] += op.Momentum * (moments[c].Mean - mean[c]);
            variance[c] += op.Momentum * (moments[c].Variance * unbiased - variance[c]);
        }
    }

    /// <summary>Adds to dw[c]: Σ dy · x̂; and to db[c]: Σ dy; x̂ is the normalised input.</summary>
    public static void BackwardWeights(BatchNorm2d op, Volume[] x, Volume[] dy, Moments[] moments, double[] weightGradient, double[] biasGradient) =>
        ForEachValue(x, (n, c, h, w) =>
        {
            weightGradient[c] += dy[n][c, h, w] * Normalized(op, x[n][c, h, w], moments[c]);
            biasGradient[c] += dy[n][c, h, w];
        });

    /// <summary>Adds to dx: weight / √(variance + eps) · dy, where mean and variance do not depend on x.</summary>
    public static void BackwardInput(BatchNorm2d op, Volume[] dy, double[] weight, Moments[] moments, Volume[] dx) =>
        ForEachValue(dx, (n, c, h, w) => dx[n][c, h, w] += weight[c] / Deviation(op, moments[c]) * dy[n][c, h, w]);

    /// <summary>Adds to dx: weight / √(variance + eps) · (dy − mean of dy − x̂ · mean of (dy · x̂)), where they are the batch's own.</summary>
    public static void BackwardInputOfBatch(BatchNorm2d op, Volume[] x, Volume[] dy, double[] weight, Moments[] moments, Volume[] dx)
    {
        double[] sumWithInput = new double[moments.Length], sum = new double[moments.Length];
        BackwardWeights(op, x, dy, moments, sumWithInput, sum);
        double count = Count(x);
        ForEachValue(dx, (n, c, h, w) =>
        {
            double centred = dy[n][c, h, w] - sum[c] / count - Normalized(op, x[n][c, h, w], moments[c]) * sumWithInput[c] / count;
            dx[n][c, h, w] += weight[c] / Deviation(op, moments[c]) * centred;
        });
    }

    private static double Normalized(BatchNorm2d op, double x, Moments moments) => (x - moments.Mean) / Deviation(op, moments);

    private static double Deviation(BatchNorm2d op, Moments moments) => Math.Sqrt(moments.Variance + op.Eps);

    private static double Count(Volume[] x) => (double)x.Length * x[0].Shape.Pixels;

    private static void ForEachValue(Volume[] x, Action<int, int, int, int> visit)
    {
        for (int n = 0; n < x.Length; n++)
        {
            x[n].ForEach((c, h, w) => visit(n, c, h, w));
        }
    }

    /// <summary>What one channel is normalised by.</summary>
    internal struct Moments
    {
        public double Mean;
        public double Variance;
    }
}
