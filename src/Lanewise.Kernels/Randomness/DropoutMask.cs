namespace Lanewise.Kernels;

/// <summary>
/// Which values dropout keeps. Each decision is a hash of seed, step, layer, the image's place in the batch and the value's place
/// in the image: no state and no order, so that both engines and any number of threads drop the same values.
/// </summary>
internal static class DropoutMask
{
    /// <summary>One layer's key in one training step.</summary>
    /// <param name="seed">The training's seed.</param>
    /// <param name="step">How many steps came before.</param>
    /// <param name="node">The layer's place in the network.</param>
    public static ulong Key(int seed, long step, int node)
    {
        ulong key = SplitMix64.Mix((ulong)(uint)seed + SplitMix64.Increment);
        key = SplitMix64.Mix((key ^ (ulong)step) + SplitMix64.Increment);
        return SplitMix64.Mix((key ^ (ulong)(uint)node) + SplitMix64.Increment);
    }

    /// <summary>Whether a value is kept; its probability is 1 − <paramref name="p"/>.</summary>
    /// <param name="key">The layer's.</param>
    /// <param name="image">The image's place in the batch.</param>
    /// <param name="element">The value's place in the image, c·H·W + h·W + w.</param>
    /// <param name="p">The probability to be dropped.</param>
    public static bool Keeps(ulong key, int image, int element, float p) =>
        SplitMix64.Single(SplitMix64.Mix(key + SplitMix64.Increment * (((ulong)(uint)image << 32) + (uint)element + 1))) >= p;

    /// <summary>What kept values are multiplied by, so that the expected sum stays.</summary>
    public static float Scale(float p) => 1f / (1f - p);
}
