using Lanewise.Training;

namespace Lanewise.Analysis;

/// <summary>Keeps, of all images that a network was judged by, the mistakes it was surest of.</summary>
/// <param name="most">How many are kept.</param>
public sealed class Mistakes(int most)
{
    // Those of no probability come last, and of equals the earlier image first.
    private static readonly Comparer<ImagePrediction> SurestFirst = Comparer<ImagePrediction>.Create(
        (a, b) => b.Probability.CompareTo(a.Probability) is var order && order != 0 ? order : a.Index.CompareTo(b.Index));

    private readonly SortedSet<ImagePrediction> _kept = new(SurestFirst);

    /// <summary>What was kept, the surest first; of equals the earlier image first.</summary>
    public IReadOnlyList<ImagePrediction> Surest => [.. _kept];

    /// <summary>Takes note of an image, if it was mistaken: for <see cref="Evaluation"/>.</summary>
    public void Add(ImagePrediction prediction)
    {
        if (prediction.Label != prediction.Prediction && _kept.Add(prediction) && _kept.Count > most)
        {
            _kept.Remove(_kept.Max);
        }
    }
}
