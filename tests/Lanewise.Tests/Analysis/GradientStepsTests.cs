using Lanewise.Analysis;
using Xunit;

namespace Lanewise.Tests.Analysis;

public sealed class GradientStepsTests
{
    [Theory]
    [InlineData(10, 938, 80)]
    [InlineData(16, 100, 128)]
    [InlineData(300, 391, 395)]
    [InlineData(2, 3, 6)]
    [InlineData(200, 1, 164)]
    public void A_training_has_some_tens_or_hundreds_of_samples(int epochs, int steps, int expected)
    {
        int taken = (from epoch in Enumerable.Range(0, epochs)
                     from step in Enumerable.Range(0, steps)
                     where GradientSteps.Takes(At(epoch, step), steps)
                     select step).Count();
        Assert.Equal(expected, taken);
        Assert.True(GradientSteps.Takes(At(0, 0), steps));
    }

    [Fact]
    public void They_are_spread_evenly_over_an_epoch() =>
        Assert.Equal([0, 13, 25, 38, 50, 63, 75, 88], Enumerable.Range(0, 100).Where(step => GradientSteps.Takes(At(3, step), 100)));

    [Fact]
    public void The_longest_training_has_few_in_a_late_epoch_and_the_largest_no_overflow()
    {
        Assert.Equal(0, Enumerable.Range(0, 100).Count(step => GradientSteps.Takes(At(999_999, step), 100)));
        Assert.True(GradientSteps.Takes(At(1 << 19, 0), int.MaxValue));
        Assert.False(GradientSteps.Takes(At(1, int.MaxValue - 1), int.MaxValue));
    }

    private static TrainingPosition At(int epoch, int step) => new(epoch, step, 0, 0, 0);
}
