using Lanewise.Kernels;

namespace Lanewise;

/// <summary>
/// Stochastic gradient descent with momentum, as torch.optim.SGD defines it:
/// g ← ∇ + λ·w; v ← μ·v + g; w ← w − lr · (nesterov ? g + μ·v : v).
/// </summary>
public sealed record Sgd : Optimizer
{
    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">The learning rate lr, positive.</param>
    /// <param name="momentum">The momentum μ, 0 ≤ μ &lt; 1.</param>
    /// <param name="weightDecay">The weight decay λ (L2 penalty), not negative.</param>
    /// <param name="nesterov">Whether to use Nesterov momentum (Sutskever et al. 2013); requires a momentum.</param>
    public Sgd(double learningRate, double momentum = 0, double weightDecay = 0, bool nesterov = false) : base(learningRate) =>
        (Momentum, WeightDecay, Nesterov) = (momentum, weightDecay, nesterov);

    /// <summary>The momentum μ, 0 ≤ μ &lt; 1.</summary>
    public double Momentum { get; init; }

    /// <summary>Whether to use Nesterov momentum.</summary>
    public bool Nesterov { get; init; }

    internal override IReadOnlyList<string> StateNames => ["velocity"];

    internal override double UsualLearningRate => 0.01;

    internal override OptimizerStep StepAt(double rate, long update) =>
        new SgdStep((float)rate, (float)Momentum, (float)WeightDecay, Nesterov);

    internal override void Check()
    {
        base.Check();
        OptionCheck.Require(
            Momentum >= 0 && (float)Momentum < 1, nameof(Momentum), "momentum", Momentum, "at least 0 and below 1");
        OptionCheck.Require(!Nesterov || Momentum > 0, nameof(Momentum), "momentum", Momentum, "positive, as Nesterov momentum requires");
    }
}
