namespace Lanewise.Engine;

/// <summary>
/// Computes the live range of each activation and each gradient. Unit i of n runs forward at time i and backward at time 2n − i; the loss
/// is computed in between, at time n.
/// </summary>
internal static class Lifetimes
{
    /// <summary>Extends the live range of every value to all its uses.</summary>
    public static void Assign(Fusion fusion)
    {
        int count = fusion.Units.Count;
        fusion.Input.UseData(-1);
        if (fusion.Input.RequiresGradient)
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
            if (unit.Output.RequiresGradient)
            {
                Backward(unit, count);
            }
        }
    }

    private static void Forward(Unit unit)
    {
        unit.Output.UseData(unit.Siblings[0].Index);
        unit.Output.UseData(unit.Index);
        foreach (var value in unit.AllInputs)
        {
            value.UseData(unit.Index);
        }
    }

    private static void Backward(Unit unit, int count)
    {
        int now = 2 * count - unit.Index;
        unit.Output.UseGradient(now);
        unit.Output.UseGradient(2 * count - unit.Siblings[0].Index);
        if (unit.Output.ReLU || unit.Lowering.BackwardReadsOutput)
        {
            unit.Output.UseData(now);
        }

        foreach (var value in unit.AllInputs)
        {
            value.UseGradient(now);
        }

        foreach (var value in unit.Inputs.Where(_ => unit.Lowering.BackwardReadsInputs(unit)))
        {
            value.UseData(now);
        }

        // A pending gradient is added, at the latest, at the turn of the unit that writes the receiving value.
        foreach (var value in unit.Lowering.PassThroughInputs(unit))
        {
            unit.Output.UseGradient(2 * count - value.ProducerIndex);
        }
    }
}
