namespace Lanewise.Engine;

/// <summary>Lowers the elementwise functions other than ReLU.</summary>
internal sealed class ActivationLowering : Lowering
{
    /// <inheritdoc/>
    public override bool SupportsChannelLanes(Unit unit, Form form) => true;

    public override void Forward(Unit unit, ProgramBuilder program)
    {
        var (formula, x, y) = (((ElementwiseOp)unit.Node.Op).Formula, program.At(unit.Input), program.At(unit.Output));
        program.Emit(unit, "Forward", y.Channels, (kernels, in memory, part) => formula.Forward(kernels, x, y, memory, part));
    }

    public override void Backward(GradientNode node, ProgramBuilder program)
    {
        var (dy, dx, adds) = program.Gradients(node);
        var (formula, x) = (((ElementwiseOp)node.Unit.Node.Op).Formula, program.At(node.Unit.Input));
        program.EmitGradient(node, (kernels, in memory, part) => formula.Backward(kernels, x, dy, dx, adds, memory, part));
    }

    /// <inheritdoc/>
    protected override IEnumerable<Value> GradientReads(Unit unit, int index) => unit.Node.Op is Rescaling ? [] : unit.Inputs;
}
