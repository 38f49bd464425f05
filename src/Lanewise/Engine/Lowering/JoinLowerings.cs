namespace Lanewise.Engine;

/// <summary>Lowers a ReLU that is not fused into another unit.</summary>
internal sealed class ReLULowering : Lowering
{
    /// <inheritdoc/>
    public override bool SupportsChannelLanes(Unit unit) => true;

    /// <inheritdoc/>
    public override IEnumerable<Value> PassThroughInputs(Unit unit) => unit.Inputs;

    public override void Forward(Unit unit, BlockProgram program, bool training)
    {
        var (x, y) = (unit.Inputs[0].Data, unit.Output.Data);
        program.Emit(unit, "Forward", unit.Output, (kernels, in memory, part) => kernels.ReLU(x, y, memory, part));
    }

    // The gradient of the output is already masked, and equals that of the input.
    public override void Backward(Unit unit, BlockProgram program) => PassGradientThrough(unit);
}

/// <summary>Lowers a sum that is not fused into another unit.</summary>
internal sealed class AddLowering : Lowering
{
    /// <inheritdoc/>
    public override bool SupportsChannelLanes(Unit unit) => unit.Inputs[0].Lanes!.Equals(unit.Inputs[1].Lanes);

    /// <inheritdoc/>
    public override IEnumerable<Value> PassThroughInputs(Unit unit) => unit.Inputs;

    public override void Forward(Unit unit, BlockProgram program, bool training)
    {
        var (a, b, y, relu) = (unit.Inputs[0].Data, unit.Inputs[1].Data, unit.Output.Data, unit.ReLU);
        program.Emit(unit, "Forward", unit.Output, (kernels, in memory, part) => kernels.Add(a, b, y, relu, memory, part));
    }

    public override void Backward(Unit unit, BlockProgram program) => PassGradientThrough(unit);
}

/// <summary>Lowers an elementwise product.</summary>
internal sealed class MulLowering : Lowering
{
    /// <inheritdoc/>
    public override bool SupportsChannelLanes(Unit unit) => unit.Inputs[0].Lanes!.Equals(unit.Inputs[1].Lanes);

    /// <inheritdoc/>
    public override bool BackwardReadsInputs(Unit unit) => true;

    public override void Forward(Unit unit, BlockProgram program, bool training)
    {
        var (a, b, y) = (unit.Inputs[0].Data, unit.Inputs[1].Data, unit.Output.Data);
        program.Emit(unit, "Forward", unit.Output, (kernels, in memory, part) =>
            kernels.Mul(a, b, y, accumulate: false, memory, part));
    }

    // Twice for the two inputs, which may be one value.
    public override void Backward(Unit unit, BlockProgram program)
    {
        var dy = unit.Output.Gradient;
        foreach (var (input, factor) in new[] { (unit.Inputs[0], unit.Inputs[1].Data), (unit.Inputs[1], unit.Inputs[0].Data) })
        {
            if (input.RequiresGradient)
            {
                program.EmitGradient(unit, input, (dx, adds) =>
                    (kernels, in memory, part) => kernels.Mul(dy, factor, dx, adds, memory, part));
            }
        }
    }
}

/// <summary>Lowers the repetition of a channel, row or column.</summary>
internal sealed class ExpandLowering : Lowering
{
    /// <inheritdoc/>
    public override bool SupportsChannelLanes(Unit unit) => unit.Inputs[0].Shape.Channels == unit.Output.Shape.Channels;

    public override void Forward(Unit unit, BlockProgram program, bool training)
    {
        var (x, y) = (unit.Inputs[0].Data, unit.Output.Data);
        program.Emit(unit, "Forward", unit.Output, (kernels, in memory, part) => kernels.Expand(x, y, memory, part));
    }

    public override void Backward(Unit unit, BlockProgram program)
    {
        var dy = unit.Output.Gradient;
        if (unit.Inputs[0].RequiresGradient)
        {
            program.EmitGradient(unit, unit.Inputs[0], (dx, adds) =>
                (kernels, in memory, part) => kernels.ExpandBackward(dy, dx, adds, memory, part));
        }
    }
}

/// <summary>Lowers rows and columns of one value around the image.</summary>
internal sealed class ConstantPad2dLowering : Lowering
{
    /// <inheritdoc/>
    public override bool SupportsChannelLanes(Unit unit) => true;

    public override void Forward(Unit unit, BlockProgram program, bool training)
    {
        var (op, x, y) = ((ConstantPad2d)unit.Node.Op, unit.Inputs[0].Data, unit.Output.Data);
        var (offset, value) = ((op.Padding.Top, op.Padding.Left), op.Value);
        program.Emit(unit, "Forward", unit.Output, (kernels, in memory, part) =>
            kernels.ConstantPad2d(x, y, offset, value, memory, part));
    }

    public override void Backward(Unit unit, BlockProgram program)
    {
        var (padding, dy) = (((ConstantPad2d)unit.Node.Op).Padding, unit.Output.Gradient);
        var offset = (padding.Top, padding.Left);
        if (unit.Inputs[0].RequiresGradient)
        {
            program.EmitGradient(unit, unit.Inputs[0], (dx, adds) =>
                (kernels, in memory, part) => kernels.ConstantPad2dBackward(dy, dx, offset, adds, memory, part));
        }
    }
}

/// <summary>Lowers concatenation: a no-op for branches that write directly into their slice, a copy for the others.</summary>
internal sealed class ConcatLowering : Lowering
{
    /// <inheritdoc/>
    public override bool SupportsChannelLanes(Unit unit) => true;

    /// <inheritdoc/>
    public override IEnumerable<Value> PassThroughInputs(Unit unit) => unit.Inputs.Where(v => !v.IsSlice);

    public override void Forward(Unit unit, BlockProgram program, bool training)
    {
        int plane = 0;
        foreach (var input in unit.Inputs)
        {
            var (x, slice) = (input.Data, unit.Output.Data.Slice(plane, input.PlaneCount));
            plane += input.PlaneCount;
            if (x != slice)
            {
                program.Emit(unit, "Forward", input, (kernels, in memory, part) => kernels.Copy(x, slice, memory, part));
            }
        }
    }

    public override void Backward(Unit unit, BlockProgram program)
    {
        int channel = 0;
        foreach (var input in unit.Inputs)
        {
            var slice = unit.Output.Gradient.Slice(channel, input.Shape.Channels);
            channel += input.Shape.Channels;
            if (input.Gradient == slice)
            {
                input.IsGradientWritten = true;
            }
            else if (input.RequiresGradient)
            {
                input.PendingGradients.Enqueue(slice);
            }
        }
    }
}

/// <summary>Lowers Flatten: a copy that removes the zero borders between the rows.</summary>
internal sealed class FlattenLowering : Lowering
{
    public override void Forward(Unit unit, BlockProgram program, bool training)
    {
        var (x, y) = (unit.Inputs[0].Data, unit.Output.Data);
        program.Emit(unit, "Forward", Work.PerBlock(1, (kernels, in memory, _) => kernels.Flatten(x, y, memory)));
    }

    public override void Backward(Unit unit, BlockProgram program)
    {
        var dy = unit.Output.Gradient;
        if (unit.Inputs[0].RequiresGradient)
        {
            program.EmitGradientCopy(unit, unit.Inputs[0], dx => (kernels, in memory, _) => kernels.Flatten(dy, dx, memory));
        }
    }
}

/// <summary>Lowers the shortcut without parameters.</summary>
internal sealed class IdentityShortcutLowering : Lowering
{
    public override void Forward(Unit unit, BlockProgram program, bool training)
    {
        var (x, y) = (unit.Inputs[0].Data, unit.Output.Data);
        var (before, stride) = Sizes(unit);
        program.Emit(unit, "Forward", unit.Output, (kernels, in memory, part) =>
            kernels.IdentityShortcut(x, y, before, stride, memory, part));
    }

    public override void Backward(Unit unit, BlockProgram program)
    {
        var dy = unit.Output.Gradient;
        var (before, stride) = Sizes(unit);
        if (unit.Inputs[0].RequiresGradient)
        {
            program.EmitGradient(unit, unit.Inputs[0], (dx, adds) =>
                (kernels, in memory, part) => kernels.IdentityShortcutBackward(dy, dx, before, stride, adds, memory, part));
        }
    }

    private static (int Before, (int Rows, int Columns) Stride) Sizes(Unit unit)
    {
        var op = (IdentityShortcut)unit.Node.Op;
        return (op.ChannelsBefore(unit.Inputs[0].Shape.Channels), (op.Stride.Height, op.Stride.Width));
    }
}
