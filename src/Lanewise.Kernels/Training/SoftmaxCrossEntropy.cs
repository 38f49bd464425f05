namespace Lanewise.Kernels;

/// <summary>
/// Softmax cross-entropy of a block's logits, loss = log Σ exp(z) − z[label], image by image (lane by lane) in double precision.
/// </summary>
internal static unsafe class SoftmaxCrossEntropy<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>
    /// Writes, for each labelled image, loss = log Σ exp(z) − z[label] and the class with the largest logit and, where there is a gradient,
    /// (softmax(z) − onehot(label)) · scale, zero in lanes without a label.
    /// </summary>
    public static void Run(
        Planes logits, Planes? gradient, ReadOnlySpan<int> labels, float scale, Span<double> losses, Span<int> predictions,
            in BlockMemory memory)
    {
        float* z = memory.Activations.Pointer + (nint)logits.Offset * L.Width;
        nint step = (nint)logits.PlaneStride * L.Width;
        float* dz = gradient is { } planes ? memory.Activations.Pointer + (nint)planes.Offset * L.Width : null;
        nint gradientStep = (nint)(gradient?.PlaneStride ?? 0) * L.Width;
        for (int lane = 0; lane < L.Width; lane++)
        {
            if (lane < labels.Length)
            {
                losses[lane] = Image(z + lane, step, dz == null ? null : dz + lane, gradientStep, logits.Channels, labels[lane], scale,
                    out predictions[lane]);
            }
            else if (dz != null)
            {
                for (int k = 0; k < logits.Channels; k++)
                {
                    dz[k * gradientStep + lane] = 0;
                }
            }
        }
    }

    private static double Image(float* z, nint step, float* dz, nint gradientStep, int classes, int label, float scale, out int prediction)
    {
        int best = 0;
        for (int k = 1; k < classes; k++)
        {
            if (z[k * step] > z[best * step])
            {
                best = k;
            }
        }

        double top = z[best * step], sum = 0;
        for (int k = 0; k < classes; k++)
        {
            sum += Math.Exp(z[k * step] - top);
        }

        for (int k = 0; k < classes && dz != null; k++)
        {
            double p = Math.Exp(z[k * step] - top) / sum;
            dz[k * gradientStep] = (float)((p - (k == label ? 1 : 0)) * scale);
        }

        prediction = best;
        return Math.Log(sum) + top - z[label * step];
    }
}
