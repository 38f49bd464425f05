namespace Lanewise.Engine;

/// <summary>
/// Moves a ReLU that only max pooling reads behind it, where there are fewer values: the two commute. The pooling then drops the gradient
/// where its maximum is not positive, so that no mask is needed.
/// </summary>
internal static class DeferReLU
{
    /// <summary>Runs the pass.</summary>
    public static Form Run(Form form)
    {
        var reads = form.CountReads();
        var pooled = form.Units.Where(unit => unit.Node.Op is MaxPool2d).Select(unit => unit.Input).ToHashSet();
        var moved = form.Units
            .Where(unit => unit.Node.Op is ReLU && reads.GetValueOrDefault(unit.Output) == 1 && pooled.Contains(unit.Output))
            .ToDictionary(unit => unit.Output, unit => unit.Input);
        var units = form.Units.Select(unit => moved.ContainsKey(unit.Input) ? unit with { ReLU = true } : unit);
        return (form with { Units = [.. units] }).Bypass(moved);
    }
}
