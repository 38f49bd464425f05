using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Kernels;

/// <summary>
/// Floats between guard bands. Guards and floats that nothing has filled are a NaN, so that reading them shows in the result.
/// </summary>
internal sealed class GuardedMemory
{
    private const int GuardFloats = 64;
    private const int Pattern = 0x7FC0BEEF;

    /// <param name="floats">Floats between the guards.</param>
    /// <param name="leading">Whether a guard band precedes them; not for memory that a kernel addresses from its first float on.</param>
    public GuardedMemory(int floats, bool leading = true)
    {
        (Start, Length) = (leading ? GuardFloats : 0, floats);
        Memory = new LaneMemory(Start + floats + GuardFloats);
        Memory.Slice(0, Memory.Length).Fill(Guard);
    }

    public static float Guard => BitConverter.Int32BitsToSingle(Pattern);

    public LaneMemory Memory { get; }

    /// <summary>The first float between the guards.</summary>
    public int Start { get; }

    public int Length { get; }

    public Span<float> Values => Memory.Slice(Start, Length);

    public static bool IsGuard(float value) => BitConverter.SingleToInt32Bits(value) == Pattern;

    public static GuardedMemory Of(ReadOnlySpan<double> values)
    {
        var memory = new GuardedMemory(values.Length);
        for (int i = 0; i < values.Length; i++)
        {
            memory.Values[i] = (float)values[i];
        }

        return memory;
    }

    public void AssertGuards()
    {
        var all = Memory.Slice(0, Memory.Length);
        for (int i = 0; i < all.Length; i++)
        {
            if ((i < Start || i >= Start + Length) && !IsGuard(all[i]))
            {
                Assert.Fail($"float {i - Start} of {Length} was written");
            }
        }
    }
}
