namespace Lanewise.Engine;

/// <summary>Folds batch norm in evaluation mode into the weights of a convolution that nothing else reads.</summary>
internal static class FoldBatchNorm
{
    /// <summary>Runs the pass.</summary>
    public static Form Run(Form form)
    {
        var reads = form.CountReads();
        var units = new UnitList();
        foreach (var unit in form.Units)
        {
            if (unit is { Node.Op: BatchNorm2d, IsTrainable: false } && reads[unit.Input] == 1
                && units.Producer(unit.Input) is { Node.Op: Conv2d, IsTrainable: false, Norm: null } convolution)
            {
                units.Replace(unit.Input, convolution with { Norm = unit.Node, Output = unit.Output });
            }
            else
            {
                units.Add(unit);
            }
        }

        return form with { Units = [.. units.Units] };
    }
}
