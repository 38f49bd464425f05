using Lanewise.Engine;
using Lanewise.Graphs;
using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Engine;

/// <summary>Every registered model learns; apart from <see cref="CatalogTests"/>, so that the two run side by side.</summary>
public sealed class CatalogTrainingTests
{
    [Theory]
    [MemberData(nameof(CatalogTests.Models), MemberType = typeof(CatalogTests))]
    public void Training_on_one_batch_lowers_its_loss(string name)
    {
        const int Count = 12;
        var network = CatalogTests.Small(name, classes: 10);
        var source = TensorSource.Random(Count, network.Input.Count, network.Classes);
        int[] indices = [.. Enumerable.Range(0, Count)];
        var plan = Plan.Compile(network, new PlanOptions { BatchSize = Count, Training = true, Threads = 2 });
        plan.Load(Weights.Initialize(network, seed: 1));
        var update = new OptimizerWork(plan.TakeLikeWeights()) { Step = new SgdStep(0.005f, 0.9f, 0, Nesterov: false) };
        var losses = new List<double>();
        for (int step = 0; step < 10; step++)
        {
            plan.ComputeGradients(source, indices, step);
            losses.Add(plan.Losses.ToArray().Average());
            plan.Apply(update);
        }

        Assert.True(losses[^1] < losses[0], string.Join(", ", losses));
        Assert.True(plan.Save().AllFinite());
    }
}
