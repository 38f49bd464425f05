using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>An output with a loss.</summary>
/// <param name="Data">The location of the logits.</param>
/// <param name="Gradient">The location of their gradient; null where no trained layer precedes them.</param>
/// <param name="Weight">The weight of the loss.</param>
internal sealed record LossOutput(Planes Data, Planes? Gradient, float Weight);
