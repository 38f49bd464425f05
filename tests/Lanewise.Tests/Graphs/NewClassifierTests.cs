using Xunit;

namespace Lanewise.Tests.Graphs;

public sealed class NewClassifierTests
{
    [Fact]
    public void The_last_linear_layer_gets_other_outputs_and_keeps_its_name()
    {
        var network = Residual.Create(classes: 10).WithClasses(3);
        Assert.Equal(new Shape(3, 1, 1), network.Output.Shape);
        Assert.Equal([3, 512], network.Parameters.Single(p => p.Name == "fc.weight").Dimensions);
        Assert.Equal(Residual.Create(classes: 10).Nodes.Select(node => node.Path), network.Nodes.Select(node => node.Path));
    }

    [Fact]
    public void A_body_gets_a_classifier_behind_its_averaged_features()
    {
        var body = Network.Define("body", new(3, 8, 8), x => x.Conv2d("fc", 4, kernelSize: 3).ReLU());
        var network = body.WithClasses(5);
        Assert.Equal(["input", "fc", "relu1", "avgpool", "flatten", "fc2"], network.Nodes.Select(node => node.Path));
        Assert.Equal(new Shape(5, 1, 1), network.Output.Shape);
    }

    [Fact]
    public void As_many_classes_leave_the_network_as_it_is()
    {
        var network = Residual.Create(classes: 10);
        Assert.Same(network, network.WithClasses(10));
    }
}
