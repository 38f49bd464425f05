using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>
/// Lowers batch norm that is not folded into a convolution: with batch statistics where it is trained, else with running ones.
/// </summary>
internal sealed class BatchNorm2dLowering : Lowering
{
    public override void Differentiate(Unit unit, Unit group, Autodiff autodiff)
    {
        // One kernel computes the gradients of input and parameters.
        if (unit.IsTrainable && !autodiff.HasGradient(unit.Input))
        {
            autodiff.AddWeights(unit, unit.Inputs);
        }

        base.Differentiate(unit, group, autodiff);
        if (unit.Shortcut is { } shortcut)
        {
            autodiff.Pass(unit, shortcut);
        }
    }

    public override void Forward(Unit unit, ProgramBuilder program)
    {
        var call = Call(unit, program, program.At(unit.Output));
        program.Emit(unit, "Forward", unit.IsTrainable
            ? Work.Across(call.Input.Channels, (kernels, blocks, part) => kernels.BatchNorm2d(call, blocks, part))
            : Work.PerBlock(call.Input.Channels, (kernels, in memory, part) => kernels.BatchNorm2dEvaluate(call, memory, part)));
    }

    public override void Backward(GradientNode node, ProgramBuilder program)
    {
        var call = Call(node.Unit, program, program.GradientAt(node.Unit.Output), node);
        program.Emit(node.Unit, "Backward", node.Unit.IsTrainable
            ? Work.Across(call.Input.Channels, (kernels, blocks, part) => kernels.BatchNorm2dBackward(call, blocks, part))
            : Work.PerBlock(call.Input.Channels, (kernels, in memory, part) => kernels.BatchNorm2dEvaluateBackward(call, memory, part)));
    }

    /// <inheritdoc/>
    protected override IEnumerable<Value> GradientReads(Unit unit, int index) => unit.IsTrainable ? unit.Inputs : [];

    private static BatchNormCall Call(Unit unit, ProgramBuilder program, Planes output, GradientNode? node = null)
    {
        var op = (BatchNorm2d)unit.Node.Op;
        int[] offsets = [.. unit.Node.Parameters.Select(program.Parameters.Offset)];
        return new()
        {
            Input = program.At(unit.Input),
            Output = output,
            InputGradient = node?.Target is { } target ? program.At(target) : default,
            Add = unit.Shortcut is { } shortcut ? program.At(shortcut) : null,
            ReLU = unit.ReLU,
            Accumulate = node is { Accumulate: true },
            WantsInput = program.Form.GradientOf.ContainsKey(unit.Input),
            Weight = offsets[0],
            Bias = offsets[1],
            RunningMean = offsets[2],
            RunningVar = offsets[3],
            BatchesTracked = offsets[4],
            Statistics = program.Parameters.Statistics(unit),
            Slots = program.Slots,
            IsPerSlot = program.Form.Options.BatchNormScope == BatchNormScope.Slot,
            Eps = op.Eps,
            Momentum = op.Momentum,
        };
    }
}

/// <summary>Lowers local response normalization.</summary>
internal sealed class LocalResponseNormLowering : Lowering
{
    /// <inheritdoc/>
    public override void Check(Unit unit)
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

    public override void Forward(Unit unit, ProgramBuilder program)
    {
        var (norm, x, y) = (Norm(unit), program.At(unit.Input), program.At(unit.Output));
        program.Emit(unit, "Forward", Work.PerBlock(
            x.Height, (kernels, in memory, part) => kernels.LocalResponseNorm(norm, x, y, memory, part)));
    }

    public override void Backward(GradientNode node, ProgramBuilder program)
    {
        var (dy, dx, adds) = program.Gradients(node);
        var (norm, x) = (Norm(node.Unit), program.At(node.Unit.Input));
        program.Emit(node.Unit, "Backward", Work.PerBlock(
            x.Height, (kernels, in memory, part) => kernels.LocalResponseNormBackward(norm, x, dy, dx, adds, memory, part)));
    }

    /// <inheritdoc/>
    protected override IEnumerable<Value> GradientReads(Unit unit, int index) => unit.Inputs;

    private static ResponseNorm Norm(Unit unit)
    {
        var op = (LocalResponseNorm)unit.Node.Op;
        return new(op.Size, op.Alpha, op.Beta, op.K);
    }
}

/// <summary>Lowers softmax over channels.</summary>
internal sealed class SoftmaxLowering : Lowering
{
    public override void Forward(Unit unit, ProgramBuilder program)
    {
        var (x, y) = (program.At(unit.Input), program.At(unit.Output));
        program.Emit(unit, "Forward", Work.PerBlock(x.Height, (kernels, in memory, part) => kernels.Softmax(x, y, memory, part)));
    }

    public override void Backward(GradientNode node, ProgramBuilder program)
    {
        var (dy, dx, adds) = program.Gradients(node);
        var y = program.At(node.Unit.Output);
        program.Emit(node.Unit, "Backward", Work.PerBlock(
            y.Height, (kernels, in memory, part) => kernels.SoftmaxBackward(y, dy, dx, adds, memory, part)));
    }

    /// <inheritdoc/>
    protected override IEnumerable<Value> GradientReads(Unit unit, int index) => [unit.Output];
}

/// <summary>Lowers the logarithm of softmax over channels.</summary>
internal sealed class LogSoftmaxLowering : Lowering
{
    public override void Forward(Unit unit, ProgramBuilder program)
    {
        var (x, y) = (program.At(unit.Input), program.At(unit.Output));
        program.Emit(unit, "Forward", Work.PerBlock(x.Height, (kernels, in memory, part) => kernels.LogSoftmax(x, y, memory, part)));
    }

    public override void Backward(GradientNode node, ProgramBuilder program)
    {
        var (dy, dx, adds) = program.Gradients(node);
        var y = program.At(node.Unit.Output);
        program.Emit(node.Unit, "Backward", Work.PerBlock(
            y.Height, (kernels, in memory, part) => kernels.LogSoftmaxBackward(y, dy, dx, adds, memory, part)));
    }

    /// <inheritdoc/>
    protected override IEnumerable<Value> GradientReads(Unit unit, int index) => [unit.Output];
}

/// <summary>Lowers dropout, which is part of training plans only.</summary>
internal sealed class DropoutLowering : Lowering
{
    public override void Forward(Unit unit, ProgramBuilder program)
    {
        var (x, y) = (program.At(unit.Input), program.At(unit.Output));
        program.Emit(unit, "Forward", y.Channels, Run(unit, program, x, y, adds: false));
    }

    public override void Backward(GradientNode node, ProgramBuilder program)
    {
        var (dy, dx, adds) = program.Gradients(node);
        program.EmitGradient(node, Run(node.Unit, program, dy, dx, adds));
    }

    private static BlockAction Run(Unit unit, ProgramBuilder program, Planes from, Planes to, bool adds)
    {
        var (seed, node, p) = (program.Form.Options.Seed, unit.Node.Index, ((Dropout)unit.Node.Op).P);
        return (kernels, in memory, part) => kernels.Dropout(from, to, DropoutMask.Key(seed, memory.Step, node), p, adds, memory, part);
    }
}
