using System.Runtime.InteropServices;

namespace Lanewise.Engine;

/// <summary>The live range of a piece of memory, both ends included.</summary>
/// <param name="First">The time of the first use.</param>
/// <param name="Last">The time of the last use.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Lifetime(int First, int Last)
{
    /// <summary>The empty range.</summary>
    public static Lifetime None => new(int.MaxValue, int.MinValue);

    /// <summary>Returns the range extended to include a time.</summary>
    public Lifetime With(int time) => new(Math.Min(First, time), Math.Max(Last, time));

    /// <summary>Whether two ranges overlap.</summary>
    public bool Overlaps(Lifetime other) => First <= other.Last && other.First <= Last;
}
