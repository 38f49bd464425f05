using System.Runtime.InteropServices;

namespace Lanewise.Kernels;

/// <summary>
/// The layout of a convolution's weights in the engine, <c>[k / group][c][r][s][k % group]</c>: the weights that a micro-kernel call
/// multiplies with one input are neighbours. The last group is padded with zeros. Biases stay in plain order.
/// </summary>
/// <param name="Geometry">The convolution.</param>
/// <param name="Group">The outputs of a group.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Conv2dPacking(Conv2dGeometry Geometry, int Group)
{
    /// <summary>The floats that the packed weights take.</summary>
    public int Length => checked((Geometry.OutChannels + Group - 1) / Group * Group * PerOutput);

    /// <summary>C·R·S, the weights of one output.</summary>
    public int PerOutput => checked(Geometry.InChannels * Geometry.Positions);

    /// <summary>Packs weights from PyTorch's order [k][c][r][s]. Writes packed, but for the padding.</summary>
    public void Pack(ReadOnlySpan<float> weights, Span<float> packed)
    {
        int perOutput = PerOutput;
        for (int k = 0; k < Geometry.OutChannels; k += Group)
        {
            var from = weights[(k * perOutput)..];
            var to = packed.Slice(k * perOutput, Group * perOutput);
            int outputs = Math.Min(Group, Geometry.OutChannels - k);
            for (int i = 0, at = 0; i < perOutput; i++, at += Group)
            {
                for (int j = 0; j < outputs; j++)
                {
                    to[at + j] = from[j * perOutput + i];
                }
            }
        }
    }

    /// <summary>Unpacks weights into PyTorch's order. Writes weights.</summary>
    public void Unpack(ReadOnlySpan<float> packed, Span<float> weights)
    {
        int perOutput = PerOutput;
        for (int k = 0; k < Geometry.OutChannels; k += Group)
        {
            var from = packed.Slice(k * perOutput, Group * perOutput);
            int outputs = Math.Min(Group, Geometry.OutChannels - k);
            for (int j = 0; j < outputs; j++)
            {
                var to = weights.Slice((k + j) * perOutput, perOutput);
                for (int i = 0, at = j; i < to.Length; i++, at += Group)
                {
                    to[i] = from[at];
                }
            }
        }
    }
}
