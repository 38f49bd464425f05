namespace Lanewise.Engine;

/// <summary>
/// The targets of the loss in plain loops: [image][class], with the weights of classes, divided so that their loss is a mean.
/// </summary>
internal static class ReferenceTargets
{
    /// <summary>
    /// Computes the targets of torch.nn.CrossEntropyLoss for labels: w · ((1 − ε) · onehot(label) + ε / classes) / Σ w[label].
    /// </summary>
    /// <param name="classes">The number of classes.</param>
    /// <param name="labels">The class of each image.</param>
    /// <param name="smoothing">ε, the part that all classes share equally.</param>
    /// <param name="weights">w, the weight of each class; null for 1.</param>
    public static double[][] Of(int classes, ReadOnlySpan<int> labels, double smoothing = 0, IReadOnlyList<float>? weights = null)
    {
        double divisor = 0;
        foreach (int label in labels)
        {
            divisor += weights?[label] ?? 1;
        }

        SoftTarget[] targets = new SoftTarget[labels.Length];
        for (int i = 0; i < targets.Length; i++)
        {
            targets[i] = new(labels[i], labels[i], 1);
        }

        return Of(classes, targets, smoothing, weights, divisor);
    }

    /// <summary>
    /// Computes the targets of torch.nn.CrossEntropyLoss for probabilities:
    /// w · ((1 − ε) · (share · onehot(label) + (1 − share) · onehot(other)) + ε / classes) / N.
    /// </summary>
    /// <param name="classes">The number of classes.</param>
    /// <param name="targets">The target of each image.</param>
    /// <param name="smoothing">ε, the part that all classes share equally.</param>
    /// <param name="weights">w, the weight of each class; null for 1.</param>
    public static double[][] OfMixed(int classes, SoftTarget[] targets, double smoothing = 0, IReadOnlyList<float>? weights = null) =>
        Of(classes, targets, smoothing, weights, targets.Length);

    private static double[][] Of(int classes, SoftTarget[] targets, double smoothing, IReadOnlyList<float>? weights, double divisor)
    {
        double[][] result = [.. targets.Select(_ => new double[classes])];
        for (int i = 0; i < targets.Length; i++)
        {
            var (label, other, share) = targets[i];
            result[i][label] += (1 - smoothing) * share;
            result[i][other] += (1 - smoothing) * (1 - (double)share);
            for (int k = 0; k < classes; k++)
            {
                result[i][k] = (weights?[k] ?? 1) * (result[i][k] + smoothing / classes) / divisor;
            }
        }

        return result;
    }
}
