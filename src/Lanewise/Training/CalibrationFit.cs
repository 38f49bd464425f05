using Lanewise.Kernels;

namespace Lanewise;

/// <summary>Outputs of a network for labelled images, on which a <see cref="Calibration"/> is fitted and judged.</summary>
/// <param name="outputs">The logits of each image, or the probabilities of a network that ends in softmax.</param>
/// <param name="labels">The label of each image.</param>
/// <param name="isSoftmax">Whether the outputs are probabilities.</param>
internal sealed class CalibrationFit(IReadOnlyList<float[]> outputs, IReadOnlyList<int> labels, bool isSoftmax)
{
    /// <summary>The share of the right answers that the threshold keeps.</summary>
    public const double KeptShare = 0.95;

    /// <summary>The limits of the temperature.</summary>
    public const double MinTemperature = 0.05, MaxTemperature = 20;

    // Each halves the interval of the temperature.
    private const int Steps = 32;

    /// <summary>
    /// Divides images into two halves with equally many of each class, or nearly: a pure function of the labels.
    /// </summary>
    /// <param name="labels">The label of each image.</param>
    /// <returns>The indices of the images to fit on, and those to judge with.</returns>
    public static (int[] Fit, int[] Test) Divide(IReadOnlyList<int> labels)
    {
        var random = new SplitMix64(1);
        List<int>[] halves = [[], []];
        int next = 0;
        foreach (var group in Enumerable.Range(0, labels.Count).GroupBy(i => labels[i]).OrderBy(group => group.Key))
        {
            int[] images = [.. group];
            for (int i = images.Length - 1; i > 0; i--)
            {
                int j = random.Below(i + 1);
                (images[i], images[j]) = (images[j], images[i]);
            }

            foreach (int image in images)
            {
                halves[next++ % 2].Add(image);
            }
        }

        return ([.. halves[0].Order()], [.. halves[1].Order()]);
    }

    /// <summary>Returns the number of images of <see cref="Divide"/> to fit on, of a number of images.</summary>
    public static int HalfOf(int images) => (images + 1) / 2;

    /// <summary>Fits on some images.</summary>
    /// <param name="images">The indices of the images.</param>
    /// <returns>The calibration, and whether the temperature was fitted: without a wrong answer it stays 1.</returns>
    public (Calibration Calibration, bool IsFitted) Fit(IReadOnlyList<int> images)
    {
        bool isFitted = images.Any(i => !IsCorrect(i));
        double temperature = isFitted ? FindTemperature(images) : 1;
        double[] correct = [.. images.Where(IsCorrect).Select(i => Top(i, temperature)).Order()];
        double threshold = correct.Length == 0 ? 0 : correct[(int)((1 - KeptShare) * correct.Length)];
        float[] probabilities = [.. images.Select(i => RoundDown(LabelProbability(i, temperature))).Order()];
        int stored = Math.Min(probabilities.Length, Calibration.MaxLabelProbabilities);
        float[] kept = [.. Enumerable.Range(0, stored).Select(i => probabilities[(long)i * probabilities.Length / stored])];
        return (new(temperature, threshold, images.Count, kept), isFitted);
    }

    /// <summary>Measures a temperature on some images.</summary>
    /// <param name="images">The indices of the images.</param>
    /// <param name="temperature">The temperature.</param>
    public CalibrationError Measure(IReadOnlyList<int> images, double temperature) => new()
    {
        Loss = images.Average(i => -Math.Log(LabelProbability(i, temperature))),
        Error = Reliability.Of(images.Select(i => (Top(i, temperature), IsCorrect(i)))).CalibrationError,
    };

    /// <summary>Measures rejection on some images.</summary>
    /// <param name="images">The indices of the images.</param>
    /// <param name="calibration">The calibration.</param>
    public RejectionResult Reject(IReadOnlyList<int> images, Calibration calibration)
    {
        int[] kept = [.. images.Where(i => Top(i, calibration.Temperature) >= calibration.Threshold)];
        int correct = images.Count(IsCorrect), keptCorrect = kept.Count(IsCorrect);
        return new()
        {
            Threshold = calibration.Threshold,
            Kept = (double)kept.Length / images.Count,
            Top1 = (double)keptCorrect / kept.Length,
            CorrectKept = (double)keptCorrect / correct,
            WrongRejected = 1 - ((double)(kept.Length - keptCorrect) / (images.Count - correct)),
        };
    }

    /// <summary>Measures the sets of classes on some images.</summary>
    /// <param name="images">The indices of the images.</param>
    /// <param name="calibration">The calibration.</param>
    /// <param name="coverage">How often a set is to hold the right class.</param>
    public CoverageResult Cover(IReadOnlyList<int> images, Calibration calibration, double coverage)
    {
        double min = calibration.MinProbability(coverage);
        int covered = 0, size = 0, single = 0;
        foreach (int i in images)
        {
            double[] probabilities = Calibration.Softmax(outputs[i], isSoftmax, calibration.Temperature);
            int count = Math.Max(1, probabilities.Count(p => p >= min));
            covered += probabilities[labels[i]] >= min || IsCorrect(i) ? 1 : 0;
            size += count;
            single += count == 1 ? 1 : 0;
        }

        return new()
        {
            Coverage = coverage,
            Covered = (double)covered / images.Count,
            MeanSize = (double)size / images.Count,
            Single = (double)single / images.Count,
        };
    }

    /// <summary>
    /// Finds the temperature with the lowest mean −ln p of the labels. In β = 1 / T it is convex, so its derivative, the mean of Σ p·z − z
    /// of the label, has one zero.
    /// </summary>
    private double FindTemperature(IReadOnlyList<int> images)
    {
        double low = 1 / MaxTemperature, high = 1 / MinTemperature;
        for (int step = 0; step < Steps; step++)
        {
            double middle = Math.Sqrt(low * high);
            if (Slope(images, middle) < 0)
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }

        return 1 / Math.Sqrt(low * high);
    }

    private double Slope(IReadOnlyList<int> images, double beta)
    {
        double sum = 0;
        foreach (int i in images)
        {
            double[] probabilities = Calibration.Softmax(outputs[i], isSoftmax, 1 / beta);
            double mean = 0;
            for (int c = 0; c < probabilities.Length; c++)
            {
                mean += probabilities[c] * Logit(i, c);
            }

            sum += mean - Logit(i, labels[i]);
        }

        return sum;
    }

    private double Logit(int image, int class_) => Calibration.Logit(outputs[image][class_], isSoftmax);

    private double LabelProbability(int image, double temperature) =>
        Math.Max(double.Epsilon, Calibration.Softmax(outputs[image], isSoftmax, temperature)[labels[image]]);

    private double Top(int image, double temperature) => Calibration.Softmax(outputs[image], isSoftmax, temperature).Max();

    private bool IsCorrect(int image) => Array.IndexOf(outputs[image], outputs[image].Max()) == labels[image];

    // A class must not fall out of the sets by rounding.
    private static float RoundDown(double value) => (float)value <= value ? (float)value : MathF.BitDecrement((float)value);
}
