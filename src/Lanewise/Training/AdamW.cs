using Lanewise.Kernels;

namespace Lanewise;

/// <summary>
/// Adam with decoupled weight decay, as torch.optim.AdamW defines it (Loshchilov and Hutter 2017):
/// m ← β₁·m + (1 − β₁)·∇; s ← β₂·s + (1 − β₂)·∇²; w ← (1 − lr·λ)·w − lr · m̂ / (√ŝ + ε),
/// where m̂ = m / (1 − β₁ᵗ) and ŝ = s / (1 − β₂ᵗ) at step t.
/// </summary>
public sealed record AdamW : Optimizer
{
    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">The learning rate lr, positive.</param>
    /// <param name="beta1">The decay β₁ of the first moment, 0 ≤ β₁ &lt; 1.</param>
    /// <param name="beta2">The decay β₂ of the second moment, 0 ≤ β₂ &lt; 1.</param>
    /// <param name="eps">The term ε added to the denominator, positive.</param>
    /// <param name="weightDecay">The weight decay λ, not negative.</param>
    public AdamW(double learningRate = 0.001, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weightDecay = 0.01)
        : base(learningRate) => (Beta1, Beta2, Eps, WeightDecay) = (beta1, beta2, eps, weightDecay);

    /// <summary>The decay β₁ of the first moment, 0 ≤ β₁ &lt; 1.</summary>
    public double Beta1 { get; init; }

    /// <summary>The decay β₂ of the second moment, 0 ≤ β₂ &lt; 1.</summary>
    public double Beta2 { get; init; }

    /// <summary>The term ε added to the denominator, positive.</summary>
    public double Eps { get; init; }

    internal override IReadOnlyList<string> StateNames => ["exp_avg", "exp_avg_sq"];

    internal override double UsualLearningRate => 0.001;

    internal override OptimizerStep StepAt(double rate, long update) =>
        new AdamWStep(rate, Beta1, Beta2, Eps, (float)WeightDecay, update);

    internal override void Check()
    {
        base.Check();
        OptionCheck.Require(Beta1 is >= 0 and < 1, nameof(Beta1), "beta1", Beta1, "at least 0 and below 1");
        OptionCheck.Require(Beta2 is >= 0 and < 1, nameof(Beta2), "beta2", Beta2, "at least 0 and below 1");
        OptionCheck.Require((float)Eps > 0, nameof(Eps), "eps", Eps, "a positive number such as 1e-8");
    }
}
