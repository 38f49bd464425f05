using Lanewise.Engine;
using Lanewise.Graphs;
using Lanewise.Kernels;
using Lanewise.Models;
using Xunit;

namespace Lanewise.Tests.Engine;

/// <summary>Every registered model, without a word about any of them.</summary>
public sealed class CatalogTests
{
    private const double Tolerance = 1e-4;

    public static TheoryData<string> Models => ["inception", "inception-relu", "residual"];

    [Theory]
    [MemberData(nameof(Models))]
    public void A_model_runs_forward_and_backward_as_the_reference_does(string name)
    {
        const int Classes = 7, Count = 2;
        var run = new ReferenceRun(ModelCatalog.Find(name).ForClasses(Classes), seed: 3);
        Assert.Equal(new Shape(Classes, 1, 1), run.Network.Output.Shape);
        var plan = OpCaseTests.Compile(run, width: 0, threads: 2);
        OpCaseTests.Run(plan, run, Count);
        OpCaseTests.AssertClose(plan, run, Count, Tolerance);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Training_on_one_batch_lowers_its_loss(string name)
    {
        const int Count = 12;
        var network = ModelCatalog.Find(name).ForClasses(10);
        var source = TensorSource.Random(Count, network.Input.Count, network.Classes);
        int[] indices = [.. Enumerable.Range(0, Count)];
        var plan = Plan.Compile(network, new PlanOptions { BatchSize = Count, Training = true, Threads = 2 });
        plan.Load(Weights.Initialize(network, seed: 1));
        var update = new OptimizerWork(plan.TakeLikeWeights()) { Step = new SgdStep(0.02f, 0.9f, 0, Nesterov: false) };
        var losses = new List<double>();
        for (int step = 0; step < 10; step++)
        {
            plan.ComputeGradients(source, indices);
            losses.Add(plan.Losses.ToArray().Average());
            plan.Apply(update);
        }

        Assert.True(losses[^1] < losses[0], string.Join(", ", losses));
        Assert.True(plan.Save().AllFinite());
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Names_are_found_in_any_case(string name) => Assert.Equal(name, ModelCatalog.Find(name.ToUpperInvariant()).Name);

    [Fact]
    public void An_unknown_model_is_answered_with_those_that_there_are()
    {
        var e = Assert.Throws<LanewiseException>(() => ModelCatalog.Find("vgg"));
        Assert.Equal($"There is no model 'vgg'; there are {string.Join(", ", ModelCatalog.All.Select(m => m.Name))}.", e.Message);
    }
}
