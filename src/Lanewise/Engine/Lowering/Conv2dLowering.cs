using Lanewise.Graphs;
using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>Conv2d, with the residual and the ReLU that were folded into it; and Linear, a convolution of one pixel.</summary>
internal sealed class Conv2dLowering : Lowering
{
    /// <summary>The kernels' words for an op's sizes.</summary>
    public static Conv2dGeometry Geometry(Op op, Shape input) => op switch
    {
        Conv2d c => new(input.Channels, c.OutChannels, Window.Rows(c), Window.Columns(c)),
        Linear l => Conv2dGeometry.Linear(input.Channels, l.OutFeatures),
        _ => throw new ArgumentException($"{op.Name} is no convolution", nameof(op)),
    };

    public override void Require(Unit unit)
    {
        var x = unit.Inputs[0];
        var columns = Geometry(unit.Node.Op, x.Shape).Columns;
        x.NeedBorder(columns.ForwardBorder(x.Shape.Width));
        unit.Output.NeedGradientBorder(columns.BackwardBorder(x.Shape.Width));
    }

    public override void Forward(Unit unit, BlockProgram program, bool training)
    {
        var x = unit.Inputs[0];
        var (weights, bias) = Offsets(unit, program);
        var task = program.Kernels.Conv2dForward(Geometry(unit.Node.Op, x.Shape), x.Data, unit.Output.Data, weights, bias);
        task.Add = unit.Shortcut?.Data;
        task.ReLU = unit.ReLU;
        program.Emit(unit, "Forward", (kernels, in memory) => kernels.Conv2d(task, memory));
    }

    public override void Backward(Unit unit, BlockProgram program)
    {
        var (x, dy) = (unit.Inputs[0], unit.Output.Gradient);
        var geometry = Geometry(unit.Node.Op, x.Shape);
        var (weights, bias) = Offsets(unit, program);
        var gradient = program.Kernels.Conv2dBackwardWeights(geometry, x.Data, dy, weights, bias);
        program.Emit(unit, "BackwardWeights", (kernels, in memory) => kernels.Conv2dGradient(gradient, memory));
        if (BlockProgram.Wants(x))
        {
            program.EmitGradient(unit, x, program.Kernels.Conv2dBackwardInput(geometry, dy, x.Gradient, weights));
        }

        if (unit.Shortcut is { } shortcut && BlockProgram.Wants(shortcut))
        {
            shortcut.PassedOn.Enqueue(dy);
        }
    }

    private static (int Weights, int Bias) Offsets(Unit unit, BlockProgram program)
    {
        var parameters = unit.Node.Parameters;
        return (program.Parameters.Offset(parameters[0]), parameters.Count > 1 ? program.Parameters.Offset(parameters[1]) : -1);
    }
}
