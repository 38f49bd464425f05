using Lanewise.Kernels;

namespace Lanewise;

/// <summary>
/// Stochastic gradient descent with momentum, as torch.optim.SGD defines it:
/// g ← ∇ + λ·w; v ← μ·v + g; w ← w − lr · (nesterov ? g + μ·v : v).
/// </summary>
/// <param name="LearningRate">The learning rate lr, positive.</param>
/// <param name="Momentum">The momentum μ, 0 ≤ μ &lt; 1. Default: 0.</param>
/// <param name="WeightDecay">The weight decay λ (L2 penalty), not negative. Default: 0.</param>
/// <param name="Nesterov">Whether to use Nesterov momentum (Sutskever et al. 2013); requires a momentum. Default: false.</param>
public sealed record Sgd(float LearningRate, float Momentum = 0, float WeightDecay = 0, bool Nesterov = false) : Optimizer(LearningRate)
{
    internal override IReadOnlyList<string> StateNames => ["velocity"];

    internal override OptimizerStep StepAt(double rate, long update) => new SgdStep((float)rate, Momentum, WeightDecay, Nesterov);

    internal override void Check()
    {
        base.Check();
        OptionCheck.Require(Momentum is >= 0 and < 1, nameof(Momentum), "momentum", Momentum, "at least 0 and below 1");
        OptionCheck.Require(WeightDecay >= 0, nameof(WeightDecay), "weight decay", WeightDecay, "a number of at least 0");
        OptionCheck.Require(!Nesterov || Momentum > 0, nameof(Momentum), "momentum", Momentum, "positive, as Nesterov momentum requires");
    }
}
