namespace Lanewise.Training;

/// <summary>
/// Stochastic gradient descent with momentum, as torch.optim.SGD defines it:
/// g ← ∇ + λ·w; v ← μ·v + g; w ← w − rate · (nesterov ? g + μ·v : v).
/// </summary>
/// <param name="LearningRate">Rate, positive.</param>
/// <param name="Momentum">μ, 0 ≤ μ &lt; 1.</param>
/// <param name="WeightDecay">λ, not negative.</param>
/// <param name="Nesterov">Whether the step looks ahead (Sutskever et al. 2013); needs momentum.</param>
public sealed record Sgd(float LearningRate, float Momentum = 0, float WeightDecay = 0, bool Nesterov = false)
{
    /// <summary>Refuses values outside their range.</summary>
    /// <exception cref="LanewiseException">A value is out of range; the message says which.</exception>
    internal void Check()
    {
        Require(float.IsFinite(LearningRate) && LearningRate > 0, "learning rate", LearningRate, "a positive number such as 0.01");
        Require(Momentum is >= 0 and < 1, "momentum", Momentum, "at least 0 and below 1");
        Require(float.IsFinite(WeightDecay) && WeightDecay >= 0, "weight decay", WeightDecay, "a number of at least 0");
        Require(!Nesterov || Momentum > 0, "momentum", Momentum, "positive, as Nesterov's step looks ahead by it");
    }

    private static void Require(bool holds, string what, float value, string expected)
    {
        if (!holds)
        {
            throw new LanewiseException($"{what} {value}: it must be {expected}.");
        }
    }
}
