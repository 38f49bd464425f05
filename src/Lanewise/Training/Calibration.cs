namespace Lanewise;

/// <summary>
/// What was fitted to a trained model on labelled images that it was not trained on, so that its probabilities can be relied on:
/// <c>lanewise eval --calibrate</c> stores it in the model's file.
/// </summary>
public sealed record Calibration
{
    /// <summary>The maximum number of <see cref="LabelProbabilities"/>.</summary>
    public const int MaxLabelProbabilities = 1000;

    /// <summary>Creates a calibration.</summary>
    /// <param name="temperature">What the logits are divided by, above 0.</param>
    /// <param name="threshold">The probability below which an answer is none of the classes, 0 to 1.</param>
    /// <param name="images">The number of images that it was fitted on.</param>
    /// <param name="labelProbabilities">The probabilities of the right classes of these images, ascending, or some of them.</param>
    /// <exception cref="InvalidOptionException">A value is out of range.</exception>
    public Calibration(double temperature, double threshold, int images, IReadOnlyList<float> labelProbabilities)
    {
        ArgumentNullException.ThrowIfNull(labelProbabilities);
        OptionCheck.Require(
            double.IsFinite(temperature) && temperature > 0, nameof(Temperature), "temperature", temperature, "a positive number");
        OptionCheck.Require(threshold is >= 0 and <= 1, nameof(Threshold), "threshold", threshold, "a number from 0 to 1");
        int count = labelProbabilities.Count;
        bool isValid = count is > 0 and <= MaxLabelProbabilities && count <= images && labelProbabilities.All(p => p is >= 0 and <= 1)
            && labelProbabilities.Zip(labelProbabilities.Skip(1)).All(pair => pair.First <= pair.Second);
        OptionCheck.Require(
            isValid, nameof(LabelProbabilities), "label probabilities", count,
            $"1 to {MaxLabelProbabilities} ascending numbers from 0 to 1");
        (Temperature, Threshold, Images, LabelProbabilities) = (temperature, threshold, images, [.. labelProbabilities]);
    }

    /// <summary>
    /// What the logits are divided by before the softmax; above 1 for a network that is too sure of its answers. The most likely class
    /// stays the same. Source: Guo et al., On Calibration of Modern Neural Networks, 2017.
    /// </summary>
    public double Temperature { get; init; }

    /// <summary>
    /// The probability below which an answer is none of the classes, 0 to 1: 95 % of the right answers to the images of the fit were at
    /// least as sure.
    /// </summary>
    public double Threshold { get; init; }

    /// <summary>The number of images that it was fitted on.</summary>
    public int Images { get; }

    /// <summary>
    /// The probabilities of the right classes of the images, ascending; of more than <see cref="MaxLabelProbabilities"/> images every n-th.
    /// </summary>
    public IReadOnlyList<float> LabelProbabilities { get; }

    /// <summary>
    /// Computes the smallest probability of a class in a set of classes that holds the right one as often as asked for: split conformal
    /// prediction with the score 1 − p (Sadinle et al. 2019; Angelopoulos et al., arXiv 2009.14193).
    /// </summary>
    /// <param name="coverage">How often the set is to hold the right class, above 0 and below 1.</param>
    /// <returns>The probability; 0, for all classes, where the images are too few for the coverage.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The coverage is not between 0 and 1.</exception>
    public double MinProbability(double coverage)
    {
        if (coverage is not (> 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(coverage), coverage, "The coverage must be above 0 and below 1.");
        }

        // So many of the images and a further one must have their class in the set. A rounding error must not ask for one more.
        int needed = (int)Math.Ceiling((coverage * (Images + 1)) - 1e-9);
        if (needed > Images)
        {
            return 0;
        }

        // Of the stored ones the next lower: rather too many classes than too few.
        return LabelProbabilities[(int)((long)(Images - needed) * LabelProbabilities.Count / Images)];
    }

    /// <summary>Computes the softmax of an output divided by a temperature.</summary>
    /// <param name="output">The logits, or the probabilities of a network that ends in softmax.</param>
    /// <param name="isSoftmax">Whether they are probabilities.</param>
    /// <param name="temperature">The temperature.</param>
    internal static double[] Softmax(ReadOnlySpan<float> output, bool isSoftmax, double temperature)
    {
        double[] scaled = new double[output.Length];
        double max = double.NegativeInfinity, sum = 0;
        for (int c = 0; c < scaled.Length; c++)
        {
            scaled[c] = Logit(output[c], isSoftmax) / temperature;
            max = Math.Max(max, scaled[c]);
        }

        for (int c = 0; c < scaled.Length; c++)
        {
            scaled[c] = Math.Exp(scaled[c] - max);
            sum += scaled[c];
        }

        for (int c = 0; c < scaled.Length; c++)
        {
            scaled[c] /= sum;
        }

        return scaled;
    }

    /// <summary>Returns the logit of an output. A probability that was rounded to 0 is the smallest float above it.</summary>
    internal static double Logit(float output, bool isSoftmax) => isSoftmax ? Math.Log(Math.Max(output, float.Epsilon)) : output;
}
