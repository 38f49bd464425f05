using Lanewise.Graphs;
using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>Max pooling, with the ReLU that was folded into it.</summary>
internal sealed class MaxPool2dLowering : Lowering
{
    public override void Forward(Unit unit, BlockProgram program, bool training)
    {
        var axis = Window.Axis((Pool2d)unit.Node.Op);
        var task = new PoolTask(axis, axis, unit.Inputs[0].Data, unit.Output.Data) { Winner = training ? program.Scratch(unit) : null, ReLU = unit.ReLU };
        program.Emit(unit, "Forward", (kernels, in memory) => kernels.MaxPool2d(task, memory));
    }

    public override void Backward(Unit unit, BlockProgram program)
    {
        if (!BlockProgram.Wants(unit.Inputs[0]))
        {
            return;
        }

        var (axis, winner) = (Window.Axis((Pool2d)unit.Node.Op), program.Scratch(unit));
        program.EmitGradient(unit, unit.Inputs[0], (dx, adds) =>
        {
            var task = new PoolTask(axis, axis, dx, unit.Output.Gradient) { Winner = winner, Accumulate = adds };
            return (kernels, in memory) => kernels.MaxPool2dBackward(task, memory);
        });
    }
}

/// <summary>Average pooling.</summary>
internal sealed class AvgPool2dLowering : Lowering
{
    public override void Forward(Unit unit, BlockProgram program, bool training)
    {
        var task = Task(unit, unit.Inputs[0].Data, unit.Output.Data, adds: false);
        program.Emit(unit, "Forward", (kernels, in memory) => kernels.AvgPool2d(task, memory));
    }

    public override void Backward(Unit unit, BlockProgram program)
    {
        if (BlockProgram.Wants(unit.Inputs[0]))
        {
            program.EmitGradient(unit, unit.Inputs[0], (dx, adds) =>
            {
                var task = Task(unit, dx, unit.Output.Gradient, adds);
                return (kernels, in memory) => kernels.AvgPool2dBackward(task, memory);
            });
        }
    }

    private static PoolTask Task(Unit unit, Planes input, Planes output, bool adds)
    {
        var axis = Window.Axis((Pool2d)unit.Node.Op);
        return new PoolTask(axis, axis, input, output) { CountIncludePad = ((AvgPool2d)unit.Node.Op).CountIncludePad, Accumulate = adds };
    }
}
