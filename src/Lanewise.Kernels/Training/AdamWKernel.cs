namespace Lanewise.Kernels;

/// <summary>
/// One step of AdamW as defined by torch.optim.AdamW. The state is the running averages of the gradient and of its square.
/// </summary>
/// <param name="LearningRate">The learning rate.</param>
/// <param name="Beta1">β₁, the decay of the average of the gradient.</param>
/// <param name="Beta2">β₂, the decay of the average of the squared gradient.</param>
/// <param name="Eps">ε, added to the divisor.</param>
/// <param name="WeightDecay">λ; each step multiplies the weight by 1 − rate·λ.</param>
/// <param name="Update">t, the number of this update, from 1.</param>
internal sealed record AdamWStep(double LearningRate, double Beta1, double Beta2, double Eps, double WeightDecay, long Update)
    : OptimizerStep;

/// <summary>AdamW on a range of the weights, float by float; a lane is a weight.</summary>
internal static unsafe class AdamWKernel<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>
    /// g = Σ over slots;  m = β₁m + (1 − β₁)g;  s = β₂s + (1 − β₂)g²;
    /// w = (1 − rate·λ)w − rate / (1 − β₁ᵗ) · m / (√s / √(1 − β₂ᵗ) + ε).
    /// Writes w, m and s of <paramref name="count"/> floats from <paramref name="start"/> on, and zeroes those of the slots.
    /// </summary>
    public static void Run(
        AdamWStep step, LaneMemory weights, LaneMemory average, LaneMemory square, ReadOnlySpan<LaneMemory> slots, int start, int count)
    {
        V beta1 = Constant(step.Beta1), rest1 = Constant(1 - step.Beta1), beta2 = Constant(step.Beta2), rest2 = Constant(1 - step.Beta2);
        V keep = Constant(1 - step.LearningRate * step.WeightDecay), eps = Constant(step.Eps);
        V rate = Constant(-step.LearningRate / (1 - FixedMath.Power(step.Beta1, step.Update)));
        V root = Constant(1 / Math.Sqrt(1 - FixedMath.Power(step.Beta2, step.Update)));
        GradientSum<L, V>.Collect(slots, start, count);
        float* g = slots[0].Pointer + start, w = weights.Pointer + start, m = average.Pointer + start, s = square.Pointer + start;
        for (int i = 0; i < count; i += L.Width)
        {
            V gradient = GradientSum<L, V>.Take(g + i);
            V mean = L.Fma(beta1, L.Load(m + i), L.Multiply(rest1, gradient));
            V spread = L.Fma(beta2, L.Load(s + i), L.Multiply(rest2, L.Multiply(gradient, gradient)));
            L.Store(mean, m + i);
            L.Store(spread, s + i);
            V move = L.Divide(mean, L.Fma(L.Sqrt(spread), root, eps));
            L.Store(L.Fma(rate, move, L.Multiply(keep, L.Load(w + i))), w + i);
        }
    }

    private static V Constant(double value) => L.Create((float)value);
}
