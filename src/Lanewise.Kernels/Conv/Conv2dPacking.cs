using System.Runtime.InteropServices;

namespace Lanewise.Kernels;

/// <summary>
/// Where a convolution's weights lie while the engine works with them: <c>[k / group][c][r][s][k % group]</c>, so that the
/// weights of a group of outputs are neighbours. The last group is filled up with zeros. Biases follow in plain order.
/// </summary>
/// <param name="Geometry">The convolution.</param>
/// <param name="Group">Outputs in a group.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Conv2dPacking(Conv2dGeometry Geometry, int Group)
{
    /// <summary>Floats taken by the weights.</summary>
    public int Length => checked((Geometry.OutChannels + Group - 1) / Group * Group * PerOutput);

    /// <summary>C·R·S, the weights of one output.</summary>
    public int PerOutput => checked(Geometry.InChannels * Geometry.Positions);

    /// <summary>Copies weights in PyTorch's order [k][c][r][s] into packed ones.</summary>
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

    /// <summary>Copies packed weights back into PyTorch's order.</summary>
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
