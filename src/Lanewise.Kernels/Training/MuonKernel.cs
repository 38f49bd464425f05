namespace Lanewise.Kernels;

/// <summary>One step of Muon (Jordan et al. 2024), for parameters that are matrices. The state is the momentum.</summary>
/// <param name="LearningRate">The learning rate.</param>
/// <param name="Momentum">μ, the decay of the average of the gradient.</param>
/// <param name="WeightDecay">λ; each step multiplies the weight by 1 − rate·λ.</param>
internal sealed record MuonStep(double LearningRate, double Momentum, double WeightDecay) : OptimizerStep;

/// <summary>
/// Muon: the direction of a step, float by float, and the steps along it once it was made orthogonal (<see cref="NewtonSchulz{L, V}"/>).
/// </summary>
internal static unsafe class MuonKernel<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>
    /// g = Σ over slots;  m = m + (1 − μ)(g − m);  u = g + μ(m − g).
    /// Writes m and, in the first slot, u: <paramref name="count"/> floats from <paramref name="start"/> on; zeroes those of the others.
    /// </summary>
    public static void Direction(MuonStep step, LaneMemory momentum, ReadOnlySpan<LaneMemory> slots, int start, int count)
    {
        V keep = L.Create((float)step.Momentum), rest = L.Create((float)(1 - step.Momentum));
        GradientSum<L, V>.Collect(slots, start, count);
        float* g = slots[0].Pointer + start, m = momentum.Pointer + start;
        for (int i = 0; i < count; i += L.Width)
        {
            V gradient = L.Load(g + i), average = L.Load(m + i);
            average = L.Fma(rest, L.Subtract(gradient, average), average);
            L.Store(average, m + i);
            L.Store(L.Fma(keep, L.Subtract(average, gradient), gradient), g + i);
        }
    }

    /// <summary>
    /// w = (1 − rate·λ)w − rate·scale·u. Writes w and zeroes u: <paramref name="count"/> floats from <paramref name="start"/> on.
    /// </summary>
    public static void Move(MuonStep step, double scale, LaneMemory weights, LaneMemory direction, int start, int count)
    {
        V keep = L.Create((float)(1 - step.LearningRate * step.WeightDecay)), rate = L.Create((float)(-step.LearningRate * scale));
        float* w = weights.Pointer + start, u = direction.Pointer + start;
        for (int i = 0; i < count; i += L.Width)
        {
            L.Store(L.Fma(rate, GradientSum<L, V>.Take(u + i), L.Multiply(keep, L.Load(w + i))), w + i);
        }
    }
}
