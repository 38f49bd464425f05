using Xunit;

namespace Lanewise.Tests.Training;

public sealed class WilsonIntervalTests
{
    [Theory]
    [InlineData(90, 153)]
    [InlineData(7, 8)]
    [InlineData(0, 10)]
    [InlineData(10, 10)]
    public void At_its_ends_the_counted_share_is_1_96_standard_errors_away(int count, int total)
    {
        var interval = WilsonInterval.Of(count, total);
        double share = (double)count / total;
        Assert.InRange(share, interval.Low, interval.High);
        Assert.True(interval.Low < interval.High);
        Assert.All((double[])[interval.Low, interval.High], end =>
            Assert.True(end == share || Math.Abs(Math.Abs(share - end) - 1.959964 * Math.Sqrt(end * (1 - end) / total)) < 1e-6));
    }

    [Fact]
    public void Of_none_in_ten_it_ends_at_a_quarter() => Assert.Equal(0.277533, WilsonInterval.Of(0, 10).High, 6);

    [Fact]
    public void An_evaluation_knows_its_interval_and_the_share_of_the_most_frequent_class()
    {
        var evaluation = new Evaluation(1, 7, 8, [[5, 0], [1, 2]]);
        Assert.Equal(0.625, evaluation.MajorityShare);
        Assert.Equal(WilsonInterval.Of(7, 8), evaluation.Top1Interval);
        Assert.True(evaluation.IsSmall);
        Assert.False(new Evaluation(1, 1000, 1000, [[1000]]).IsSmall);
    }
}
