using Lanewise.Kernels;

namespace Lanewise.Training;

/// <summary>
/// Adam with decoupled weight decay, as torch.optim.AdamW defines it (Loshchilov and Hutter 2017):
/// m ← β₁·m + (1 − β₁)·∇; s ← β₂·s + (1 − β₂)·∇²; w ← (1 − rate·λ)·w − rate · m̂ / (√ŝ + ε),
/// where m̂ = m / (1 − β₁ᵗ) and ŝ = s / (1 − β₂ᵗ) at the t-th step.
/// </summary>
/// <param name="LearningRate">Rate, positive.</param>
/// <param name="Beta1">β₁, 0 ≤ β₁ &lt; 1.</param>
/// <param name="Beta2">β₂, 0 ≤ β₂ &lt; 1.</param>
/// <param name="Eps">ε, positive.</param>
/// <param name="WeightDecay">λ, not negative.</param>
public sealed record AdamW(float LearningRate = 0.001f, double Beta1 = 0.9, double Beta2 = 0.999, double Eps = 1e-8, float WeightDecay = 0.01f)
    : Optimizer(LearningRate)
{
    internal override IReadOnlyList<string> StateNames => ["exp_avg", "exp_avg_sq"];

    internal override OptimizerStep StepAt(double rate, long update) => new AdamWStep(rate, Beta1, Beta2, Eps, WeightDecay, update);

    internal override void Check()
    {
        base.Check();
        Setting.Require(Beta1 is >= 0 and < 1, "beta1", Beta1, "at least 0 and below 1");
        Setting.Require(Beta2 is >= 0 and < 1, "beta2", Beta2, "at least 0 and below 1");
        Setting.Require((float)Eps > 0, "eps", Eps, "a positive number such as 1e-8");
        Setting.Require(WeightDecay >= 0, "weight decay", WeightDecay, "a number of at least 0");
    }
}
