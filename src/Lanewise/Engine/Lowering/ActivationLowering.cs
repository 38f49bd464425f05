namespace Lanewise.Engine;

/// <summary>Lowers the elementwise functions other than ReLU.</summary>
internal sealed class ActivationLowering : Lowering
{
    /// <inheritdoc/>
    public override bool SupportsChannelLanes(Unit unit) => true;

    /// <inheritdoc/>
    public override bool BackwardReadsInputs(Unit unit) => unit.Node.Op is not Rescaling;

    public override void Forward(Unit unit, BlockProgram program, bool training)
    {
        var (formula, x, y) = (((ElementwiseOp)unit.Node.Op).Formula, unit.Inputs[0].Data, unit.Output.Data);
        program.Emit(unit, "Forward", unit.Output, (kernels, in memory, part) => formula.Forward(kernels, x, y, memory, part));
    }

    public override void Backward(Unit unit, BlockProgram program)
    {
        var (formula, x, dy) = (((ElementwiseOp)unit.Node.Op).Formula, unit.Inputs[0].Data, unit.Output.Gradient);
        if (unit.Inputs[0].RequiresGradient)
        {
            program.EmitGradient(unit, unit.Inputs[0], (dx, adds) =>
                (kernels, in memory, part) => formula.Backward(kernels, x, dy, dx, adds, memory, part));
        }
    }
}
