using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Kernels;

/// <summary>Planes, shares of a call, aligned memory and the choice of a lane width.</summary>
public sealed class LayoutTests
{
    [Fact]
    public void Planes_lie_one_behind_the_other_with_zero_columns_between_the_rows()
    {
        var planes = Planes.Lay(3, 4, 5, border: 2, start: 10);
        Assert.Equal((12, 7, 29, 2), (planes.Offset, planes.Pitch, planes.PlaneStride, planes.Border));
        Assert.Equal(2 + 3 * 29, planes.Size);
        Assert.Equal(new Planes(12 + 29, 2, 4, 5, 7, 29), planes.Slice(1, 2));
        // One plane needs no odd stride.
        Assert.Equal(28, Planes.Lay(1, 4, 5, 2, 0).PlaneStride);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(8)]
    public void Parts_share_the_units_without_gap_or_overlap(int count)
    {
        foreach (int units in new[] { 0, 1, 5, 8, 100 })
        {
            int at = 0;
            for (int i = 0; i < count; i++)
            {
                var (first, end) = new Part(i, count).Of(units);
                Assert.Equal(at, first);
                Assert.InRange(end - first, units / count, units / count + 1);
                at = end;
            }

            Assert.Equal(units, at);
            Assert.Equal((0, units), Part.All.Of(units));
        }
    }

    [Fact]
    public unsafe void Memory_is_aligned_zeroed_and_checked()
    {
        var memory = new LaneMemory(37);
        Assert.Equal(0, (nint)memory.Pointer % 64);
        Assert.Equal(37, memory.Length);
        Assert.Equal(37, memory.Slice(0, 37).Count(0f));
        memory.Slice(3, 2).Fill(1);
        Assert.Equal(1, memory.Pointer[4]);
        memory.Clear();
        Assert.Equal(37, memory.Slice(0, 37).Count(0f));
        Assert.Throws<ArgumentOutOfRangeException>(() => memory.Slice(30, 8));
        Assert.Throws<ArgumentOutOfRangeException>(() => memory.Slice(-1, 2));
        Assert.Equal(0, LaneMemory.Empty.Length);
    }

    [Fact]
    public void Lane_widths_end_with_the_scalar_fallback()
    {
        Assert.Equal(KernelSet.Widths.OrderDescending(), KernelSet.Widths);
        Assert.Equal(1, KernelSet.Widths[^1]);
        Assert.Equal(KernelSet.Widths[0], KernelSet.For().LaneWidth);
        Assert.All(KernelSet.Widths, width => Assert.Equal(width, KernelSet.For(width).LaneWidth));
        Assert.Throws<ArgumentOutOfRangeException>(() => KernelSet.For(3));
        Assert.Equal(KernelSet.Widths, Lanewise.Engine.Processor.LaneWidths);
    }
}
