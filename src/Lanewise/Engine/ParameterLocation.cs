using System.Runtime.InteropServices;
using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>The location and packing of a parameter.</summary>
/// <param name="Offset">The offset of the first float.</param>
/// <param name="Count">The number of values.</param>
/// <param name="Packing">The packing of the weights of each group of a convolution; null for row-major order.</param>
/// <param name="Groups">The number of groups, stored consecutively.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ParameterLocation(int Offset, int Count, Conv2dPacking? Packing, int Groups)
{
    /// <summary>The floats that it takes, without those that round them up to a cache line.</summary>
    public int Length => Packing is { } packed ? checked(packed.Length * Groups) : Count;

    /// <summary>Packs values from PyTorch's order.</summary>
    public void Pack(ReadOnlySpan<float> values, LaneMemory to)
    {
        if (Packing is not { } packed)
        {
            values.CopyTo(to.Slice(Offset, Count));
            return;
        }

        int count = Count / Groups;
        for (int g = 0; g < Groups; g++)
        {
            packed.Pack(values.Slice(g * count, count), to.Slice(Offset + g * packed.Length, packed.Length));
        }
    }

    /// <summary>Unpacks values into PyTorch's order.</summary>
    public void Unpack(LaneMemory from, Span<float> values)
    {
        if (Packing is not { } packed)
        {
            from.Slice(Offset, Count).CopyTo(values);
            return;
        }

        int count = Count / Groups;
        for (int g = 0; g < Groups; g++)
        {
            packed.Unpack(from.Slice(Offset + g * packed.Length, packed.Length), values.Slice(g * count, count));
        }
    }
}
