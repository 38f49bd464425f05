namespace Lanewise.Analysis;

/// <summary>Collects the most confident misclassifications of an evaluation.</summary>
/// <param name="maxCount">The maximum number to keep.</param>
internal sealed class Mistakes(int maxCount)
{
    // NaN probabilities come last; ties are broken by index.
    private static readonly Comparer<ImagePrediction> MostConfidentFirst = Comparer<ImagePrediction>.Create(
        (a, b) => b.Probability.CompareTo(a.Probability) is var order && order != 0 ? order : a.Index.CompareTo(b.Index));

    private readonly SortedSet<ImagePrediction> _kept = new(MostConfidentFirst);

    /// <summary>The collected mistakes, most confident first; ties are in the order of the images.</summary>
    public IReadOnlyList<ImagePrediction> MostConfident => [.. _kept];

    /// <summary>Adds a prediction if it is wrong; pass this method to <see cref="Evaluation"/>.</summary>
    public void Add(ImagePrediction prediction)
    {
        if (prediction.Label != prediction.Prediction && _kept.Add(prediction) && _kept.Count > maxCount)
        {
            _kept.Remove(_kept.Max);
        }
    }
}
