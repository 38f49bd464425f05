using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>Lowers max pooling that is not fused into a convolution, with the ReLU fused into it.</summary>
internal sealed class MaxPool2dLowering : Lowering
{
    /// <inheritdoc/>
    public override bool SupportsChannelLanes(Unit unit, Form form) => true;

    /// <inheritdoc/>
    public override bool SavesForBackward => true;

    public override void Forward(Unit unit, ProgramBuilder program)
    {
        var (rows, columns) = PoolAxes.Of(unit.Node.Op, unit.Input.Shape);
        var call = new PoolCall(rows, columns, program.At(unit.Input), program.At(unit.Output))
        {
            Winner = unit.Saved is { } winner ? program.At(winner) : null,
            ReLU = unit.ReLU,
        };
        program.RequireScratch(call.ScratchVectors * program.Kernels.LaneWidth);
        program.Emit(unit, "Forward", call.Output.Channels, (kernels, in memory, part) => kernels.MaxPool2d(call, memory, part));
    }

    public override void Backward(GradientNode node, ProgramBuilder program)
    {
        var (dy, dx, adds) = program.Gradients(node);
        var (rows, columns) = PoolAxes.Of(node.Unit.Node.Op, node.Unit.Input.Shape);
        var call = new PoolCall(rows, columns, dx, dy) { Winner = program.At(node.Unit.Saved!), Accumulate = adds };
        program.EmitGradient(node, (kernels, in memory, part) => kernels.MaxPool2dBackward(call, memory, part));
    }

    /// <inheritdoc/>
    protected override IEnumerable<Value> GradientReads(Unit unit, int index) => [unit.Saved!];
}

/// <summary>Lowers average pooling, with a kernel size or to an output size.</summary>
internal sealed class AvgPool2dLowering : Lowering
{
    /// <inheritdoc/>
    public override bool SupportsChannelLanes(Unit unit, Form form) => true;

    public override void Forward(Unit unit, ProgramBuilder program)
    {
        var call = Call(unit, program.At(unit.Input), program.At(unit.Output), adds: false);
        program.RequireScratch(call.ScratchVectors * program.Kernels.LaneWidth);
        program.Emit(unit, "Forward", call.Output.Channels, (kernels, in memory, part) => kernels.AvgPool2d(call, memory, part));
    }

    public override void Backward(GradientNode node, ProgramBuilder program)
    {
        var (dy, dx, adds) = program.Gradients(node);
        var call = Call(node.Unit, dx, dy, adds);
        program.EmitGradient(node, (kernels, in memory, part) => kernels.AvgPool2dBackward(call, memory, part));
    }

    private static PoolCall Call(Unit unit, Planes input, Planes output, bool adds)
    {
        var (rows, columns) = PoolAxes.Of(unit.Node.Op, unit.Input.Shape);
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
