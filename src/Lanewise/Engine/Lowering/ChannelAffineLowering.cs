using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>Lowers the linear function with a weight and a bias for each channel.</summary>
internal sealed class ChannelAffineLowering : Lowering
{
    /// <inheritdoc/>
    public override bool SupportsChannelLanes(Unit unit, Form form) => true;

    public override void Differentiate(Unit unit, Unit group, Autodiff autodiff)
    {
        if (unit.IsTrainable)
        {
            autodiff.AddWeights(unit, unit.Inputs);
        }

        base.Differentiate(unit, group, autodiff);
    }

    public override void Forward(Unit unit, ProgramBuilder program)
    {
        var call = Call(unit, program, program.At(unit.Output));
        program.Emit(unit, "Forward", call.Output.Channels, (kernels, in memory, part) => kernels.ChannelAffine(call, memory, part));
    }

    public override void Backward(GradientNode node, ProgramBuilder program)
    {
        var call = Call(node.Unit, program, program.GradientAt(node.Unit.Output), node);
        if (node.Kind == GradientKind.Weights)
        {
            program.Emit(node.Unit, "BackwardWeights", Work.Across(
                call.Input.Channels, (kernels, blocks, part) => kernels.ChannelAffineBackwardWeights(call, blocks, part)));
        }
        else
        {
            program.EmitGradient(node, (kernels, in memory, part) => kernels.ChannelAffineBackwardInput(call, memory, part));
        }
    }

    private static ChannelAffineCall Call(Unit unit, ProgramBuilder program, Planes output, GradientNode? node = null) => new()
    {
        Input = program.At(unit.Input),
        Output = output,
        InputGradient = node?.Target is { } target ? program.At(target) : default,
        Accumulate = node is { Accumulate: true },
        Lanes = program.Form.Lanes.GetValueOrDefault(unit.Input),
        Weight = program.Parameters.Weights(unit),
        Bias = program.Parameters.Bias(unit),
        Slots = program.Slots,
    };
}
