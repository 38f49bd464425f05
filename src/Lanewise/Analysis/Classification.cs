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
        : this(logits, classes, "the network", isSoftmax: false, temperature: 1)
    {
    }

    /// <summary>Takes the output of a network.</summary>
    /// <param name="output">The logits, or the probabilities of a network that ends in softmax.</param>
    /// <param name="classes">The class names; null for the numbers of the classes.</param>
    /// <param name="network">The network's name in messages.</param>
    /// <param name="isSoftmax">Whether the output is probabilities.</param>
    /// <param name="temperature">What the logits are divided by before the softmax.</param>
    internal Classification(
        ReadOnlySpan<float> output, IReadOnlyList<string>? classes, string network, bool isSoftmax, double temperature = 1)
    {
        if (output.IsEmpty || (classes is not null && classes.Count != output.Length))
        {
            throw new ArgumentException(
                $"{output.Length} logits and {classes?.Count} class names; one name per logit is needed.", nameof(classes));
        }

        InferenceException.ThrowIfNotFinite(output, network);
        (_logits, _classes) = (output.ToArray(), classes);
        _probabilities = isSoftmax && temperature == 1 ? Array.ConvertAll(_logits, p => (double)p)
            : Calibration.Softmax(output, isSoftmax, temperature);
        // Of equal probabilities the first, as everywhere: a logit may be larger by less than a probability shows.
        Index = output.IndexOf(_logits.Max());
    }

    private Classification(Classification other)
    {
        (_logits, _probabilities, _classes, Index) = (other._logits, other._probabilities, other._classes, other.Index);
        (Processing, Notice, Inverted) = (other.Processing, other.Notice, other.Inverted);
    }

    /// <summary>The name of the most likely class; its number if the classes have no names.</summary>
    public string Label => LabelOf(Index);

    /// <summary>The index of the most likely class; of equal ones the first.</summary>
    public int Index { get; }

    /// <summary>The probability of the most likely class, 0 to 1.</summary>
    public double Probability => _probabilities[Index];

    /// <summary>The output of the network, one value per class: its logits, or the probabilities where it ends in softmax.</summary>
    public IReadOnlyList<float> Logits => _logits;

    /// <summary>
    /// The probability of each class: the softmax of the logits, exp(z / T) / Σ exp(z / T), with the temperature T of a calibrated model
    /// (<see cref="Calibration"/>), otherwise 1.
    /// </summary>
    public IReadOnlyList<double> Probabilities => _probabilities;

    /// <summary>The class indices, most likely first; of equally likely ones, the lower index first.</summary>
    public IReadOnlyList<int> Ranking => _ranking ??= [.. Enumerable.Range(0, _logits.Length).OrderByDescending(c => _logits[c])];

    /// <summary>
    /// Whether the answer is "none of these": its probability is below the threshold that was asked for; see
    /// <see cref="ImageClassifierOptions.Reject"/>.
    /// </summary>
    public bool IsRejected { get; private init; }

    /// <summary>
    /// The set of classes, most likely first, that holds the right one as often as was asked for; null if it was not. See
    /// <see cref="ImageClassifierOptions.Coverage"/>.
    /// </summary>
    public IReadOnlyList<ClassProbability>? LikelyClasses { get; private init; }

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

    /// <summary>Returns the answer with what a caller asked for beyond the most likely class.</summary>
    /// <param name="threshold">The probability below which it is rejected.</param>
    /// <param name="minProbability">The smallest probability of a likely class, of which there is at least one; null for no set.</param>
    internal Classification With(double threshold, double? minProbability) => new(this)
    {
        IsRejected = Probability < threshold,
        LikelyClasses = minProbability is { } min ? Top(Math.Max(1, _probabilities.Count(p => p >= min))) : null,
    };

    /// <summary>Returns the label and the probability, for example <c>seven 99.8 %</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Label} {100 * Probability:F1} %");

    private string LabelOf(int index) => _classes?[index] ?? index.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A class with its probability.</summary>
/// <param name="Label">The name of the class; its number if the classes have no names.</param>
/// <param name="Index">The index of the class.</param>
/// <param name="Probability">The probability, 0 to 1.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ClassProbability(string Label, int Index, double Probability);
