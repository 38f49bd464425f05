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
        for (int k = 0, from = 0; k < Geometry.OutChannels; k++)
        {
            for (int i = 0; i < PerOutput; i++)
            {
                packed[Index(k, i)] = weights[from++];
            }
        }
    }

    /// <summary>Unpacks weights into PyTorch's order. Writes weights.</summary>
    public void Unpack(ReadOnlySpan<float> packed, Span<float> weights)
    {
        for (int k = 0, to = 0; k < Geometry.OutChannels; k++)
        {
            for (int i = 0; i < PerOutput; i++)
            {
                weights[to++] = packed[Index(k, i)];
            }
        }
    }

    private int Index(int k, int i) => k / Group * Group * PerOutput + i * Group + k % Group;
}
