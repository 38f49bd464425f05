namespace Lanewise.Kernels;

/// <summary>One step of stochastic gradient descent as defined by torch.optim.SGD. The state is the velocity.</summary>
/// <param name="LearningRate">The learning rate.</param>
/// <param name="Momentum">μ, the momentum.</param>
/// <param name="WeightDecay">λ, added to the gradient as λ·w.</param>
/// <param name="Nesterov">Whether it is Nesterov momentum.</param>
internal sealed record SgdStep(float LearningRate, float Momentum, float WeightDecay, bool Nesterov) : OptimizerStep;

/// <summary>SGD on a range of the weights, float by float; a lane is a weight.</summary>
internal static unsafe class SgdKernel<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>
    /// g = Σ over slots + λw;  v = μv + g;  w −= rate · (Nesterov ? g + μv : v).
    /// Writes w and v of <paramref name="count"/> floats from <paramref name="start"/> on, and zeroes those of the slots.
    /// </summary>
    public static void Run(SgdStep step, LaneMemory weights, LaneMemory velocity, ReadOnlySpan<LaneMemory> slots, int start, int count)
    {
        V rate = L.Create(-step.LearningRate), momentum = L.Create(step.Momentum), decay = L.Create(step.WeightDecay);
        bool nesterov = step.Nesterov;
        GradientSum<L, V>.Collect(slots, start, count);
        float* w = weights.Pointer + start, v = velocity.Pointer + start, g = slots[0].Pointer + start;
        for (int i = 0; i < count; i += L.Width)
        {
            V weight = L.Load(w + i);
            V gradient = L.Fma(decay, weight, GradientSum<L, V>.Take(g + i));
            V speed = L.Fma(momentum, L.Load(v + i), gradient);
            L.Store(speed, v + i);
            L.Store(L.Fma(rate, nesterov ? L.Fma(momentum, speed, gradient) : speed, weight), w + i);
        }
    }
}
