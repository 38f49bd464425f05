using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>Lowers the linear function with a weight and a bias for each channel.</summary>
internal sealed class ChannelAffineLowering : Lowering
{
    /// <inheritdoc/>
    public override bool SupportsChannelLanes(Unit unit) => true;

    /// <inheritdoc/>
    public override bool BackwardReadsInputs(Unit unit) => unit.IsTrainable;

    public override void Forward(Unit unit, BlockProgram program, bool training)
    {
        var call = Call(unit, program, unit.Output.Data, default, accumulate: false);
        program.Emit(unit, "Forward", unit.Output, (kernels, in memory, part) => kernels.ChannelAffine(call, memory, part));
    }

    public override void Backward(Unit unit, BlockProgram program)
    {
        var (x, dy) = (unit.Inputs[0], unit.Output.Gradient);
        if (unit.IsTrainable)
        {
            var call = Call(unit, program, dy, default, accumulate: false);
            program.Emit(unit, "BackwardWeights", Work.Across(
                call.Input.Channels, (kernels, blocks, part) => kernels.ChannelAffineBackwardWeights(call, blocks, part)));
        }

        if (x.RequiresGradient)
        {
            program.EmitGradient(unit, x, (dx, adds) =>
            {
                var call = Call(unit, program, dy, dx, adds);
                return (kernels, in memory, part) => kernels.ChannelAffineBackwardInput(call, memory, part);
            });
        }
    }

    private static ChannelAffineCall Call(Unit unit, BlockProgram program, Planes output, Planes inputGradient, bool accumulate) => new()
    {
        Input = unit.Inputs[0].Data,
        Output = output,
        InputGradient = inputGradient,
        Accumulate = accumulate,
        Lanes = unit.Inputs[0].Lanes,
        Weight = program.Parameters.Weights(unit),
        Bias = program.Parameters.Bias(unit),
        Slots = program.CallSlots,
    };
}
