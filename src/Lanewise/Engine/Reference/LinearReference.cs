namespace Lanewise.Engine;

/// <summary>Linear as two plain loops: k output, c input.</summary>
internal static class LinearReference
{
    /// <summary>Writes y[k] = bias[k] + Σ over c of w[k][c] · x[c].</summary>
    public static void Forward(double[] x, double[] weight, double[]? bias, double[] y)
    {
        for (int k = 0; k < y.Length; k++)
        {
            y[k] = bias?[k] ?? 0;
            for (int c = 0; c < x.Length; c++)
            {
                y[k] += weight[k * x.Length + c] * x[c];
            }
        }
    }

    /// <summary>Adds to dx[c]: Σ over k of w[k][c] · dy[k].</summary>
    public static void BackwardInput(double[] dy, double[] weight, double[] dx)
    {
        for (int k = 0; k < dy.Length; k++)
        {
            for (int c = 0; c < dx.Length; c++)
            {
                dx[c] += weight[k * dx.Length + c] * dy[k];
            }
        }
    }

    /// <summary>Adds to dw[k][c]: x[c] · dy[k]; and to db[k]: dy[k].</summary>
    public static void BackwardWeights(double[] x, double[] dy, double[] weightGradient, double[]? biasGradient)
    {
        for (int k = 0; k < dy.Length; k++)
        {
            for (int c = 0; c < x.Length; c++)
            {
                weightGradient[k * x.Length + c] += x[c] * dy[k];
            }

            if (biasGradient is not null)
            {
                biasGradient[k] += dy[k];
            }
        }
    }
}
