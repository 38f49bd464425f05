using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Kernels;

public sealed class DropoutMaskTests
{
    [Theory]
    [InlineData(0.2f)]
    [InlineData(0.5f)]
    [InlineData(0.9f)]
    public void The_share_that_is_dropped_is_p(float p)
    {
        ulong key = DropoutMask.Key(1, 2, 3);
        int kept = Enumerable.Range(0, 40000).Count(i => DropoutMask.Keeps(key, i / 200, i % 200, p));
        Assert.Equal(1 - p, kept / 40000.0, 0.01);
        Assert.Equal(1 / (1 - p), DropoutMask.Scale(p), 1e-6);
    }

    [Fact]
    public void Nothing_is_dropped_at_p_0() => Assert.All(Enumerable.Range(0, 1000), i => Assert.True(DropoutMask.Keeps(5, i, i, 0)));

    [Fact]
    public void Seed_step_layer_image_and_value_each_change_the_mask()
    {
        ulong key = DropoutMask.Key(1, 2, 3);
        Assert.Equal(4, new[] { key, DropoutMask.Key(2, 2, 3), DropoutMask.Key(1, 3, 3), DropoutMask.Key(1, 2, 4) }.Distinct().Count());
        Assert.NotEqual(Mask(i => (0, i)), Mask(i => (1, i)));
        Assert.NotEqual(Mask(i => (0, i)), Mask(i => (0, i + 1)));
        Assert.Equal(Mask(i => (7, i)), Mask(i => (7, i)));

        bool[] Mask(Func<int, (int Image, int Element)> at) =>
            [.. Enumerable.Range(0, 64).Select(i => DropoutMask.Keeps(key, at(i).Image, at(i).Element, 0.5f))];
    }
}
