using System.Globalization;
using System.Runtime.InteropServices;

namespace Lanewise;

/// <summary>The classification of an image: the most likely class, and the probability of every class.</summary>
public sealed class Classification
{
    private readonly float[] _logits;
    private readonly double[] _probabilities;
    private readonly IReadOnlyList<string>? _classes;
    private int[]? _ranking;

    /// <summary>Computes probabilities from logits.</summary>
    /// <param name="logits">The logits, one per class.</param>
    /// <param name="classes">The class names in the order of the logits; null for the numbers of the classes.</param>
    /// <exception cref="InferenceException">A logit is NaN or infinite.</exception>
    /// <exception cref="ArgumentException">There is no logit, or not one class name for each.</exception>
    public Classification(ReadOnlySpan<float> logits, IReadOnlyList<string>? classes = null)
        : this(logits, classes, "the network", isSoftmax: false)
    {
    }

    /// <summary>Takes the output of a network.</summary>
    /// <param name="output">The logits, or the probabilities of a network that ends in softmax.</param>
    /// <param name="classes">The class names; null for the numbers of the classes.</param>
    /// <param name="network">The network's name in messages.</param>
    /// <param name="isSoftmax">Whether the output is probabilities.</param>
    internal Classification(ReadOnlySpan<float> output, IReadOnlyList<string>? classes, string network, bool isSoftmax)
    {
        if (output.IsEmpty || (classes is not null && classes.Count != output.Length))
        {
            throw new ArgumentException(
                $"{output.Length} logits and {classes?.Count} class names; one name per logit is needed.", nameof(classes));
        }

        InferenceException.ThrowIfNotFinite(output, network);
        (_logits, _classes) = (output.ToArray(), classes);
        _probabilities = isSoftmax ? Array.ConvertAll(_logits, p => (double)p) : Softmax(_logits);
        // Of equal probabilities the first, as everywhere: a logit may be larger by less than a probability shows.
        Index = output.IndexOf(_logits.Max());
    }

    /// <summary>The name of the most likely class; its number if the classes have no names.</summary>
    public string Label => LabelOf(Index);

    /// <summary>The index of the most likely class; of equal ones the first.</summary>
    public int Index { get; }

    /// <summary>The probability of the most likely class, 0 to 1.</summary>
    public double Probability => _probabilities[Index];

    /// <summary>The output of the network, one value per class: its logits, or the probabilities where it ends in softmax.</summary>
    public IReadOnlyList<float> Logits => _logits;

    /// <summary>The probability of each class: the softmax of the logits, exp(z) / Σ exp(z).</summary>
    public IReadOnlyList<double> Probabilities => _probabilities;

    /// <summary>The class indices, most likely first; of equally likely ones, the lower index first.</summary>
    public IReadOnlyList<int> Ranking => _ranking ??= [.. Enumerable.Range(0, _logits.Length).OrderByDescending(c => _logits[c])];

    /// <summary>What was done to the image, such as "640×480; inverted; …"; empty for values that entered the network unchanged.</summary>
    public string Processing { get; internal init; } = "";

    /// <summary>What is to be said of the image, as <see cref="PreparedImage.Notice"/>; null if there is nothing.</summary>
    public string? Notice { get; internal init; }

    /// <summary>Whether dark ink on a light background was inverted.</summary>
    public bool Inverted { get; internal init; }

    /// <summary>Returns the most likely classes, most likely first; of equally likely ones, the lower index first.</summary>
    /// <param name="count">The number of classes; all of them if the network has fewer.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative.</exception>
    public IReadOnlyList<ClassProbability> Top(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return [.. Ranking.Take(count).Select(c => new ClassProbability(LabelOf(c), c, _probabilities[c]))];
    }

    /// <summary>Returns the label and the probability, for example <c>seven 99.8 %</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Label} {100 * Probability:F1} %");

    private static double[] Softmax(float[] logits)
    {
        double max = logits.Max();
        double[] powers = Array.ConvertAll(logits, logit => Math.Exp(logit - max));
        double sum = powers.Sum();
        return Array.ConvertAll(powers, power => power / sum);
    }

    private string LabelOf(int index) => _classes?[index] ?? index.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A class with its probability.</summary>
/// <param name="Label">The name of the class; its number if the classes have no names.</param>
/// <param name="Index">The index of the class.</param>
/// <param name="Probability">The probability, 0 to 1.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ClassProbability(string Label, int Index, double Probability);
