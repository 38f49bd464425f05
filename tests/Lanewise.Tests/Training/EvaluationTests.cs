using Lanewise.Engine;
using Xunit;

namespace Lanewise.Tests.Training;

public sealed class EvaluationTests
{
    // Class 3 is only predicted, class 5 does not occur.
    private static readonly Evaluation Counted = new(
        1, 6, 10, [[2, 1, 0, 1, 0, 0], [1, 2, 0, 0, 0, 0], [0, 1, 1, 0, 0, 0], [0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 1, 0], [0, 0, 0, 0, 0, 0]]);

    // The values were computed by hand and by a script of plain sums: (4/7 + 4/7 + 2/3 + 0 + 1) / 5, and (1/2 + 2/3 + 1/2 + 1) / 4.
    [Fact]
    public void Macro_F1_and_balanced_accuracy_are_means_over_the_classes_that_occur()
    {
        Assert.Equal(0.5619047619047619, Counted.MacroF1, 14);
        Assert.Equal(0.6666666666666666, Counted.BalancedAccuracy, 14);
    }

    [Fact]
    public void Always_answering_one_class_is_no_better_than_guessing_by_the_balanced_accuracy()
    {
        var evaluation = new Evaluation(1, 90, 100, [[90, 0], [10, 0]]);
        Assert.Equal(0.9, evaluation.Top1);
        Assert.Equal(0.5, evaluation.BalancedAccuracy);
        Assert.Equal(2 * 90.0 / 190 / 2, evaluation.MacroF1, 14);
    }

    [Fact]
    public void Top_5_accuracy_counts_the_labels_among_the_five_largest_logits_the_earlier_of_equal_ones_first()
    {
        // The logits of class c are those of the sample's values: a linear layer of the identity.
        var network = Network.Define("rows", new(7, 1, 1), x => x.Flatten().Linear("fc", 7));
        var weights = Weights.Initialize(network, seed: 0);
        Array.Clear(weights["fc.weight"].Values);
        Array.Clear(weights["fc.bias"].Values);
        for (int i = 0; i < 7; i++)
        {
            weights["fc.weight"].Values[i * 7 + i] = 1;
        }

        float[] falling = [7, 6, 5, 4, 3, 2, 1], equal = new float[7];
        float[][] samples = [.. Enumerable.Range(0, 14).Select(i => i < 7 ? falling : equal)];
        int[] labels = [.. Enumerable.Range(0, 14).Select(i => i % 7)];
        var dataset = new TensorDataset(new(7, 1, 1), samples, labels);
        using var plan = Plan.Compile(network, new PlanOptions { BatchSize = 4, Threads = 1 });
        plan.SetWeights(weights);
        var losses = new List<double>();
        var evaluation = Evaluation.Run(plan, dataset, null, one => losses.Add(one.Loss), TestContext.Current.CancellationToken);

        Assert.Equal(2 / 14.0, evaluation.Top1);
        Assert.Equal(10 / 14.0, evaluation.Top5);
        Assert.Equal(evaluation.Loss, losses.Average(), 12);
        Assert.Equal(Math.Log(7), losses[^1], 6);
        Assert.Equal(14, evaluation.Reliability!.Bins.Sum(bin => bin.Count));
        // Seven images of equal logits, one of them right, in (2/15, 3/15]; seven at the largest of e^7 … e^1, one of them right.
        double largest = 1 / Enumerable.Range(0, 7).Sum(i => Math.Exp(-i));
        Assert.Equal((1 / 7.0 - 1 / 7.0 + (largest - 1 / 7.0)) / 2, evaluation.Reliability.CalibrationError, 6);
    }

    [Fact]
    public void There_is_no_top_5_accuracy_of_five_classes()
    {
        var network = Network.Define("few", new(1, 28, 28), x => x.Flatten().Linear("fc", 10));
        using var plan = Plan.Compile(network, new PlanOptions { BatchSize = 32, Threads = 1 });
        plan.SetWeights(Weights.Initialize(network, seed: 0));
        Assert.NotNull(Evaluation.Run(plan, TrainerTests.Test, ImageTransform.Mnist, TestContext.Current.CancellationToken).Top5);

        var five = Network.Define("five", new(5, 1, 1), x => x.Flatten().Linear("fc", 5));
        using var small = Plan.Compile(five, new PlanOptions { BatchSize = 1, Threads = 1 });
        small.SetWeights(Weights.Initialize(five, seed: 0));
        var dataset = new TensorDataset(new(5, 1, 1), [1f, 2, 3, 4, 5], [4]);
        Assert.Null(Evaluation.Run(small, dataset, null, TestContext.Current.CancellationToken).Top5);
    }
}
