namespace Lanewise.Analysis;

/// <summary>The classification of an image: logits, probabilities and ranked classes.</summary>
public sealed class Classification
{
    /// <summary>Computes probabilities and ranking from logits.</summary>
    /// <param name="logits">The logits, one per class.</param>
    public Classification(ReadOnlySpan<float> logits)
    {
        Logits = logits.ToArray();
        double max = Logits.Max();
        double[] powers = Array.ConvertAll(Logits, logit => Math.Exp(logit - max));
        double sum = powers.Sum();
        Probabilities = Array.ConvertAll(powers, power => power / sum);
        Ranking = [.. Enumerable.Range(0, Logits.Length).OrderByDescending(c => Probabilities[c])];
    }

    /// <summary>The logits, one per class.</summary>
    public float[] Logits { get; }

    /// <summary>The softmax of the logits, exp(z) / Σ exp(z).</summary>
    public double[] Probabilities { get; }

    /// <summary>The class indices, most likely first.</summary>
    public IReadOnlyList<int> Ranking { get; }
}
