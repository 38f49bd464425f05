namespace Lanewise.Analysis;

/// <summary>What a network says of an image: its logits, and what follows from them.</summary>
public sealed class Classification
{
    /// <summary>Takes an image's logits.</summary>
    /// <param name="logits">One a class.</param>
    public Classification(ReadOnlySpan<float> logits)
    {
        Logits = logits.ToArray();
        double most = Logits.Max();
        double[] powers = Array.ConvertAll(Logits, logit => Math.Exp(logit - most));
        double sum = powers.Sum();
        Probabilities = Array.ConvertAll(powers, power => power / sum);
        Ranking = [.. Enumerable.Range(0, Logits.Length).OrderByDescending(c => Probabilities[c])];
    }

    /// <summary>One a class.</summary>
    public float[] Logits { get; }

    /// <summary>The softmax of the logits: exp(z) / Σ exp(z).</summary>
    public double[] Probabilities { get; }

    /// <summary>The classes, the likeliest first.</summary>
    public IReadOnlyList<int> Ranking { get; }
}
