namespace Lanewise.Engine;

/// <summary>
/// Fuses max pooling into a convolution that nothing else reads, in plans without a backward pass, since that would need the result
/// before pooling.
/// </summary>
internal static class FuseMaxPool
{
    /// <summary>Runs the pass.</summary>
    public static Form Run(Form form)
    {
        if (form.Options.HasBackward)
        {
            return form;
        }

        var reads = form.CountReads();
        var units = new UnitList();
        foreach (var unit in form.Units)
        {
            if (unit.Node.Op is MaxPool2d && reads[unit.Input] == 1
                && units.Producer(unit.Input) is { Node.Op: Conv2d, Pool: null, Activation: null } convolution
                && Conv2dLowering.CanPool(convolution, (MaxPool2d)unit.Node.Op, form))
            {
                units.Replace(
                    unit.Input, convolution with { Pool = unit.Node, Output = unit.Output, ReLU = convolution.ReLU || unit.ReLU });
            }
            else
            {
                units.Add(unit);
            }
        }

        return form with { Units = [.. units.Units] };
    }
}
