using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Kernels;

/// <summary>Maxima down columns and across a row.</summary>
public sealed class MaximaTests
{
    [Theory]
    [MemberData(nameof(LaneTest.Widths), MemberType = typeof(LaneTest))]
    public void Maxima_of_columns_and_windows_are_plain_ones(int width) => LaneTest.Run(width, new Windows());

    private readonly unsafe struct Windows : ILaneTest
    {
        public void Run<L, V>()
            where L : unmanaged, ILane<V>
            where V : unmanaged
        {
            var rows = GuardedMemory.Of(Volume.Randoms(3 * 7 * L.Width));
            var columns = new GuardedMemory(7 * L.Width);
            float* first = rows.Memory.Pointer + rows.Start;
            Maxima<L, V>.Down(first, 7 * L.Width, 3, 7, columns.Memory.Pointer + columns.Start);
            columns.AssertGuards();
            for (int i = 0; i < 7 * L.Width; i++)
            {
                Assert.Equal(Enumerable.Range(0, 3).Max(row => rows.Values[row * 7 * L.Width + i]), columns.Values[i]);
            }

            Across<L, V>(columns, accumulate: false, relu: false);
            Across<L, V>(columns, accumulate: true, relu: true);
        }

        private static void Across<L, V>(GuardedMemory columns, bool accumulate, bool relu)
            where L : unmanaged, ILane<V>
            where V : unmanaged
        {
            // Windows begin one before the first input and end one after the last: both ends are repeated there.
            var shape = new ConvAxis(3, 2, 1, 1);
            var axis = PoolAxis.Of(shape, 7);
            var row = new GuardedMemory(axis.Reach * L.Width);
            columns.Values.CopyTo(row.Values[(axis.Before * L.Width)..]);
            var y = GuardedMemory.Of(Volume.Randoms(axis.Outputs * L.Width, 3));
            float[] before = y.Values.ToArray();
            Maxima<L, V>.Across(axis, row.Memory.Pointer + row.Start + axis.Before * L.Width, accumulate, relu, y.Memory.Pointer + y.Start);
            y.AssertGuards();
            row.AssertGuards();
            for (int i = 0; i < before.Length; i++)
            {
                var (q, lane) = (i / L.Width, i % L.Width);
                float best = PlainPool2d.Window(shape, 7, q).Inputs.Max(w => columns.Values[w * L.Width + lane]);
                best = accumulate ? Math.Max(best, before[i]) : best;
                Assert.Equal(relu ? Math.Max(0, best) : best, y.Values[i]);
            }
        }
    }
}
