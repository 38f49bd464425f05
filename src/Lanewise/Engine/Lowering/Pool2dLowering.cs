using Lanewise.Graphs;
using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>Max pooling, with the ReLU that was folded into it.</summary>
internal sealed class MaxPool2dLowering : Lowering
{
    /// <inheritdoc/>
    public override bool TakesChannelLanes(Unit unit) => true;

    public override void Forward(Unit unit, BlockProgram program, bool training)
    {
        var (rows, columns) = PoolAxes.Of(unit.Node.Op, unit.Inputs[0].Shape);
        var call = new PoolCall(rows, columns, unit.Inputs[0].Data, unit.Output.Data)
        {
            Winner = BlockProgram.Wants(unit.Inputs[0]) ? program.Scratch(unit) : null,
            ReLU = unit.ReLU,
        };
        program.NeedScratch(call.ScratchVectors * program.Kernels.LaneWidth);
        program.Emit(unit, "Forward", unit.Output, (kernels, in memory, part) => kernels.MaxPool2d(call, memory, part));
    }

    public override void Backward(Unit unit, BlockProgram program)
    {
        if (!BlockProgram.Wants(unit.Inputs[0]))
        {
            return;
        }

        var (rows, columns) = PoolAxes.Of(unit.Node.Op, unit.Inputs[0].Shape);
        var winner = program.Scratch(unit);
        program.EmitGradient(unit, unit.Inputs[0], (dx, adds) =>
        {
            var call = new PoolCall(rows, columns, dx, unit.Output.Gradient) { Winner = winner, Accumulate = adds };
            return (kernels, in memory, part) => kernels.MaxPool2dBackward(call, memory, part);
        });
    }
}

/// <summary>Average pooling, by a kernel or to a size.</summary>
internal sealed class AvgPool2dLowering : Lowering
{
    /// <inheritdoc/>
    public override bool TakesChannelLanes(Unit unit) => true;

    public override void Forward(Unit unit, BlockProgram program, bool training)
    {
        var call = Call(unit, unit.Inputs[0].Data, unit.Output.Data, adds: false);
        program.NeedScratch(call.ScratchVectors * program.Kernels.LaneWidth);
        program.Emit(unit, "Forward", unit.Output, (kernels, in memory, part) => kernels.AvgPool2d(call, memory, part));
    }

    public override void Backward(Unit unit, BlockProgram program)
    {
        if (BlockProgram.Wants(unit.Inputs[0]))
        {
            program.EmitGradient(unit, unit.Inputs[0], (dx, adds) =>
            {
                var call = Call(unit, dx, unit.Output.Gradient, adds);
                return (kernels, in memory, part) => kernels.AvgPool2dBackward(call, memory, part);
            });
        }
    }

    private static PoolCall Call(Unit unit, Planes input, Planes output, bool adds)
    {
        var (rows, columns) = PoolAxes.Of(unit.Node.Op, unit.Inputs[0].Shape);
        return new PoolCall(rows, columns, input, output) { CountIncludePad = unit.Node.Op is AvgPool2d { CountIncludePad: true }, Accumulate = adds };
    }
}

/// <summary>The windows of a pooling along each axis, in the kernels' terms.</summary>
internal static class PoolAxes
{
    public static (PoolAxis Rows, PoolAxis Columns) Of(Op op, Shape x) => op switch
    {
        Pool2d pool => (PoolAxis.Of(pool.Window!.Value.Rows, x.Height), PoolAxis.Of(pool.Window.Value.Columns, x.Width)),
        AdaptiveAvgPool2d pool => (PoolAxis.Adaptive(x.Height, pool.OutputSize.Height), PoolAxis.Adaptive(x.Width, pool.OutputSize.Width)),
        _ => throw new ArgumentException($"{op.Name} is no pooling", nameof(op)),
    };
}
