using System.Runtime.InteropServices;

namespace Lanewise.Kernels;

/// <summary>One step of stochastic gradient descent, as torch.optim.SGD defines it.</summary>
/// <param name="LearningRate">Learning rate.</param>
/// <param name="Momentum">μ.</param>
/// <param name="WeightDecay">λ, added to the gradient as λ·w.</param>
/// <param name="Nesterov">Whether the step looks ahead by μ.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct SgdStep(float LearningRate, float Momentum, float WeightDecay, bool Nesterov);

internal static unsafe class SgdKernel<L, V>
    where L : unmanaged, ILane<V>
    where V : unmanaged
{
    /// <summary>
    /// g = Σ over slots, in their order, + λw;  v = μv + g;  w −= rate · (Nesterov ? g + μv : v).
    /// Writes w and v of <paramref name="count"/> floats from <paramref name="start"/> on, and zeroes the slots for the next step.
    /// </summary>
    public static void Run(in SgdStep step, LaneMemory weights, LaneMemory velocity, ReadOnlySpan<LaneMemory> slots, int start, int count)
    {
        V rate = L.Create(-step.LearningRate), momentum = L.Create(step.Momentum), decay = L.Create(step.WeightDecay);
        float* w = weights.Pointer + start, v = velocity.Pointer + start;
        for (int i = 0; i < count; i += L.Width)
        {
            V weight = L.Load(w + i), gradient = L.Zero;
            foreach (var slot in slots)
            {
                float* part = slot.Pointer + start + i;
                gradient = L.Add(gradient, L.Load(part));
                L.Store(L.Zero, part);
            }

            gradient = L.Fma(decay, weight, gradient);
            V speed = L.Fma(momentum, L.Load(v + i), gradient);
            L.Store(speed, v + i);
            L.Store(L.Fma(rate, step.Nesterov ? L.Fma(momentum, speed, gradient) : speed, weight), w + i);
        }
    }
}
