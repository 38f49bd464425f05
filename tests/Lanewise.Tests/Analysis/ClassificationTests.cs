using Xunit;

namespace Lanewise.Tests.Analysis;

public sealed class ClassificationTests
{
    private static readonly string[] Names = ["a", "b", "c", "d"];

    [Fact]
    public void The_most_likely_class_has_its_name_and_probability()
    {
        var result = new Classification([0, 2, 1, -1], Names);

        Assert.Equal(("b", 1), (result.Label, result.Index));
        Assert.Equal(Math.Exp(2) / (1 + Math.Exp(2) + Math.Exp(1) + Math.Exp(-1)), result.Probability, 1e-12);
        Assert.Equal(1, result.Probabilities.Sum(), 1e-12);
        Assert.Equal([0f, 2, 1, -1], result.Logits);
        Assert.Equal(["b", "c"], result.Top(2).Select(c => c.Label));
        Assert.Equal([1, 2, 0, 3], result.Ranking);
        Assert.Equal(new ClassProbability("b", 1, result.Probability), result.Top(1)[0]);
    }

    [Fact]
    public void Fewer_classes_than_asked_for_are_all_of_them()
    {
        var result = new Classification([1, 3], ["x", "y"]);

        Assert.Equal(["y", "x"], result.Top(5).Select(c => c.Label));
        Assert.Empty(result.Top(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => result.Top(-1));
    }

    [Fact]
    public void Of_equally_likely_classes_the_first_wins()
    {
        var result = new Classification([1, 3, 3, 3]);

        Assert.Equal(("1", 1), (result.Label, result.Index));
        Assert.Equal([1, 2, 3, 0], result.Top(4).Select(c => c.Index));
        // Probabilities that round to 1 do not decide.
        Assert.Equal(1, new Classification([1e10f, 2e10f, 0]).Index);
        Assert.Equal([1, 0, 2], new Classification([1e10f, 2e10f, 0]).Ranking);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void What_is_not_finite_is_no_class(float value) =>
        Assert.Throws<InferenceException>(() => new Classification([1, value, 3]));

    [Fact]
    public void Names_must_match_the_logits()
    {
        Assert.Throws<ArgumentException>(() => new Classification([1, 2], ["only one"]));
        Assert.Throws<ArgumentException>(() => new Classification([]));
    }
}
