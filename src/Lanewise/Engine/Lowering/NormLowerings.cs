using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>
/// Lowers batch norm that is not folded into a convolution: with batch statistics where it is trained, else with running ones.
/// </summary>
internal sealed class BatchNorm2dLowering : Lowering
{
    /// <inheritdoc/>
    public override bool BackwardReadsInputs(Unit unit) => unit.IsTrainable;

    /// <inheritdoc/>
    public override IEnumerable<Value> PassThroughInputs(Unit unit) => unit.Shortcut is { } shortcut ? [shortcut] : [];

    public override void Forward(Unit unit, BlockProgram program, bool training)
    {
        var call = Call(unit, program, unit.Output.Data, default, accumulate: false);
        program.Emit(unit, "Forward", unit.IsTrainable
            ? Work.Across(call.Input.Channels, (kernels, blocks, part) => kernels.BatchNorm2d(call, blocks, part))
            : Work.PerBlock(call.Input.Channels, (kernels, in memory, part) => kernels.BatchNorm2dEvaluate(call, memory, part)));
    }

    public override void Backward(Unit unit, BlockProgram program)
    {
        var x = unit.Inputs[0];
        if (x.RequiresGradient)
        {
            program.EmitGradient(unit, x, (dx, adds) => Gradient(unit, Call(unit, program, unit.Output.Gradient, dx, adds)));
        }
        else if (unit.IsTrainable)
        {
            program.Emit(unit, "Backward", Gradient(unit, Call(unit, program, unit.Output.Gradient, default, accumulate: false)));
        }

        PassGradientThrough(unit);
    }

    private static Work Gradient(Unit unit, BatchNormCall call) => unit.IsTrainable
        ? Work.Across(call.Input.Channels, (kernels, blocks, part) => kernels.BatchNorm2dBackward(call, blocks, part))
        : Work.PerBlock(call.Input.Channels, (kernels, in memory, part) => kernels.BatchNorm2dEvaluateBackward(call, memory, part));

    private static BatchNormCall Call(Unit unit, BlockProgram program, Planes output, Planes inputGradient, bool accumulate)
    {
        var (op, x) = ((BatchNorm2d)unit.Node.Op, unit.Inputs[0]);
        int[] offsets = [.. unit.Node.Parameters.Select(program.Parameters.Offset)];
        return new()
        {
            Input = x.Data,
            Output = output,
            InputGradient = inputGradient,
            Add = unit.Shortcut?.Data,
            ReLU = unit.ReLU,
            Accumulate = accumulate,
            WantsInput = x.RequiresGradient,
            Weight = offsets[0],
            Bias = offsets[1],
            RunningMean = offsets[2],
            RunningVar = offsets[3],
            BatchesTracked = offsets[4],
            Statistics = program.Parameters.Statistics(unit),
            Slots = program.CallSlots,
            IsPerSlot = program.Options.BatchNormScope == BatchNormScope.Slot,
            Eps = op.Eps,
            Momentum = op.Momentum,
        };
    }
}

/// <summary>Lowers local response normalization.</summary>
internal sealed class LocalResponseNormLowering : Lowering
{
    /// <inheritdoc/>
    public override bool BackwardReadsInputs(Unit unit) => true;

    public override void Prepare(Unit unit)
    {
        // The kernel keeps the channels of a pixel on the stack.
        const int MaxChannels = 4096;
        int channels = unit.Output.Shape.Channels;
        if (channels > MaxChannels)
        {
            throw new NetworkException(
                $"{unit.Node.Path} (LocalResponseNorm): {channels} channels; at most {MaxChannels} are supported.",
                nodePath: unit.Node.Path);
        }
    }

    public override void Forward(Unit unit, BlockProgram program, bool training)
    {
        var (norm, x, y) = (Norm(unit), unit.Inputs[0].Data, unit.Output.Data);
        program.Emit(unit, "Forward", Work.PerBlock(
            x.Height, (kernels, in memory, part) => kernels.LocalResponseNorm(norm, x, y, memory, part)));
    }

    public override void Backward(Unit unit, BlockProgram program)
    {
        var (norm, x, dy) = (Norm(unit), unit.Inputs[0], unit.Output.Gradient);
        if (x.RequiresGradient)
        {
            var data = x.Data;
            program.EmitGradient(unit, x, (dx, adds) => Work.PerBlock(
                data.Height, (kernels, in memory, part) => kernels.LocalResponseNormBackward(norm, data, dy, dx, adds, memory, part)));
        }
    }

    private static ResponseNorm Norm(Unit unit)
    {
        var op = (LocalResponseNorm)unit.Node.Op;
        return new(op.Size, op.Alpha, op.Beta, op.K);
    }
}

/// <summary>Lowers softmax over channels.</summary>
internal sealed class SoftmaxLowering : Lowering
{
    /// <inheritdoc/>
    public override bool BackwardReadsOutput => true;

    public override void Forward(Unit unit, BlockProgram program, bool training)
    {
        var (x, y) = (unit.Inputs[0].Data, unit.Output.Data);
        program.Emit(unit, "Forward", Work.PerBlock(x.Height, (kernels, in memory, part) => kernels.Softmax(x, y, memory, part)));
    }

    public override void Backward(Unit unit, BlockProgram program)
    {
        var (x, y, dy) = (unit.Inputs[0], unit.Output.Data, unit.Output.Gradient);
        if (x.RequiresGradient)
        {
            program.EmitGradient(unit, x, (dx, adds) => Work.PerBlock(
                y.Height, (kernels, in memory, part) => kernels.SoftmaxBackward(y, dy, dx, adds, memory, part)));
        }
    }
}

/// <summary>Lowers the logarithm of softmax over channels.</summary>
internal sealed class LogSoftmaxLowering : Lowering
{
    /// <inheritdoc/>
    public override bool BackwardReadsOutput => true;

    public override void Forward(Unit unit, BlockProgram program, bool training)
    {
        var (x, y) = (unit.Inputs[0].Data, unit.Output.Data);
        program.Emit(unit, "Forward", Work.PerBlock(x.Height, (kernels, in memory, part) => kernels.LogSoftmax(x, y, memory, part)));
    }

    public override void Backward(Unit unit, BlockProgram program)
    {
        var (x, y, dy) = (unit.Inputs[0], unit.Output.Data, unit.Output.Gradient);
        if (x.RequiresGradient)
        {
            program.EmitGradient(unit, x, (dx, adds) => Work.PerBlock(
                y.Height, (kernels, in memory, part) => kernels.LogSoftmaxBackward(y, dy, dx, adds, memory, part)));
        }
    }
}

/// <summary>Lowers dropout, which is part of training plans only.</summary>
internal sealed class DropoutLowering : Lowering
{
    public override void Forward(Unit unit, BlockProgram program, bool training)
    {
        var (x, y) = (unit.Inputs[0].Data, unit.Output.Data);
        program.Emit(unit, "Forward", unit.Output, Run(unit, program, x, y, adds: false));
    }

    public override void Backward(Unit unit, BlockProgram program)
    {
        var dy = unit.Output.Gradient;
        if (unit.Inputs[0].RequiresGradient)
        {
            program.EmitGradient(unit, unit.Inputs[0], (dx, adds) => Run(unit, program, dy, dx, adds));
        }
    }

    private static BlockAction Run(Unit unit, BlockProgram program, Planes from, Planes to, bool adds)
    {
        var (seed, node, p) = (program.Options.Seed, unit.Node.Index, ((Dropout)unit.Node.Op).P);
        return (kernels, in memory, part) => kernels.Dropout(from, to, DropoutMask.Key(seed, memory.Step, node), p, adds, memory, part);
    }
}
