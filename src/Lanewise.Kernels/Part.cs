using System.Runtime.InteropServices;

namespace Lanewise.Kernels;

/// <summary>A share of a kernel call, so that several threads can make it together. The result's bits do not depend on the shares.</summary>
/// <param name="Index">Which share, from 0.</param>
/// <param name="Count">How many there are.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Part(int Index, int Count)
{
    /// <summary>The whole call.</summary>
    public static Part All => new(0, 1);

    /// <summary>This share of <paramref name="units"/> pieces of work: from First to End − 1.</summary>
    public (int First, int End) Of(int units) => ((int)((long)units * Index / Count), (int)((long)units * (Index + 1) / Count));
}
