using System.Globalization;

namespace Lanewise.Workflows;

/// <summary>
/// Finds labels that a model contradicts, by thresholds of each class: the threshold of a class is the mean probability that the model
/// gives it on the images that are labelled so. A label is likely wrong where its probability is below its threshold and that of the
/// predicted class is at least that class's. Source: Northcutt et al., Confident Learning: Estimating Uncertainty in Dataset Labels, 2019.
/// </summary>
internal static class WrongLabels
{
    /// <summary>Finds likely wrong labels among the predictions for one split.</summary>
    /// <param name="predictions">The predictions.</param>
    /// <param name="classes">The number of classes.</param>
    /// <returns>The predictions whose label is likely wrong, the least probable label first.</returns>
    public static IReadOnlyList<ImagePrediction> Find(IReadOnlyList<ImagePrediction> predictions, int classes)
    {
        double[] sums = new double[classes];
        int[] counts = new int[classes];
        foreach (var prediction in predictions)
        {
            sums[prediction.Label] += ProbabilityOfLabel(prediction);
            counts[prediction.Label]++;
        }

        double Threshold(int c) => counts[c] == 0 ? double.NaN : sums[c] / counts[c];
        return
        [
            .. predictions
                .Where(p => p.Prediction != p.Label
                    && p.Probability >= Threshold(p.Prediction) && ProbabilityOfLabel(p) < Threshold(p.Label))
                .OrderBy(ProbabilityOfLabel).ThenBy(p => p.Index),
        ];
    }

    /// <summary>Describes a prediction: <c>ant 0.4 %, bee 98.1 %</c>.</summary>
    public static string Describe(ImagePrediction prediction, IReadOnlyList<string> classes) => string.Create(
        CultureInfo.InvariantCulture,
        $"{classes[prediction.Label]} {100 * ProbabilityOfLabel(prediction):F1} %, "
            + $"{classes[prediction.Prediction]} {100 * prediction.Probability:F1} %");

    private static double ProbabilityOfLabel(ImagePrediction prediction) => Math.Exp(-prediction.Loss);
}
