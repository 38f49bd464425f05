using System.Runtime.InteropServices;

namespace Lanewise.Kernels;

/// <summary>
/// One share of a kernel call that several threads execute together. The result is bitwise identical for any number of shares.
/// </summary>
/// <param name="Index">The index of the share, from 0.</param>
/// <param name="Count">The number of shares.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Part(int Index, int Count)
{
    /// <summary>The whole call.</summary>
    public static Part All => new(0, 1);

    /// <summary>Gets this share of <paramref name="units"/> units of work: First to End − 1.</summary>
    public (int First, int End) Of(int units) => ((int)((long)units * Index / Count), (int)((long)units * (Index + 1) / Count));
}
