using Lanewise.Engine;
using Xunit;

namespace Lanewise.Tests.Engine;

/// <summary>Tests of every registered model; <see cref="CatalogTrainingTests"/> trains them.</summary>
public sealed class CatalogTests
{
    private const double Tolerance = 1e-4;
    private const int MaxForReference = 30_000_000;
    private const int SmallSide = 16;

    public static TheoryData<string> Models => [.. ModelCatalog.All.Select(m => m.Name)];

    [Theory]
    [MemberData(nameof(Models))]
    public void A_model_agrees_with_the_reference(string name)
    {
        const int Count = 2;
        var network = Small(name, classes: 7);
        Assert.Equal(new Shape(7, 1, 1), network.Output.Shape);
        if (network.ParameterCount > MaxForReference)
        {
            // A deeper variant of a tested family; initializing its weights alone would take seconds.
            return;
        }

        var run = new ReferenceRun(network, seed: 3);
        if (!run.IsCoupled)
        {
            var plan = OpCaseTests.Compile(run, width: 0, threads: 2);
            OpCaseTests.Run(plan, run, Count);
            OpCaseTests.AssertClose(plan, run, Count, Tolerance);
        }
        else
        {
            // Training such deep networks with random weights is chaotic; golden tests cover it with other weights.
            var source = TensorSource.Random(Count, run.Network.Input.Count, 7);
            var plan = Plan.Compile(run.Network, new PlanOptions { BatchSize = Count, Threads = 2 });
            plan.SetWeights(run.Weights);
            plan.Infer(source, [0, 1]);
            Compare.Close("logits", new ReferenceEngine(run.Network, run.Weights).Forward(source.Values()), plan.Output, Tolerance);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Names_are_found_in_any_case(string name) => Assert.Equal(name, ModelCatalog.Find(name.ToUpperInvariant()).Name);

    [Fact]
    public void The_error_for_an_unknown_model_lists_the_known_ones()
    {
        var e = Assert.ThrowsAny<LanewiseException>(() => ModelCatalog.Find("vgg"));
        Assert.Equal($"There is no model 'vgg'; there are {string.Join(", ", ModelCatalog.All.Select(m => m.Name))}.", e.Message);
    }

    /// <summary>Creates the model for the smallest image that it supports, but not so small that batch norm has a single value.</summary>
    internal static Network Small(string name, int classes)
    {
        var entry = ModelCatalog.Find(name);
        for (int side = SmallSide; ; side++)
        {
            try
            {
                var input = entry.Transform.Input with { Height = side, Width = side };
                return entry.Create(
                    new ModelOptions { Classes = classes, Input = input, AuxiliaryClassifiers = entry.AuxiliaryClassifiers });
            }
            catch (LanewiseException) when (side < entry.Transform.Input.Height)
            {
                // Too small.
            }
        }
    }
}
