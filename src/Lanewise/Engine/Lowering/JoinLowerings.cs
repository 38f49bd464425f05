namespace Lanewise.Engine;

/// <summary>Lowers a ReLU that is not fused into another unit.</summary>
internal sealed class ReLULowering : Lowering
{
    /// <inheritdoc/>
    public override bool SupportsChannelLanes(Unit unit, Form form) => true;

    // The gradient of the output is already masked, and equals that of the input.
    public override void Differentiate(Unit unit, Unit group, Autodiff autodiff) => autodiff.Pass(unit, unit.Input);

    public override void Forward(Unit unit, ProgramBuilder program)
    {
        var (x, y) = (program.At(unit.Input), program.At(unit.Output));
        program.Emit(unit, "Forward", y.Channels, (kernels, in memory, part) => kernels.ReLU(x, y, memory, part));
    }
}

/// <summary>Lowers a sum that is not fused into another unit.</summary>
internal sealed class AddLowering : Lowering
{
    /// <inheritdoc/>
    public override bool SupportsChannelLanes(Unit unit, Form form) => form.Lanes[unit.Inputs[0]].Equals(form.Lanes[unit.Inputs[1]]);

    public override void Differentiate(Unit unit, Unit group, Autodiff autodiff)
    {
        foreach (var input in unit.Inputs)
        {
            autodiff.Pass(unit, input);
        }
    }

    public override void Forward(Unit unit, ProgramBuilder program)
    {
        var (a, b, y, relu) = (program.At(unit.Inputs[0]), program.At(unit.Inputs[1]), program.At(unit.Output), unit.ReLU);
        program.Emit(unit, "Forward", y.Channels, (kernels, in memory, part) => kernels.Add(a, b, y, relu, memory, part));
    }
}

/// <summary>Lowers an elementwise product, or one with a factor for each channel.</summary>
internal sealed class MulLowering : Lowering
{
    /// <inheritdoc/>
    public override bool SupportsChannelLanes(Unit unit, Form form) => form.Lanes[unit.Inputs[0]].Equals(form.Lanes[unit.Inputs[1]]);

    public override void Forward(Unit unit, ProgramBuilder program)
    {
        var (a, b, y) = (program.At(unit.Inputs[0]), program.At(unit.Inputs[1]), program.At(unit.Output));
        program.Emit(unit, "Forward", y.Channels, unit.Inputs[0].Shape == unit.Inputs[1].Shape
            ? (kernels, in memory, part) => kernels.Mul(a, b, y, accumulate: false, memory, part)
            : (kernels, in memory, part) => kernels.Scale(a, b, y, memory, part));
    }

    public override void Backward(GradientNode node, ProgramBuilder program)
    {
        var (dy, dx, adds) = program.Gradients(node);
        var factor = program.At(node.Unit.Inputs[1 - node.Index]);
        program.EmitGradient(node, (kernels, in memory, part) => kernels.Mul(dy, factor, dx, adds, memory, part));
    }

    /// <inheritdoc/>
    protected override IEnumerable<Value> GradientReads(Unit unit, int index) => [unit.Inputs[1 - index]];
}

/// <summary>Lowers the repetition of a channel, row or column.</summary>
internal sealed class ExpandLowering : Lowering
{
    /// <inheritdoc/>
    public override bool SupportsChannelLanes(Unit unit, Form form) => unit.Input.Shape.Channels == unit.Output.Shape.Channels;

    public override void Forward(Unit unit, ProgramBuilder program)
    {
        var (x, y) = (program.At(unit.Input), program.At(unit.Output));
        program.Emit(unit, "Forward", y.Channels, (kernels, in memory, part) => kernels.Expand(x, y, memory, part));
    }

    public override void Backward(GradientNode node, ProgramBuilder program)
    {
        var (dy, dx, adds) = program.Gradients(node);
        program.EmitGradient(node, (kernels, in memory, part) => kernels.ExpandBackward(dy, dx, adds, memory, part));
    }
}

/// <summary>Lowers rows and columns of one value around the image.</summary>
internal sealed class ConstantPad2dLowering : Lowering
{
    /// <inheritdoc/>
    public override bool SupportsChannelLanes(Unit unit, Form form) => true;

    public override void Forward(Unit unit, ProgramBuilder program)
    {
        var (op, x, y) = ((ConstantPad2d)unit.Node.Op, program.At(unit.Input), program.At(unit.Output));
        var (offset, value) = ((op.Padding.Top, op.Padding.Left), op.Value);
        program.Emit(unit, "Forward", y.Channels, (kernels, in memory, part) =>
            kernels.ConstantPad2d(x, y, offset, value, memory, part));
    }

    public override void Backward(GradientNode node, ProgramBuilder program)
    {
        var (dy, dx, adds) = program.Gradients(node);
        var padding = ((ConstantPad2d)node.Unit.Node.Op).Padding;
        var offset = (padding.Top, padding.Left);
        program.EmitGradient(node, (kernels, in memory, part) => kernels.ConstantPad2dBackward(dy, dx, offset, adds, memory, part));
    }
}

/// <summary>Lowers concatenation: a no-op for branches that write directly into their slice, a copy for the others.</summary>
internal sealed class ConcatLowering : Lowering
{
    /// <inheritdoc/>
    public override bool SupportsChannelLanes(Unit unit, Form form) => true;

    public override void Differentiate(Unit unit, Unit group, Autodiff autodiff)
    {
        int channel = 0;
        foreach (var input in unit.Inputs)
        {
            autodiff.PassSlice(unit, input, channel);
            channel += input.Shape.Channels;
        }
    }

    public override void Forward(Unit unit, ProgramBuilder program)
    {
        int plane = 0;
        foreach (var input in unit.Inputs)
        {
            var (x, slice) = (program.At(input), program.At(unit.Output).Slice(plane, program.Form.PlaneCount(input)));
            plane += x.Channels;
            if (x != slice)
            {
                program.Emit(unit, "Forward", x.Channels, (kernels, in memory, part) => kernels.Copy(x, slice, memory, part));
            }
        }
    }
}

/// <summary>Lowers Flatten: a copy that removes the zero borders between the rows.</summary>
internal sealed class FlattenLowering : Lowering
{
    public override void Differentiate(Unit unit, Unit group, Autodiff autodiff) =>
        autodiff.AddInput(unit, 0, reads: [], accumulates: false);

    public override void Forward(Unit unit, ProgramBuilder program)
    {
        var (x, y) = (program.At(unit.Input), program.At(unit.Output));
        program.Emit(unit, "Forward", Work.PerBlock(1, (kernels, in memory, _) => kernels.Flatten(x, y, memory)));
    }

    public override void Backward(GradientNode node, ProgramBuilder program)
    {
        var (dy, dx, adds) = program.Gradients(node);
        var to = node.Scratch is { } copy ? program.At(copy) : dx;
        program.Emit(node.Unit, "Backward", Work.PerBlock(1, (kernels, in memory, _) => kernels.Flatten(dy, to, memory)));
        if (adds)
        {
            program.EmitGradient(node, (kernels, in memory, part) => kernels.Add(dx, to, dx, relu: false, memory, part));
        }
    }
}

/// <summary>Lowers the shortcut without parameters.</summary>
internal sealed class IdentityShortcutLowering : Lowering
{
    public override void Forward(Unit unit, ProgramBuilder program)
    {
        var (x, y) = (program.At(unit.Input), program.At(unit.Output));
        var (before, stride) = Sizes(unit);
        program.Emit(unit, "Forward", y.Channels, (kernels, in memory, part) =>
            kernels.IdentityShortcut(x, y, before, stride, memory, part));
    }

    public override void Backward(GradientNode node, ProgramBuilder program)
    {
        var (dy, dx, adds) = program.Gradients(node);
        var (before, stride) = Sizes(node.Unit);
        program.EmitGradient(node, (kernels, in memory, part) =>
            kernels.IdentityShortcutBackward(dy, dx, before, stride, adds, memory, part));
    }

    private static (int Before, (int Rows, int Columns) Stride) Sizes(Unit unit)
    {
        var op = (IdentityShortcut)unit.Node.Op;
        return (op.ChannelsBefore(unit.Input.Shape.Channels), (op.Stride.Height, op.Stride.Width));
    }
}
