using Lanewise.Kernels;

namespace Lanewise;

/// <summary>
/// Muon (Jordan et al. 2024), in the scale of torch.optim.Muon's <c>adjust_lr_fn="match_rms_adamw"</c>: the weights of each convolution
/// without groups are a matrix of (K, C·R·S), m ← m + (1 − μ)·(∇ − m); u ← ∇ + μ·(m − ∇);
/// w ← (1 − lr·λ)·w − lr · 0.2·√max(K, C·R·S) · NS(u), where NS makes u nearly orthogonal by five steps of a Newton-Schulz iteration. All
/// other parameters are updated by <see cref="AdamW"/> with the same learning rate and weight decay.
/// </summary>
public sealed record Muon : Optimizer
{
    /// <summary>Creates the optimizer.</summary>
    /// <param name="learningRate">The learning rate lr, positive.</param>
    /// <param name="momentum">The momentum μ, 0 ≤ μ &lt; 1.</param>
    /// <param name="weightDecay">The weight decay λ, not negative.</param>
    public Muon(double learningRate = 0.001, double momentum = 0.95, double weightDecay = 0.1)
        : base(learningRate) => (Momentum, WeightDecay) = (momentum, weightDecay);

    /// <summary>The momentum μ, 0 ≤ μ &lt; 1.</summary>
    public double Momentum { get; init; }

    // The moments of AdamW; the first is the momentum of a matrix, which has no second one.
    internal override IReadOnlyList<string> StateNames => ["muon_avg", "muon_avg_sq"];

    internal override double UsualLearningRate => 0.001;

    internal override bool UpdatesMatrices => true;

    internal override OptimizerStep StepAt(double rate, long update) => new MuonStep(rate, Momentum, (float)WeightDecay);

    internal override OptimizerStep ElementwiseStepAt(double rate, long update) =>
        new AdamW(LearningRate, weightDecay: WeightDecay).StepAt(rate, update);

    internal override void Check()
    {
        base.Check();
        OptionCheck.Require(
            Momentum >= 0 && (float)Momentum < 1, nameof(Momentum), "momentum", Momentum, "at least 0 and below 1");
    }
}
