namespace Lanewise.Kernels;

/// <summary>
/// One step of RMSprop as defined by torch.optim.RMSprop. The state is the running average of the squared gradient and the momentum buffer.
/// </summary>
/// <param name="LearningRate">The learning rate.</param>
/// <param name="Alpha">α, the decay of the average of the squared gradient.</param>
/// <param name="Eps">ε, added to the divisor.</param>
/// <param name="Momentum">μ, the momentum.</param>
/// <param name="WeightDecay">λ, added to the gradient as λ·w.</param>
internal sealed record RMSpropStep(double LearningRate, double Alpha, double Eps, double Momentum, double WeightDecay) : OptimizerStep;

/// <summary>RMSprop on a range of the weights, float by float; a lane is a weight.</summary>
internal static unsafe class RMSpropKernel<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>
    /// g = Σ over slots + λw;  s = αs + (1 − α)g²;  b = μb + g / (√s + ε);  w −= rate · b.
    /// Writes w, s and b of <paramref name="count"/> floats from <paramref name="start"/> on, and zeroes those of the slots.
    /// </summary>
    public static void Run(
        RMSpropStep step, LaneMemory weights, LaneMemory square, LaneMemory buffer, ReadOnlySpan<LaneMemory> slots, int start, int count)
    {
        V alpha = Constant(step.Alpha), rest = Constant(1 - step.Alpha), eps = Constant(step.Eps);
        V rate = Constant(-step.LearningRate), momentum = Constant(step.Momentum), decay = Constant(step.WeightDecay);
        GradientSum<L, V>.Collect(slots, start, count);
        float* g = slots[0].Pointer + start, w = weights.Pointer + start, s = square.Pointer + start, b = buffer.Pointer + start;
        for (int i = 0; i < count; i += L.Width)
        {
            V weight = L.Load(w + i), gradient = L.Fma(decay, weight, GradientSum<L, V>.Take(g + i));
            V spread = L.Fma(alpha, L.Load(s + i), L.Multiply(rest, L.Multiply(gradient, gradient)));
            V move = L.Fma(momentum, L.Load(b + i), L.Divide(gradient, L.Add(L.Sqrt(spread), eps)));
            L.Store(spread, s + i);
            L.Store(move, b + i);
            L.Store(L.Fma(rate, move, weight), w + i);
        }
    }

    private static V Constant(double value) => L.Create((float)value);
}
