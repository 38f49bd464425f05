using Lanewise.Tests.Engine;
using Xunit;

namespace Lanewise.Tests.Graphs;

public sealed class StructuralMatchTests
{
    [Theory]
    [InlineData("resnet18-cntk")]
    [InlineData("resnet50")]
    [InlineData("googlenet")]
    [InlineData("resnet20")]
    public void Weights_under_other_names_get_those_of_the_model(string name)
    {
        var model = CatalogTests.Small(name, classes: 7);
        var weights = Weights.Initialize(model, seed: 1);
        var (renamed, values) = Renamed(model, weights);
        var tensors = StructuralMatch.Rename(renamed, values, model);
        Assert.NotNull(tensors);
        Assert.All(tensors, tensor => Assert.Same(weights[tensor.Name].Values, tensor.Values));
        Assert.Equal(Inference(model), tensors.Count);
    }

    [Fact]
    public void A_body_without_classifier_gives_all_but_the_classifier()
    {
        var model = CatalogTests.Small("resnet18-cntk", classes: 7);
        var body = model.UpTo(GraphWalk.Classifier(model.Output)!.Inputs[0]);
        var weights = Weights.Initialize(model, seed: 1);
        var (renamed, values) = Renamed(body, weights.Of(body));
        var tensors = StructuralMatch.Rename(renamed, values, model);
        Assert.Equal(model.Parameters.Count - 2, tensors!.Count);
        Assert.DoesNotContain(tensors, tensor => tensor.Name.StartsWith("fc.", StringComparison.Ordinal));
    }

    [Fact]
    public void Another_structure_does_not_match()
    {
        var (resnet18, resnet34) = (CatalogTests.Small("resnet18", 7), CatalogTests.Small("resnet34", 7));
        Assert.Null(StructuralMatch.Rename(resnet18, Weights.Initialize(resnet18, 1), resnet34));
        var inception = CatalogTests.Small("inception", 7);
        Assert.Null(StructuralMatch.Rename(inception, Weights.Initialize(inception, 1), resnet18));
    }

    private static int Inference(Network network) =>
        GraphWalk.Ancestors([network.Output]).Sum(node => node.Parameters.Count);

    /// <summary>Returns a network without names that mean anything, its sums with exchanged inputs.</summary>
    private static (Network Network, Weights Weights) Renamed(Network network, Weights weights)
    {
        var nodes = new List<Node>();
        var tensors = new List<Tensor>();
        foreach (var node in network.Nodes)
        {
            var inputs = node.Inputs.Select(input => nodes[input.Index]);
            var copy = new Node(nodes.Count, $"n{nodes.Count}", node.Op, [.. node.Op is Add ? inputs.Reverse() : inputs]);
            tensors.AddRange(copy.Parameters.Zip(node.Parameters, (now, old) => weights[old.Name] with { Name = now.Name }));
            nodes.Add(copy);
        }

        return (Network.Of("renamed", nodes, nodes[network.Output.Index], [], []), new Weights(tensors));
    }
}
