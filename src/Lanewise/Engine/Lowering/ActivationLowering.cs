using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>Lowers the elementwise functions other than ReLU, one kernel with a formula for each.</summary>
internal sealed class ActivationLowering : Lowering
{
    /// <inheritdoc/>
    public override bool SupportsChannelLanes(Unit unit) => true;

    /// <inheritdoc/>
    public override bool BackwardReadsInputs(Unit unit) => unit.Node.Op is not Rescaling;

    public override void Forward(Unit unit, BlockProgram program, bool training)
    {
        var (formula, x, y) = (FormulaOf(unit.Node.Op), unit.Inputs[0].Data, unit.Output.Data);
        program.Emit(unit, "Forward", unit.Output, (kernels, in memory, part) => kernels.Activation(formula, x, y, memory, part));
    }

    public override void Backward(Unit unit, BlockProgram program)
    {
        var (formula, x, dy) = (FormulaOf(unit.Node.Op), unit.Inputs[0].Data, unit.Output.Gradient);
        if (unit.Inputs[0].RequiresGradient)
        {
            program.EmitGradient(unit, unit.Inputs[0], (dx, adds) =>
                (kernels, in memory, part) => kernels.ActivationBackward(formula, x, dy, dx, adds, memory, part));
        }
    }

    private static ActivationFormula FormulaOf(Op op) => op switch
    {
        LeakyReLU leaky => new(ActivationKind.LeakyReLU, leaky.NegativeSlope),
        Hardtanh clip => new(ActivationKind.Hardtanh, clip.Min, clip.Max),
        Sigmoid => new(ActivationKind.Sigmoid),
        Hardsigmoid hard => new(ActivationKind.Hardsigmoid, hard.Alpha, hard.Beta),
        Hardswish => new(ActivationKind.Hardswish),
        SiLU => new(ActivationKind.SiLU),
        Rescaling line => new(ActivationKind.Rescaling, line.Scale, line.Offset),
        _ => throw new ArgumentException($"{op.Name} is not an elementwise function", nameof(op)),
    };
}
