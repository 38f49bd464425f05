using Lanewise.Kernels;
using Lanewise.Tests.Engine;
using Xunit;

namespace Lanewise.Tests.Kernels;

/// <summary>Each transform of F(m,r) alone: products at its points are a correlation of r taps, in every lane.</summary>
public sealed class WinogradTransformTests
{
    private const double Tolerance = 2e-6;

    [Theory]
    [MemberData(nameof(LaneTest.Widths), MemberType = typeof(LaneTest))]
    public void Products_at_the_points_are_the_correlation(int width) => LaneTest.Run(width, new Forward());

    [Theory]
    [MemberData(nameof(LaneTest.Widths), MemberType = typeof(LaneTest))]
    public void Inputs_outside_the_row_count_as_zeros(int width) => LaneTest.Run(width, new Cut());

    [Theory]
    [MemberData(nameof(LaneTest.Widths), MemberType = typeof(LaneTest))]
    public void Products_of_the_gradients_transforms_are_the_gradient_to_the_filter(int width) => LaneTest.Run(width, new Gradient());

    /// <summary>Vectors of a transform, each lane with other numbers, and steps between them that leave gaps.</summary>
    private sealed unsafe class Vectors<L, V>(int count, ulong seed)
        where L : unmanaged, ILane<V>
        where V : unmanaged
    {
        private readonly GuardedMemory _memory = seed == 0 ? new(2 * count * L.Width)
            : GuardedMemory.Of(Volume.Randoms(2 * count * L.Width, seed));

        public nint Step { get; } = 2 * L.Width;

        public float* Pointer => _memory.Memory.Pointer + _memory.Start;

        public double this[int i, int lane] => _memory.Values[2 * i * L.Width + lane];

        public Vectors<L, V> Times(Vectors<L, V> other)
        {
            var product = new Vectors<L, V>(count, 0);
            for (int i = 0; i < count * 2 * L.Width; i++)
            {
                product._memory.Values[i] = _memory.Values[i] * other._memory.Values[i];
            }

            return product;
        }

        /// <summary>Compares the first vectors lane by lane; between and after them nothing may have been written.</summary>
        public void AssertClose(string what, int written, Func<int, int, double> expected)
        {
            for (int lane = 0; lane < L.Width; lane++)
            {
                double[] want = [.. Enumerable.Range(0, written).Select(i => expected(i, lane))];
                float[] have = [.. Enumerable.Range(0, written).Select(i => (float)this[i, lane])];
                Compare.Close($"{what}, lane {lane} of {L.Width}", want, have, Tolerance, minMagnitude: 1);
            }

            for (int i = 0; i < 2 * count * L.Width; i++)
            {
                Assert.True(seed != 0 || i / L.Width % 2 == 0 && i / L.Width / 2 < written || GuardedMemory.IsGuard(_memory.Values[i]));
            }

            _memory.AssertGuards();
        }
    }

    private readonly unsafe struct Forward : ILaneTest
    {
        public void Run<L, V>()
            where L : unmanaged, ILane<V>
            where V : unmanaged
        {
            Check<L, V, FourPoints<L, V>>(3);
            Check<L, V, SixPoints<L, V>>(3);
            Check<L, V, SixPoints<L, V>>(5);
            Check<L, V, EightPoints<L, V>>(3);
            Check<L, V, EightPoints<L, V>>(5);
        }

        private static void Check<L, V, T>(int taps)
            where L : unmanaged, ILane<V>
            where V : unmanaged
            where T : unmanaged, IWinogradTransform<L, V>
        {
            int side = T.Side, outputs = side - taps + 1;
            Vectors<L, V> x = new(side, 1), w = new(taps, 2), inputs = new(side, 0), filter = new(side, 0);
            T.Input(x.Pointer, x.Step, inputs.Pointer, inputs.Step);
            T.Filter(w.Pointer, w.Step, filter.Pointer, filter.Step, taps);
            foreach (float least in new[] { float.NegativeInfinity, 0 })
            {
                var y = new Vectors<L, V>(outputs, 0);
                T.Output(inputs.Times(filter).Pointer, x.Step, y.Pointer, y.Step, outputs, L.Create(least));
                y.AssertClose($"F({outputs},{taps})", outputs, (q, lane) =>
                    Math.Max(least, Enumerable.Range(0, taps).Sum(s => w[s, lane] * x[q + s, lane])));
            }
        }
    }

    private readonly unsafe struct Cut : ILaneTest
    {
        public void Run<L, V>()
            where L : unmanaged, ILane<V>
            where V : unmanaged
        {
            Check<L, V, FourPoints<L, V>>();
            Check<L, V, SixPoints<L, V>>();
            Check<L, V, EightPoints<L, V>>();
        }

        private static void Check<L, V, T>()
            where L : unmanaged, ILane<V>
            where V : unmanaged
            where T : unmanaged, IWinogradTransform<L, V>
        {
            foreach (var (first, end) in new[] { (0, T.Side), (1, T.Side), (0, T.Side - 1), (2, 3), (0, 0), (-3, T.Side + 4) })
            {
                Vectors<L, V> x = new(T.Side, 3), zeroed = new(T.Side, 3), cut = new(T.Side, 0), whole = new(T.Side, 0);
                for (int i = 0; i < T.Side; i++)
                {
                    L.Store(i >= first && i < end ? L.Load(x.Pointer + i * x.Step) : L.Zero, zeroed.Pointer + i * x.Step);
                }

                T.Input(x.Pointer, x.Step, first, end, cut.Pointer, cut.Step);
                T.Input(zeroed.Pointer, x.Step, whole.Pointer, whole.Step);
                cut.AssertClose($"inputs {first} to {end}", T.Side, (i, lane) => whole[i, lane]);
            }
        }
    }

    private readonly unsafe struct Gradient : ILaneTest
    {
        public void Run<L, V>()
            where L : unmanaged, ILane<V>
            where V : unmanaged
        {
            Check<L, V, SixPoints<L, V>>(3);
            Check<L, V, SixPoints<L, V>>(5);
            Check<L, V, EightPoints<L, V>>(3);
            Check<L, V, EightPoints<L, V>>(5);
        }

        private static void Check<L, V, T>(int taps)
            where L : unmanaged, ILane<V>
            where V : unmanaged
            where T : unmanaged, IWinogradGradientTransform<L, V>
        {
            int side = T.Side, outputs = side - taps + 1;
            Vectors<L, V> x = new(side, 4), dy = new(outputs, 5), inputs = new(side, 0), gradients = new(side, 0), dw = new(taps, 0);
            T.Input(x.Pointer, x.Step, inputs.Pointer, inputs.Step);
            T.Gradient(dy.Pointer, dy.Step, gradients.Pointer, gradients.Step, outputs);
            T.FilterGradient(inputs.Times(gradients).Pointer, x.Step, dw.Pointer, dw.Step, taps);
            dw.AssertClose($"gradient of F({outputs},{taps})", taps, (s, lane) =>
                Enumerable.Range(0, outputs).Sum(q => dy[q, lane] * x[q + s, lane]));
        }
    }
}
