namespace Lanewise.Engine;

/// <summary>
/// Puts together the 1×1 convolutions of one value that differ in their outputs only, such as the branches of an Inception module: they
/// read a band of input rows one after the other while it is in the cache, and one call sums their gradients to the input.
/// </summary>
internal static class MergePointwiseSiblings
{
    /// <summary>Runs the pass.</summary>
    public static Form Run(Form form)
    {
        var indices = form.Units.Select((unit, i) => (unit.Output, i)).ToDictionary();
        var merged = new Dictionary<Unit, Unit>(ReferenceEqualityComparer.Instance);
        var absorbed = new HashSet<Unit>(ReferenceEqualityComparer.Instance);
        var kinds = form.Units
            .Where(unit => form.Needed.Contains(unit.Node) && unit.Node.Op is Conv2d { KernelSize: { Height: 1, Width: 1 }, Groups: 1 })
            .GroupBy(unit => (unit.Input, (Conv2d)unit.Node.Op with { OutChannels = 1, Bias = false, Initial = null }));
        foreach (var kind in kinds)
        {
            var first = kind.First();
            // The residual of a sibling must precede the first, to whose place it moves; a merged unit only ever moves forward.
            Unit[] others = [.. kind.Skip(1).Where(unit => unit.Shortcut is null
                || !indices.TryGetValue(unit.Shortcut, out int producer) || producer < indices[first.Output])];
            merged[first] = first with { Siblings = [.. others] };
            absorbed.UnionWith(others);
        }

        return form with
        {
            Units = [.. form.Units.Where(unit => !absorbed.Contains(unit)).Select(unit => merged.GetValueOrDefault(unit, unit))],
        };
    }
}
