namespace Lanewise.Engine;

/// <summary>
/// Computes batch normalization in plain loops over all images at once, because in training mean and variance are those of the batch.
/// Indices: n image, c channel, h w pixel.
/// </summary>
internal sealed class BatchNorm2dReference : Reference
{
    /// <summary>Writes y = (x − mean) / √(variance + eps) · weight + bias; in training, also updates the running statistics.</summary>
    public override void Forward(ReferenceNode node, Volume[][] x, Volume[] y)
    {
        var op = (BatchNorm2d)node.Node.Op;
        double[] weight = node.Value(0), bias = node.Value(1);
        var moments = MomentsOf(node, x[0]);
        if (node.Training is not null && x[0].Length > 0)
        {
            UpdateRunning(op, x[0], moments, node.Value(2), node.Value(3));
            node.Value(4)[0]++;
        }

        ForEachValue(x[0], (n, c, h, w) => y[n][c, h, w] = Normalized(op, x[0][n][c, h, w], moments[c]) * weight[c] + bias[c]);
    }

    /// <summary>Adds Σ dy · x̂ to dw[c], with x̂ the normalized input, Σ dy to db[c], and the input gradient to dx.</summary>
    public override void Backward(ReferenceNode node, Volume[][] x, Volume[] y, Volume[] dy, Volume[][] dx)
    {
        var op = (BatchNorm2d)node.Node.Op;
        double[] weight = node.Value(0);
        var moments = MomentsOf(node, x[0]);
        BackwardWeights(op, x[0], dy, moments, node.Gradient(0)!, node.Gradient(1)!);
        if (node.Training is null)
        {
            BackwardInput(op, dy, weight, moments, dx[0]);
        }
        else
        {
            BackwardInputOfBatch(op, x[0], dy, weight, moments, dx[0]);
        }
    }

    /// <summary>Returns mean and variance: of the batch in training, the running statistics in evaluation.</summary>
    private static Moments[] MomentsOf(ReferenceNode node, Volume[] x) =>
        node.Training is null || x.Length == 0 ? OfRunning(node.Value(2), node.Value(3)) : OfBatch(x);

    /// <summary>Computes the mean and biased variance of each channel over all images and pixels.</summary>
    private static Moments[] OfBatch(Volume[] x)
    {
        var moments = new Moments[x[0].Shape.Channels];
        double count = Count(x);
        ForEachValue(x, (n, c, h, w) => moments[c].Mean += x[n][c, h, w] / count);
        ForEachValue(x, (n, c, h, w) => moments[c].Variance += Math.Pow(x[n][c, h, w] - moments[c].Mean, 2) / count);
        return moments;
    }

    private static Moments[] OfRunning(double[] mean, double[] variance) =>
        [.. mean.Zip(variance, (m, v) => new Moments { Mean = m, Variance = v })];

    /// <summary>Updates the running statistics with the unbiased variance, which needs at least two values.</summary>
    private static void UpdateRunning(BatchNorm2d op, Volume[] x, Moments[] moments, double[] mean, double[] variance)
    {
        double count = Count(x), unbiased = count / (count - 1);
        for (int c = 0; c < moments.Length && count > 1; c++)
        {
            mean[c] += op.Momentum * (moments[c].Mean - mean[c]);
            variance[c] += op.Momentum * (moments[c].Variance * unbiased - variance[c]);
        }
    }

    private static void BackwardWeights(
        BatchNorm2d op, Volume[] x, Volume[] dy, Moments[] moments, double[] weightGradient, double[] biasGradient) =>
        ForEachValue(x, (n, c, h, w) =>
        {
            weightGradient[c] += dy[n][c, h, w] * Normalized(op, x[n][c, h, w], moments[c]);
            biasGradient[c] += dy[n][c, h, w];
        });

    /// <summary>Adds weight / √(variance + eps) · dy to dx, where mean and variance do not depend on x.</summary>
    private static void BackwardInput(BatchNorm2d op, Volume[] dy, double[] weight, Moments[] moments, Volume[] dx) =>
        ForEachValue(dx, (n, c, h, w) => dx[n][c, h, w] += weight[c] / Deviation(op, moments[c]) * dy[n][c, h, w]);

    /// <summary>Adds weight / √(variance + eps) · (dy − mean(dy) − x̂ · mean(dy · x̂)) to dx, where they are those of the batch.</summary>
    private static void BackwardInputOfBatch(BatchNorm2d op, Volume[] x, Volume[] dy, double[] weight, Moments[] moments, Volume[] dx)
    {
        double[] sumWithInput = new double[moments.Length], sum = new double[moments.Length];
        BackwardWeights(op, x, dy, moments, sumWithInput, sum);
        double count = Count(x);
        ForEachValue(dx, (n, c, h, w) =>
        {
            double centered = dy[n][c, h, w] - sum[c] / count - Normalized(op, x[n][c, h, w], moments[c]) * sumWithInput[c] / count;
            dx[n][c, h, w] += weight[c] / Deviation(op, moments[c]) * centered;
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

    /// <summary>The mean and biased variance of one channel.</summary>
    private struct Moments
    {
        public double Mean;
        public double Variance;
    }
}
