namespace Lanewise.Engine;

/// <summary>
/// When each activation and each gradient is in use. Unit i of n runs forward at time i and backward at time 2n − i; the loss
/// lies between, at time n.
/// </summary>
internal static class Lifetimes
{
    /// <summary>Tells every value of its uses.</summary>
    public static void Assign(Fusion fusion)
    {
        int count = fusion.Units.Count;
        fusion.Input.UseData(-1);
        if (fusion.Input.Differentiable)
        {
            fusion.Input.UseGradient(2 * count + 1);
        }

        foreach (var output in fusion.Outputs)
        {
            output.UseData(count);
            output.UseGradient(count);
        }

        foreach (var unit in fusion.Units)
        {
            Forward(unit);
            if (unit.Output.Differentiable)
            {
                Backward(unit, count);
            }
        }
    }

    private static void Forward(Unit unit)
    {
        unit.Output.UseData(unit.Siblings[0].Place);
        unit.Output.UseData(unit.Place);
        foreach (var value in unit.Reads)
        {
            value.UseData(unit.Place);
        }
    }

    private static void Backward(Unit unit, int count)
    {
        int now = 2 * count - unit.Place;
        unit.Output.UseGradient(now);
        unit.Output.UseGradient(2 * count - unit.Siblings[0].Place);
        if (unit.Output.ReLU || unit.Lowering.BackwardReadsOutput)
        {
            unit.Output.UseData(now);
        }

        foreach (var value in unit.Reads)
        {
            value.UseGradient(now);
        }

        foreach (var value in unit.Inputs.Where(_ => unit.Lowering.BackwardReadsInputs(unit)))
        {
            value.UseData(now);
        }

        // What is passed on is added, at the latest, when the unit that made the receiver has its turn.
        foreach (var value in unit.Lowering.PassesOn(unit))
        {
            unit.Output.UseGradient(2 * count - value.Place);
        }
    }
}
