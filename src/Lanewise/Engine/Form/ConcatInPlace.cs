namespace Lanewise.Engine;

/// <summary>Lets branches that only a concatenation reads write into their slice of it, so that it needs no copy.</summary>
internal static class ConcatInPlace
{
    /// <summary>Runs the pass.</summary>
    public static Form Run(Form form)
    {
        var reads = form.CountReads();
        var producers = form.Units.ToDictionary(unit => unit.Output);
        var slices = form.Slices.ToBuilder();
        foreach (var concat in form.Units.Where(unit => unit.Node.Op is Concat))
        {
            int first = 0;
            foreach (var value in concat.Inputs)
            {
                if (reads[value] == 1 && producers.TryGetValue(value, out var branch) && branch.Node.Op is not Concat)
                {
                    slices[value] = new Slice(concat.Output, first);
                }

                first += form.PlaneCount(value);
            }
        }

        return form with { Slices = slices.ToImmutable() };
    }
}
