namespace Lanewise.Engine;

/// <summary>
/// Fuses the expansion of a factor for each channel, as squeeze and excitation has, into the product that alone reads it, in plans without
/// a backward pass: the product reads the factor itself, as its second input.
/// </summary>
internal static class FuseScale
{
    /// <summary>Runs the pass.</summary>
    public static Form Run(Form form)
    {
        if (form.Options.HasBackward)
        {
            return form;
        }

        var reads = form.CountReads();
        var factors = form.Units
            .Where(unit => unit.Node.Op is Expand && reads.GetValueOrDefault(unit.Output) == 1
                && unit.Input.Shape == new Shape(unit.Output.Shape.Channels, 1, 1))
            .ToDictionary(unit => unit.Output, unit => unit.Input);
        var fused = new HashSet<Value>();
        var units = new List<Unit>();
        foreach (var unit in form.Units)
        {
            int index = unit.Node.Op is Mul ? unit.Inputs.IndexOf(unit.Inputs.FirstOrDefault(factors.ContainsKey)!) : -1;
            if (index >= 0)
            {
                fused.Add(unit.Inputs[index]);
                units.Add(unit with { Inputs = [unit.Inputs[1 - index], factors[unit.Inputs[index]]] });
            }
            else
            {
                units.Add(unit);
            }
        }

        return form with { Units = [.. units.Where(unit => !fused.Contains(unit.Output))] };
    }
}
