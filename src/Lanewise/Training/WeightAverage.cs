namespace Lanewise;

/// <summary>
/// The exponential moving average of the weights and buffers, as timm's ModelEmaV3: after each update,
/// average ← d · average + (1 − d) · weights. It begins with the initial weights.
/// </summary>
public sealed record WeightAverage
{
    private const double WarmupOffset = 9;

    /// <summary>Creates the average.</summary>
    /// <param name="decay">The decay d, 0 ≤ d &lt; 1.</param>
    /// <param name="warmup">Whether the decay is lower in the first updates.</param>
    public WeightAverage(double decay = 0.9998, bool warmup = true) => (Decay, Warmup) = (decay, warmup);

    /// <summary>The decay d, 0 ≤ d &lt; 1.</summary>
    public double Decay { get; init; }

    /// <summary>
    /// Whether the decay is at most (1 + t) / (10 + t) at update t, so that in short trainings too the average forgets the initial weights.
    /// Source: tf.train.ExponentialMovingAverage.
    /// </summary>
    public bool Warmup { get; init; }

    /// <summary>Computes the share of the new weights, 1 − d.</summary>
    /// <param name="update">The number of the update in the whole training, from 1.</param>
    internal double ShareAt(long update) => Math.Max(1 - Decay, Warmup ? WarmupOffset / (WarmupOffset + 1 + update) : 0);

    /// <summary>Validates the options.</summary>
    /// <exception cref="InvalidOptionException">The decay is out of range.</exception>
    internal void Check() =>
        OptionCheck.Require(Decay is >= 0 and < 1, nameof(Decay), "decay of the average", Decay, "at least 0 and below 1");
}
