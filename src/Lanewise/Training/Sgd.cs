using Lanewise.Kernels;

namespace Lanewise.Training;

/// <summary>
/// Stochastic gradient descent with momentum, as torch.optim.SGD defines it:
/// g ← ∇ + λ·w; v ← μ·v + g; w ← w − rate · (nesterov ? g + μ·v : v).
/// </summary>
/// <param name="LearningRate">Rate, positive.</param>
/// <param name="Momentum">μ, 0 ≤ μ &lt; 1.</param>
/// <param name="WeightDecay">λ, not negative.</param>
/// <param name="Nesterov">Whether the step looks ahead (Sutskever et al. 2013); needs momentum.</param>
public sealed record Sgd(float LearningRate, float Momentum = 0, float WeightDecay = 0, bool Nesterov = false) : Optimizer(LearningRate)
{
    internal override IReadOnlyList<string> StateNames => ["velocity"];

    internal override OptimizerStep StepAt(double rate, long update) => new SgdStep((float)rate, Momentum, WeightDecay, Nesterov);

    internal override void Check()
    {
        base.Check();
        Setting.Require(Momentum is >= 0 and < 1, "momentum", Momentum, "at least 0 and below 1");
        Setting.Require(WeightDecay >= 0, "weight decay", WeightDecay, "a number of at least 0");
        Setting.Require(!Nesterov || Momentum > 0, "momentum", Momentum, "positive, as Nesterov's step looks ahead by it");
    }
}
