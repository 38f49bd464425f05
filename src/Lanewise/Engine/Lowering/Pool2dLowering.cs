using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>Lowers max pooling that is not fused into a convolution, with the ReLU fused into it.</summary>
internal sealed class MaxPool2dLowering : Lowering
{
    /// <inheritdoc/>
    public override bool SupportsChannelLanes(Unit unit) => true;

    public override void Forward(Unit unit, BlockProgram program, bool training)
    {
        var (rows, columns) = PoolAxes.Of(unit.Node.Op, unit.Inputs[0].Shape);
        var call = new PoolCall(rows, columns, unit.Inputs[0].Data, unit.Output.Data)
        {
            Winner = unit.Inputs[0].RequiresGradient ? program.SavedForBackward(unit) : null,
            ReLU = unit.ReLU,
        };
        program.RequireScratch(call.ScratchVectors * program.Kernels.LaneWidth);
        program.Emit(unit, "Forward", unit.Output, (kernels, in memory, part) => kernels.MaxPool2d(call, memory, part));
    }

    public override void Backward(Unit unit, BlockProgram program)
    {
        if (!unit.Inputs[0].RequiresGradient)
        {
            return;
        }

        var (rows, columns) = PoolAxes.Of(unit.Node.Op, unit.Inputs[0].Shape);
        var winner = program.SavedForBackward(unit);
        program.EmitGradient(unit, unit.Inputs[0], (dx, adds) =>
        {
            var call = new PoolCall(rows, columns, dx, unit.Output.Gradient) { Winner = winner, Accumulate = adds };
            return (kernels, in memory, part) => kernels.MaxPool2dBackward(call, memory, part);
        });
    }
}

/// <summary>Lowers average pooling, with a kernel size or to an output size.</summary>
internal sealed class AvgPool2dLowering : Lowering
{
    /// <inheritdoc/>
    public override bool SupportsChannelLanes(Unit unit) => true;

    public override void Forward(Unit unit, BlockProgram program, bool training)
    {
        var call = Call(unit, unit.Inputs[0].Data, unit.Output.Data, adds: false);
        program.RequireScratch(call.ScratchVectors * program.Kernels.LaneWidth);
        program.Emit(unit, "Forward", unit.Output, (kernels, in memory, part) => kernels.AvgPool2d(call, memory, part));
    }

    public override void Backward(Unit unit, BlockProgram program)
    {
        if (unit.Inputs[0].RequiresGradient)
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
        return new PoolCall(rows, columns, input, output)
        {
            CountIncludePad = unit.Node.Op is AvgPool2d { CountIncludePad: true },
            Accumulate = adds,
        };
    }
}

/// <summary>Converts the windows of a pooling op to those of the kernels.</summary>
internal static class PoolAxes
{
    /// <summary>Returns the windows along each axis.</summary>
    public static (PoolAxis Rows, PoolAxis Columns) Of(Op op, Shape x) => op switch
    {
        Pool2d pool => (PoolAxis.Of(pool.Window!.Value.Rows, x.Height), PoolAxis.Of(pool.Window.Value.Columns, x.Width)),
        AdaptiveAvgPool2d pool => (PoolAxis.Adaptive(x.Height, pool.OutputSize.Height), PoolAxis.Adaptive(x.Width, pool.OutputSize.Width)),
        _ => throw new ArgumentException($"{op.Name} is not a pooling op", nameof(op)),
    };
}
