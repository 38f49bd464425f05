using Lanewise.Kernels;

namespace Lanewise;

/// <summary>
/// Adam with decoupled weight decay, as torch.optim.AdamW defines it (Loshchilov and Hutter 2017):
/// m ← β₁·m + (1 − β₁)·∇; s ← β₂·s + (1 − β₂)·∇²; w ← (1 − lr·λ)·w − lr · m̂ / (√ŝ + ε),
/// where m̂ = m / (1 − β₁ᵗ) and ŝ = s / (1 − β₂ᵗ) at step t.
/// </summary>
/// <param name="LearningRate">The learning rate lr, positive. Default: 0.001.</param>
/// <param name="Beta1">The decay β₁ of the first moment, 0 ≤ β₁ &lt; 1. Default: 0.9.</param>
/// <param name="Beta2">The decay β₂ of the second moment, 0 ≤ β₂ &lt; 1. Default: 0.999.</param>
/// <param name="Eps">The term ε added to the denominator, positive. Default: 1e-8.</param>
/// <param name="WeightDecay">The weight decay λ, not negative. Default: 0.01.</param>
public sealed record AdamW(
    float LearningRate = 0.001f, double Beta1 = 0.9, double Beta2 = 0.999, double Eps = 1e-8, float WeightDecay = 0.01f)
    : Optimizer(LearningRate)
{
    internal override IReadOnlyList<string> StateNames => ["exp_avg", "exp_avg_sq"];

    internal override OptimizerStep StepAt(double rate, long update) => new AdamWStep(rate, Beta1, Beta2, Eps, WeightDecay, update);

    internal override void Check()
    {
        base.Check();
        OptionCheck.Require(Beta1 is >= 0 and < 1, nameof(Beta1), "beta1", Beta1, "at least 0 and below 1");
        OptionCheck.Require(Beta2 is >= 0 and < 1, nameof(Beta2), "beta2", Beta2, "at least 0 and below 1");
        OptionCheck.Require((float)Eps > 0, nameof(Eps), "eps", Eps, "a positive number such as 1e-8");
        OptionCheck.Require(WeightDecay >= 0, nameof(WeightDecay), "weight decay", WeightDecay, "a number of at least 0");
    }
}
