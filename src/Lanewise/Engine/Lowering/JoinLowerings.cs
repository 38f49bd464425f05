namespace Lanewise.Engine;

/// <summary>A ReLU that nothing before it could take in.</summary>
internal sealed class ReLULowering : Lowering
{
    public override void Forward(Unit unit, BlockProgram program, bool training)
    {
        var (x, y) = (unit.Inputs[0].Data, unit.Output.Data);
        program.Emit(unit, "Forward", (kernels, in memory) => kernels.ReLU(x, y, memory));
    }

    public override void Backward(Unit unit, BlockProgram program)
    {
        // The gradient to the output has been masked; what is left is the input's own.
        if (BlockProgram.Wants(unit.Inputs[0]))
        {
            unit.Inputs[0].PassedOn.Enqueue(unit.Output.Gradient);
        }
    }
}

/// <summary>A sum that no convolution could take in.</summary>
internal sealed class AddLowering : Lowering
{
    public override void Forward(Unit unit, BlockProgram program, bool training)
    {
        var (a, b, y, relu) = (unit.Inputs[0].Data, unit.Inputs[1].Data, unit.Output.Data, unit.ReLU);
        program.Emit(unit, "Forward", (kernels, in memory) => kernels.Add(a, b, y, relu, memory));
    }

    public override void Backward(Unit unit, BlockProgram program)
    {
        foreach (var input in unit.Inputs.Where(BlockProgram.Wants))
        {
            input.PassedOn.Enqueue(unit.Output.Gradient);
        }
    }
}

/// <summary>Concatenation: nothing to do for branches that write into their slice, a copy for the others.</summary>
internal sealed class ConcatLowering : Lowering
{
    public override void Forward(Unit unit, BlockProgram program, bool training)
    {
        int channel = 0;
        foreach (var input in unit.Inputs)
        {
            var slice = unit.Output.Data.Slice(channel, input.Shape.Channels);
            channel += input.Shape.Channels;
            if (input.Data != slice)
            {
                program.Emit(unit, "Forward", (kernels, in memory) => kernels.Copy(input.Data, slice, memory));
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
                input.Written = true;
            }
            else if (BlockProgram.Wants(input))
            {
                input.PassedOn.Enqueue(slice);
            }
        }
    }
}

/// <summary>Flatten: a copy out of the rows' zero borders.</summary>
internal sealed class FlattenLowering : Lowering
{
    public override void Forward(Unit unit, BlockProgram program, bool training)
    {
        var (x, y) = (unit.Inputs[0].Data, unit.Output.Data);
        program.Emit(unit, "Forward", (kernels, in memory) => kernels.Flatten(x, y, memory));
    }

    public override void Backward(Unit unit, BlockProgram program)
    {
        var dy = unit.Output.Gradient;
        if (BlockProgram.Wants(unit.Inputs[0]))
        {
            program.EmitGradientCopy(unit, unit.Inputs[0], dx => (kernels, in memory) => kernels.Flatten(dy, dx, memory));
        }
    }
}
