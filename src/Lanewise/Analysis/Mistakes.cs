using Lanewise.Training;

namespace Lanewise.Analysis;

/// <summary>Keeps, of all pictures that a network was judged by, the mistakes it was surest of.</summary>
/// <param name="most">How many are kept.</param>
public sealed class Mistakes(int most)
{
    // Those of no probability come last, and of equals the earlier picture first.
    private static readonly Comparer<Judgement> SurestFirst = Comparer<Judgement>.Create(
        (a, b) => b.Probability.CompareTo(a.Probability) is var order && order != 0 ? order : a.Picture.CompareTo(b.Picture));

    private readonly SortedSet<Judgement> _kept = new(SurestFirst);

    /// <summary>What was kept, the surest first; of equals the earlier picture first.</summary>
    public IReadOnlyList<Judgement> Surest => [.. _kept];

    /// <summary>Takes note of a picture, if it was mistaken: for <see cref="Evaluation"/>.</summary>
    public void Add(Judgement judgement)
    {
        if (judgement.Label != judgement.Prediction && _kept.Add(judgement) && _kept.Count > most)
        {
            _kept.Remove(_kept.Max);
        }
    }
}
