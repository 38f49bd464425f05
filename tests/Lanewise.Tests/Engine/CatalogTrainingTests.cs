using Lanewise.Engine;
using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Engine;

/// <summary>Training tests of every registered model; separate from <see cref="CatalogTests"/> so that both run in parallel.</summary>
public sealed class CatalogTrainingTests
{
    private const int Count = 12, Steps = 14;

    // Low enough that neither a wrong direction nor the order of sums reaches it: deep networks without shortcuts
    // hardly learn at a small learning rate, deep ones with batch norm are chaotic at a large one.
    private const double ClearlyLower = 0.96;

    private static readonly float[] LearningRates = [0.005f, 0.02f, 0.3f];

    [Theory]
    [MemberData(nameof(CatalogTests.Models), MemberType = typeof(CatalogTests))]
    public void Training_on_one_batch_lowers_its_loss_at_some_learning_rate(string name)
    {
        var network = CatalogTests.Small(name, classes: 10);
        var plan = Plan.Compile(network, new PlanOptions { BatchSize = Count, Training = true, Threads = 2 });
        var source = TensorSource.Random(Count, network.Input.Count, network.OutputCount);
        var losses = new List<double[]>();
        bool learns = LearningRates.Any(rate =>
        {
            plan.SetWeights(Weights.Initialize(network, seed: 1));
            losses.Add(Train(plan, source, rate));
            return losses[^1][^1] < ClearlyLower * losses[^1][0] && plan.GetWeights().AllFinite();
        });

        Assert.True(learns, string.Join("; ", losses.Select(run => string.Join(", ", run))));
    }

    private static double[] Train(Plan plan, TensorSource source, float rate)
    {
        int[] indices = [.. Enumerable.Range(0, Count)];
        var update = new OptimizerWork(plan.AllocateLikeWeights()) { Step = new SgdStep(rate, 0.9f, 0, Nesterov: false) };
        var losses = new double[Steps];
        for (int step = 0; step < Steps; step++)
        {
            plan.ComputeGradients(source, indices, step);
            losses[step] = plan.Losses.ToArray().Average();
            plan.Apply(update);
        }

        return losses;
    }
}
