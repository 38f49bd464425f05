namespace Lanewise.Analysis;

/// <summary>Compares a shallow and a deep network of one family, over their common seeds.</summary>
/// <param name="Family">The family.</param>
/// <param name="Shallow">The smaller depth.</param>
/// <param name="Deep">The greater depth.</param>
/// <param name="Runs">The two results of each seed.</param>
internal sealed record DepthComparison(
    DepthFamily Family, int Shallow, int Deep, IReadOnlyList<(DepthResult Shallow, DepthResult Deep)> Runs)
{
    /// <summary>The final training errors of each seed whose two runs were completed.</summary>
    public IReadOnlyList<(double Shallow, double Deep)> TrainErrors => [.. Runs
        .Where(r => r.Shallow.TrainError is not null && r.Deep.TrainError is not null)
        .Select(r => (r.Shallow.TrainError!.Value, r.Deep.TrainError!.Value))];

    /// <summary>Compares the neighbouring depths of each family, among the networks that were trained.</summary>
    public static IReadOnlyList<DepthComparison> Of(IReadOnlyList<DepthResult> results)
    {
        var trained = results.Where(r => r.Epochs.Count > 0 || r.Diverged).ToLookup(r => r.Run.Family);
        return [.. from family in trained
                   let depths = family.Select(r => r.Run.Depth).Distinct().Order().ToArray()
                   from pair in depths.Zip(depths.Skip(1))
                   select new DepthComparison(family.Key, pair.First, pair.Second, Pairs([.. family], pair.First, pair.Second))];
    }

    private static (DepthResult, DepthResult)[] Pairs(DepthResult[] family, int shallow, int deep) =>
    [
        .. family.Where(r => r.Run.Depth == shallow)
            .Join(family.Where(r => r.Run.Depth == deep), r => r.Run.Seed, r => r.Run.Seed, (a, b) => (a, b)),
    ];
}
