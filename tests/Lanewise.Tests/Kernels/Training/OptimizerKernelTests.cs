using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Kernels;

/// <summary>
/// SGD, AdamW and RMSprop on a stretch of the weights, their gradients in several slots, against the formulas in double precision.
/// </summary>
public sealed class OptimizerKernelTests
{
    private const int Before = 16, Count = 48, After = 16, Slots = 3;

    [Theory]
    [MemberData(nameof(LaneTest.Widths), MemberType = typeof(LaneTest))]
    public void Sgd_is_torch_optim_SGD(int width)
    {
        foreach (bool nesterov in new[] { false, true })
        {
            var run = new State(states: 1);
            var step = new SgdStep(0.1f, 0.9f, 0.01f, nesterov);
            run.Update(width, step);
            run.AssertClose(1e-6, (w, g, s) =>
            {
                double gradient = g + 0.01 * w, velocity = 0.9 * s[0] + gradient;
                return (w - 0.1 * (nesterov ? gradient + 0.9 * velocity : velocity), [velocity]);
            });
        }
    }

    [Theory]
    [MemberData(nameof(LaneTest.Widths), MemberType = typeof(LaneTest))]
    public void AdamW_is_torch_optim_AdamW(int width)
    {
        foreach (long update in new[] { 1L, 10L })
        {
            var run = new State(states: 2);
            run.Update(width, new AdamWStep(0.01, 0.9, 0.999, 1e-8, 0.1, update));
            run.AssertClose(1e-5, (w, g, s) =>
            {
                double m = 0.9 * s[0] + 0.1 * g, v = 0.999 * s[1] + 0.001 * g * g;
                double unbiased = Math.Sqrt(v / (1 - Math.Pow(0.999, update))) + 1e-8;
                return ((1 - 0.01 * 0.1) * w - 0.01 * (m / (1 - Math.Pow(0.9, update))) / unbiased, [m, v]);
            });
        }
    }

    [Theory]
    [MemberData(nameof(LaneTest.Widths), MemberType = typeof(LaneTest))]
    public void RMSprop_is_torch_optim_RMSprop(int width)
    {
        var run = new State(states: 2);
        run.Update(width, new RMSpropStep(0.01, 0.99, 1e-3, 0.9, 0.1));
        run.AssertClose(1e-5, (w, g, s) =>
        {
            double gradient = g + 0.1 * w, square = 0.99 * s[0] + 0.01 * gradient * gradient;
            double buffer = 0.9 * s[1] + gradient / (Math.Sqrt(square) + 1e-3);
            return (w - 0.01 * buffer, [square, buffer]);
        });
    }

    [Theory]
    [MemberData(nameof(LaneTest.Widths), MemberType = typeof(LaneTest))]
    public void Slots_are_added_as_a_tree_and_zeroed(int width) => LaneTest.Run(width, new Sum());

    private readonly unsafe struct Sum : ILaneTest
    {
        public void Run<L, V>()
            where L : unmanaged, ILane<V>
            where V : unmanaged
        {
            // Numbers of which others are lost, so that only this order leaves 3: ((a + b) + (c + d)) + (e + f).
            float[] parts = [1e8f, -1e8f, 1, 2, -1e8f, 1e8f];
            LaneMemory[] slots = [.. parts.Select(_ => new LaneMemory(3 * L.Width))];
            for (int i = 0; i < slots.Length; i++)
            {
                slots[i].Slice(0, slots[i].Length).Fill(parts[i]);
            }

            GradientSum<L, V>.Collect(slots, L.Width, L.Width);
            Assert.All(slots[0].Slice(L.Width, L.Width).ToArray(), v => Assert.Equal(3, v));
            for (int i = 1; i < slots.Length; i++)
            {
                Assert.Equal(L.Width, slots[i].Slice(0, slots[i].Length).Count(0f));
                Assert.Equal(L.Width, slots[i].Slice(L.Width, L.Width).Count(0f));
            }

            float* first = slots[0].Pointer + L.Width;
            float* taken = stackalloc float[L.Width];
            L.Store(GradientSum<L, V>.Take(first), taken);
            Assert.Equal((3f, 0f), (taken[0], *first));
        }
    }

    private sealed class State
    {
        private readonly GuardedMemory _weights = GuardedMemory.Of(Volume.Randoms(Before + Count + After, 1));
        private readonly GuardedMemory[] _state;
        private readonly GuardedMemory[] _slots = [.. Enumerable.Range(0, Slots)
            .Select(i => GuardedMemory.Of(Volume.Randoms(Before + Count + After, 10 + (ulong)i)))];
        private float[][] _before = [];

        public State(int states) => _state =
            [.. Enumerable.Range(0, states)
                .Select(i => GuardedMemory.Of([.. Volume.Randoms(Before + Count + After, 20 + (ulong)i).Select(v => v + 1.1)]))];

        private IEnumerable<GuardedMemory> All => [_weights, .. _state, .. _slots];

        public void Update(int width, OptimizerStep step)
        {
            _before = [.. All.Select(memory => memory.Values.ToArray())];
            KernelSet.For(width).Update(
                step, _weights.Memory, [.. _state.Select(s => s.Memory)], [.. _slots.Select(s => s.Memory)], _weights.Start + Before,
                    Count);
        }

        public void AssertClose(double tolerance, Func<double, double, double[], (double Weight, double[] State)> expected)
        {
            int states = _state.Length;
            for (int i = 0; i < Before + Count + After; i++)
            {
                bool updated = i >= Before && i < Before + Count;
                double gradient = _before[(1 + states)..].Sum(slot => (double)slot[i]);
                var (weight, state) = expected(_before[0][i], gradient, [.. _before[1..(1 + states)].Select(s => (double)s[i])]);
                Assert.Equal(updated ? weight : _before[0][i], _weights.Values[i], tolerance);
                for (int j = 0; j < states; j++)
                {
                    Assert.Equal(updated ? state[j] : _before[1 + j][i], _state[j].Values[i], tolerance);
                }

                for (int j = 0; j < Slots; j++)
                {
                    Assert.Equal(updated ? 0 : _before[1 + states + j][i], _slots[j].Values[i]);
                }
            }

            Assert.All(All, memory => memory.AssertGuards());
        }
    }
}
