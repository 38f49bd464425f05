using System.Collections.Immutable;
using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>
/// For the channel-interleaved layout, which channels the vectors of each value hold: a convolution fills its vectors, a concatenation has
/// those of its branches, and every other node has those of its input. It runs when sums are fused: a convolution and the sum fused into it
/// have the vectors of the convolution.
/// </summary>
internal static class PropagateLayouts
{
    /// <summary>Runs the pass.</summary>
    public static Form Run(Form form, int laneWidth)
    {
        var lanes = ImmutableDictionary.CreateBuilder<Value, ChannelLanes>();
        lanes[form.Input] = ChannelLanes.Of(form.Input.Shape.Channels, laneWidth);
        foreach (var unit in form.Units)
        {
            lanes[unit.Output] = unit.Node.Op switch
            {
                Conv2d or Linear => ChannelLanes.Of(unit.Output.Shape.Channels, laneWidth),
                Concat => ChannelLanes.Concat(unit.Inputs.Select(value => lanes[value])),
                _ => lanes[unit.Input],
            };
        }

        return form with { Lanes = lanes.ToImmutable() };
    }
}
