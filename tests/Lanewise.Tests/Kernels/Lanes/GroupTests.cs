using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Kernels;

/// <summary>Groups of one to five vectors do what each of their vectors does.</summary>
public sealed class GroupTests
{
    [Theory]
    [MemberData(nameof(LaneTest.Widths), MemberType = typeof(LaneTest))]
    public void Every_operation_is_that_of_each_vector(int width) => LaneTest.Run(width, new All());

    private readonly unsafe struct All : ILaneTest
    {
        public void Run<L, V>()
            where L : unmanaged, ILane<V>
            where V : unmanaged
        {
            Check<L, V, Solo<L, V>>(1);
            Check<L, V, Duo<L, V>>(2);
            Check<L, V, Trio<L, V>>(3);
            Check<L, V, Quad<L, V>>(4);
            Check<L, V, Penta<L, V>>(5);
        }

        private static void Check<L, V, G>(int size)
            where L : unmanaged, ILane<V>
            where V : unmanaged
            where G : unmanaged, IGroup<G, L, V>
        {
            nint stride = L.Width + 3;
            int length = (int)(size * stride);
            GuardedMemory a = GuardedMemory.Of(Volume.Randoms(length, 1)), b = GuardedMemory.Of(Volume.Randoms(length, 2)),
                x = GuardedMemory.Of(Volume.Randoms(L.Width, 3));
            float* pa = a.Memory.Pointer + a.Start, pb = b.Memory.Pointer + b.Start;
            var (group, other) = (G.Load(pa, stride), G.Load(pb, stride));
            Stored(G.Splat(pa, stride), (k, _) => a.Values[(int)(k * stride)]);
            Stored(group, A);

            var sum = group;
            sum.Fma(L.Load(x.Memory.Pointer + x.Start), other);
            Stored(sum, (k, lane) => A(k, lane) + x.Values[lane] * B(k, lane));
            sum = group;
            sum.Add(other);
            Stored(sum, (k, lane) => A(k, lane) + B(k, lane));
            sum = group;
            sum.ReLU();
            Stored(sum, (k, lane) => Math.Max(0, A(k, lane)));
            sum = group;
            sum.Mask(other);
            Stored(sum, (k, lane) => B(k, lane) > 0 ? A(k, lane) : 0);

            var to = GuardedMemory.Of([.. Enumerable.Range(0, size).Select(k => (double)k)]);
            group.AddSums(to.Memory.Pointer + to.Start, 0);
            to.AssertGuards();
            for (int k = 0; k < size; k++)
            {
                Assert.Equal(k + Enumerable.Range(0, L.Width).Sum(lane => (double)A(k, lane)), to.Values[k], 1e-5);
            }

            float A(int k, int lane) => a.Values[(int)(k * stride) + lane];

            float B(int k, int lane) => b.Values[(int)(k * stride) + lane];

            void Stored(G actual, Func<int, int, float> expected)
            {
                var stored = new GuardedMemory(length);
                actual.Store(stored.Memory.Pointer + stored.Start, stride);
                stored.AssertGuards();
                for (int i = 0; i < length; i++)
                {
                    var (k, lane) = Math.DivRem(i, (int)stride);
                    if (lane < L.Width)
                    {
                        Assert.Equal(expected(k, lane), stored.Values[i], 1e-6);
                    }
                    else
                    {
                        Assert.True(GuardedMemory.IsGuard(stored.Values[i]));
                    }
                }
            }
        }
    }
}
