using Lanewise.Analysis;
using Lanewise.Engine;
using Lanewise.Tests.Training;
using Xunit;

namespace Lanewise.Tests.Analysis;

public sealed class MistakesTests
{
    [Fact]
    public void The_most_confident_are_kept_and_among_equals_the_earlier_image()
    {
        var mistakes = new Mistakes(4);
        ImagePrediction[] judged = [new(9, 1, 2, 0.9), new(1, 1, 1, 1), new(2, 1, 2, double.NaN), new(3, 0, 2, 0.5), new(7, 1, 2, 0.9), new(4, 0, 2, 0.6), new(5, 0, 1, 0.4)];
        Array.ForEach(judged, mistakes.Add);
        Assert.Equal([7, 9, 4, 3], mistakes.MostConfident.Select(m => m.Index));
        Assert.Equal(2, judged.Count(j => j.Probability == 0.9));
    }

    [Fact]
    public void Mistakes_of_no_probability_come_last()
    {
        var mistakes = new Mistakes(3);
        Array.ForEach(
            [new(1, 1, 2, double.NaN), new(0, 1, 2, double.NaN), new(8, 1, 2, 0.1)],
            (ImagePrediction prediction) => mistakes.Add(prediction));
        Assert.Equal([8, 0, 1], mistakes.MostConfident.Select(m => m.Index));
    }

    [Fact]
    public void Evaluation_tells_of_each_image_what_it_counts()
    {
        var plan = Plan.Compile(TrainerTests.Small, new PlanOptions { BatchSize = 32, Threads = 1 });
        plan.SetWeights(Weights.Initialize(TrainerTests.Small, seed: 3));
        var judged = new List<ImagePrediction>();
        var evaluation = Evaluation.Run(plan, TrainerTests.Test, ImageTransform.Mnist, judged.Add, TestContext.Current.CancellationToken);
        Assert.Equal(Enumerable.Range(0, 50), judged.Select(j => j.Index));
        Assert.Equal(evaluation.Correct, judged.Count(j => j.Label == j.Prediction));
        Assert.All(judged, j => Assert.Equal(TrainerTests.Test.Label(j.Index), j.Label));

        // The last batch is still there: its probabilities by the definition of the softmax.
        foreach (var prediction in judged.TakeLast(50 % 32))
        {
            double[] powers = [.. plan.Output.Slice((prediction.Index - 32) * 10, 10).ToArray().Select(logit => Math.Exp(logit))];
            Assert.Equal(powers[prediction.Prediction] / powers.Sum(), prediction.Probability, 1e-6);
            Assert.Equal(powers.Max(), powers[prediction.Prediction]);
        }
    }
}
