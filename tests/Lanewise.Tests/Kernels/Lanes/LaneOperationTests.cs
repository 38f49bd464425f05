using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Kernels;

/// <summary>Each operation of a lane type is the scalar one, lane by lane.</summary>
public sealed class LaneOperationTests
{
    [Theory]
    [MemberData(nameof(LaneTest.Widths), MemberType = typeof(LaneTest))]
    public void Every_operation_is_the_scalar_one_lane_by_lane(int width) => LaneTest.Run(width, new Arithmetic());

    [Theory]
    [MemberData(nameof(LaneTest.Widths), MemberType = typeof(LaneTest))]
    public void Sums_over_the_lanes_are_added(int width) => LaneTest.Run(width, new Sums());

    [Theory]
    [MemberData(nameof(LaneTest.Widths), MemberType = typeof(LaneTest))]
    public void Transposed_stores_lay_the_values_of_a_lane_side_by_side(int width) => LaneTest.Run(width, new Transpose());

    private static unsafe float[] Values<L, V>(V v)
        where L : unmanaged, ILane<V>
        where V : unmanaged
    {
        var to = new GuardedMemory(L.Width);
        L.Store(v, to.Memory.Pointer + to.Start);
        to.AssertGuards();
        return to.Values.ToArray();
    }

    private static unsafe V Load<L, V>(float[] values)
        where L : unmanaged, ILane<V>
        where V : unmanaged
    {
        fixed (float* p = values)
        {
            return L.Load(p);
        }
    }

    private readonly unsafe struct Arithmetic : ILaneTest
    {
        public void Run<L, V>()
            where L : unmanaged, ILane<V>
            where V : unmanaged
        {
            float[] a = Numbers(1), b = Numbers(2), c = Numbers(3), positive = Array.ConvertAll(a, v => Math.Abs(v) + 0.1f);
            b[0] = a[0];
            V va = Load<L, V>(a), vb = Load<L, V>(b), vc = Load<L, V>(c), vp = Load<L, V>(positive);
            Assert.Contains(L.Width, KernelSet.Widths);
            Assert.InRange(L.Registers, 16, 32);
            Check(va, i => a[i], 0);
            Check(L.Zero, _ => 0, 0);
            Check(L.Create(1.5f), _ => 1.5f, 0);
            fixed (float* p = b)
            {
                float value = b[0];
                Check(L.Splat(p), _ => value, 0);
            }

            Check(L.Add(va, vb), i => a[i] + b[i], 0);
            Check(L.Subtract(va, vb), i => a[i] - b[i], 0);
            Check(L.Multiply(va, vb), i => a[i] * b[i], 0);
            Check(L.Divide(va, vp), i => a[i] / positive[i], 0);
            Check(L.Sqrt(vp), i => MathF.Sqrt(positive[i]), 0);
            Check(L.Fma(va, vb, vc), i => (float)((double)a[i] * b[i] + c[i]), 3e-7);
            Check(L.Max(va, vb), i => Math.Max(a[i], b[i]), 0);
            Check(L.IfGreater(va, vb, vc, vp), i => a[i] > b[i] ? c[i] : positive[i], 0);
            Check(L.IfEqual(va, vb, vc), i => a[i] == b[i] ? c[i] : 0, 0);
            Check(LaneMath<L, V>.Exp(va), i => MathF.Exp(a[i]), 1e-6);
            Check(LaneMath<L, V>.Log(vp), i => MathF.Log(positive[i]), 1e-6);
            Assert.All(Values<L, V>(L.Max(va, L.Create(float.NaN))), v => Assert.True(float.IsNaN(v)));

            float[] Numbers(ulong seed) => [.. Volume.Randoms(L.Width, seed).Select(v => (float)v)];

            void Check(V actual, Func<int, float> expected, double tolerance)
            {
                float[] values = Values<L, V>(actual);
                for (int i = 0; i < L.Width; i++)
                {
                    Assert.Equal(expected(i), values[i], tolerance);
                }
            }
        }
    }

    private readonly unsafe struct Sums : ILaneTest
    {
        public void Run<L, V>()
            where L : unmanaged, ILane<V>
            where V : unmanaged
        {
            float[][] rows = [.. Enumerable.Range(1, 4).Select(i => Volume.Randoms(L.Width, (ulong)i).Select(v => (float)v).ToArray())];
            V[] v = Array.ConvertAll(rows, Load<L, V>);
            var to = GuardedMemory.Of([1, 2, 3, 4]);
            L.AddSums(v[0], v[1], v[2], v[3], to.Memory.Pointer + to.Start, 0);
            to.AssertGuards();
            float alone = 1;
            L.AddSum(v[0], &alone, 0);
            Assert.Equal(alone, to.Values[0]);
            for (int i = 0; i < 4; i++)
            {
                // Bitwise: four lanes after four, whatever the width.
                float expected = i + 1;
                for (int lane = 0; lane < L.Width; lane += 4)
                {
                    var row = rows[i].AsSpan(lane);
                    expected += L.Width == 1 ? row[0] : row[0] + row[2] + (row[1] + row[3]);
                }

                Assert.Equal(expected, to.Values[i]);
            }

            // The upper half of sixteen lanes may belong to other sums.
            var halves = GuardedMemory.Of([0, 0, 0, 0, 0, 0, 0, 0]);
            L.AddSums(v[0], v[1], v[2], v[3], halves.Memory.Pointer + halves.Start, 4);
            halves.AssertGuards();
            for (int i = 0; i < 4; i++)
            {
                Assert.Equal(rows[i].Take(8).Sum(x => (double)x), halves.Values[i], 1e-5);
                Assert.Equal(rows[i].Skip(8).Sum(x => (double)x), halves.Values[4 + i], 1e-5);
            }
        }
    }

    private readonly unsafe struct Transpose : ILaneTest
    {
        public void Run<L, V>()
            where L : unmanaged, ILane<V>
            where V : unmanaged
        {
            const int Step = 6;
            float[][] rows = [.. Enumerable.Range(1, 4).Select(i => Volume.Randoms(L.Width, (ulong)i).Select(v => (float)v).ToArray())];
            V[] v = Array.ConvertAll(rows, Load<L, V>);
            var to = new GuardedMemory(L.Width * Step);
            if (L.Width == 1)
            {
                Assert.Throws<NotSupportedException>(() => L.StoreTransposed(v[0], v[1], v[2], v[3], to.Memory.Pointer, Step));
                return;
            }

            L.StoreTransposed(v[0], v[1], v[2], v[3], to.Memory.Pointer + to.Start, Step);
            to.AssertGuards();
            for (int i = 0; i < L.Width * Step; i++)
            {
                var (lane, row) = (i / Step, i % Step);
                Assert.True(row < 4 ? to.Values[i] == rows[row][lane] : GuardedMemory.IsGuard(to.Values[i]));
            }
        }
    }
}
