namespace Lanewise.Kernels;

/// <summary>
/// The mask of dropout. Each decision is a hash of seed, step, layer, image index and element index, without state or order, so that both
/// engines and any number of threads drop the same values.
/// </summary>
internal static class DropoutMask
{
    /// <summary>Computes the key of a layer in a training step.</summary>
    /// <param name="seed">The seed of the training.</param>
    /// <param name="step">The index of the training step.</param>
    /// <param name="node">The index of the layer in the network.</param>
    public static ulong Key(int seed, long step, int node)
    {
        ulong key = SplitMix64.Mix((ulong)(uint)seed + SplitMix64.Increment);
        key = SplitMix64.Mix((key ^ (ulong)step) + SplitMix64.Increment);
        return SplitMix64.Mix((key ^ (ulong)(uint)node) + SplitMix64.Increment);
    }

    /// <summary>Whether a value is kept; its probability is 1 − <paramref name="p"/>.</summary>
    /// <param name="key">The key of the layer.</param>
    /// <param name="image">The index of the image in the batch.</param>
    /// <param name="element">The index of the value in the image, c·H·W + h·W + w.</param>
    /// <param name="p">The probability of being dropped.</param>
    public static bool Keeps(ulong key, int image, int element, float p) =>
        SplitMix64.Single(SplitMix64.Mix(key + SplitMix64.Increment * (((ulong)(uint)image << 32) + (uint)element + 1))) >= p;

    /// <summary>Gets the factor of kept values, 1 / (1 − p), which preserves the expected value.</summary>
    public static float Scale(float p) => 1f / (1f - p);
}
