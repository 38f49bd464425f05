using Lanewise.Kernels;

namespace Lanewise;

/// <summary>
/// RMSprop, as torch.optim.RMSprop defines it (Tieleman and Hinton 2012), not centered:
/// g ← ∇ + λ·w; s ← α·s + (1 − α)·g²; b ← μ·b + g / (√s + ε); w ← w − lr·b.
/// </summary>
public sealed record RMSprop : Optimizer
{
    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">The learning rate lr, positive.</param>
    /// <param name="alpha">The decay α of the average of the squared gradient, 0 ≤ α &lt; 1.</param>
    /// <param name="eps">The term ε added to the denominator, positive.</param>
    /// <param name="weightDecay">The weight decay λ (L2 penalty), not negative.</param>
    /// <param name="momentum">The momentum μ, 0 ≤ μ &lt; 1.</param>
    public RMSprop(
        double learningRate = 0.01, double alpha = 0.99, double eps = 1e-8, double weightDecay = 0, double momentum = 0)
        : base(learningRate) => (Alpha, Eps, WeightDecay, Momentum) = (alpha, eps, weightDecay, momentum);

    /// <summary>The decay α of the average of the squared gradient, 0 ≤ α &lt; 1.</summary>
    public double Alpha { get; init; }

    /// <summary>The term ε added to the denominator, positive.</summary>
    public double Eps { get; init; }

    /// <summary>The momentum μ, 0 ≤ μ &lt; 1.</summary>
    public double Momentum { get; init; }

    internal override IReadOnlyList<string> StateNames => ["square_avg", "momentum_buffer"];

    internal override double UsualLearningRate => 0.001;

    internal override OptimizerStep StepAt(double rate, long update) =>
        new RMSpropStep(rate, Alpha, Eps, Momentum, (float)WeightDecay);

    internal override void Check()
    {
        base.Check();
        OptionCheck.Require(Alpha is >= 0 and < 1, nameof(Alpha), "alpha", Alpha, "at least 0 and below 1");
        OptionCheck.Require((float)Eps > 0, nameof(Eps), "eps", Eps, "a positive number such as 1e-8");
        OptionCheck.Require(
            Momentum >= 0 && (float)Momentum < 1, nameof(Momentum), "momentum", Momentum, "at least 0 and below 1");
    }
}
