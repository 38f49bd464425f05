namespace Lanewise.Engine;

/// <summary>
/// Fuses activations and the sum of a residual block into the unit before them, if nothing else reads its output: ReLU into convolution,
/// linear layer, batch norm, sum and max pooling, the sum into the later of its two inputs if that is a convolution or batch norm. Other
/// activations are fused into convolution and linear layer in plans without a backward pass, which would need their inputs.
/// </summary>
internal static class FuseEpilogue
{
    /// <summary>Runs the pass.</summary>
    public static Form Run(Form form)
    {
        var reads = form.CountReads();
        var units = new UnitList();
        foreach (var unit in form.Units)
        {
            bool isFused = unit.Node.Op switch
            {
                ReLU => FuseReLU(units, unit, reads),
                ElementwiseOp => !form.Options.HasBackward && FuseActivation(units, unit, reads),
                Lanewise.Add => FuseSum(units, unit, reads),
                _ => false,
            };
            if (!isFused)
            {
                units.Add(unit);
            }
        }

        return form with { Units = [.. units.Units] };
    }

    private static bool FuseReLU(UnitList units, Unit relu, IReadOnlyDictionary<Value, int> reads)
    {
        bool isFused = reads[relu.Input] == 1 && units.Producer(relu.Input) is
        { ReLU: false, Activation: null, Node.Op: Conv2d or Linear or BatchNorm2d or Lanewise.Add or MaxPool2d };
        if (isFused)
        {
            units.Replace(relu.Input, units.Producer(relu.Input)! with { ReLU = true, Output = relu.Output });
        }

        return isFused;
    }

    private static bool FuseActivation(UnitList units, Unit activation, IReadOnlyDictionary<Value, int> reads)
    {
        bool isFused = reads[activation.Input] == 1
            && units.Producer(activation.Input) is { ReLU: false, Activation: null, Node.Op: Conv2d or Linear };
        if (isFused)
        {
            var convolution = units.Producer(activation.Input)!;
            units.Replace(activation.Input, convolution with { Activation = activation.Node, Output = activation.Output });
        }

        return isFused;
    }

    private static bool FuseSum(UnitList units, Unit sum, IReadOnlyDictionary<Value, int> reads)
    {
        var (a, b) = (sum.Inputs[0], sum.Inputs[1]);
        foreach (var (last, other) in new[] { (a, b), (b, a) })
        {
            bool isFused = a != b && reads[last] == 1
                && units.Producer(last) is { Node.Op: Conv2d or BatchNorm2d, ReLU: false, Activation: null, Shortcut: null }
                && units.IndexOf(other) < units.IndexOf(last);
            if (isFused)
            {
                units.Replace(last, units.Producer(last)! with { Shortcut = other, Output = sum.Output });
                return true;
            }
        }

        return false;
    }
}
