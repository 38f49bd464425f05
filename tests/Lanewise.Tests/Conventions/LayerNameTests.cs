using Lanewise;
using Xunit;

namespace Conventions;

/// <summary>Names of layers are optional, and numbers are doubles.</summary>
public sealed class LayerNameTests
{
    [Fact]
    public void Layers_without_a_name_are_named_by_op_and_number()
    {
        var network = Network.Define("n", new Shape(1, 28, 28), x => x
            .Conv2d(16, kernelSize: 5).BatchNorm2d().ReLU().MaxPool2d(2)
            .Module("block", y => y.Conv2d(16, kernelSize: (3, 1), padding: (1, 0), bias: false).BatchNorm2d(eps: 1e-3, momentum: 0.2))
            .Conv2d("conv2d3", 8, kernelSize: 1).Conv2d(8, kernelSize: 1).Conv2d(8, kernelSize: 1, stride: 2)
            .Flatten().Linear(20).ReLU().Linear(10, bias: false));

        Assert.Equal(
            [
                "conv2d1.weight", "conv2d1.bias", "batchnorm2d1.weight", "batchnorm2d1.bias", "block.conv2d1.weight", "block.batchnorm2d1.weight",
                "block.batchnorm2d1.bias", "conv2d3.weight", "conv2d3.bias", "conv2d2.weight", "conv2d2.bias", "conv2d4.weight", "conv2d4.bias",
                "linear1.weight", "linear1.bias", "linear2.weight",
            ],
            network.Parameters.Where(p => !p.IsBuffer).Select(p => p.Name));
    }

    [Fact]
    public void A_name_changes_nothing_else()
    {
        var unnamed = Network.Define("n", new Shape(2, 9, 9), x => x
            .Conv2d(4, kernelSize: 3, stride: 2, padding: 1, bias: false, dilation: 1, groups: 2, initial: Initializer.KaimingNormal(36))
            .BatchNorm2d(eps: 1e-3, momentum: 0.2).Flatten().Linear(3, bias: false, initial: new Initializer.Normal(std: 0.01, cut: 2)));
        var named = Network.Define("n", new Shape(2, 9, 9), x => x
            .Conv2d("conv2d1", 4, 3, stride: 2, padding: 1, bias: false, dilation: 1, groups: 2, initial: Initializer.KaimingNormal(36))
            .BatchNorm2d("batchnorm2d1", eps: 1e-3, momentum: 0.2).Flatten()
            .Linear("linear1", 3, bias: false, initial: new Initializer.Normal(std: 0.01, cut: 2)));

        Assert.Equal(named.Nodes.Select(node => (node.Path, node.Op, node.Shape)), unnamed.Nodes.Select(node => (node.Path, node.Op, node.Shape)));
        Assert.Equal(
            Weights.Initialize(named, seed: 1).Tensors.Select(tensor => tensor.Values),
            Weights.Initialize(unnamed, seed: 1).Tensors.Select(tensor => tensor.Values));
    }

    [Fact]
    public void Probabilities_and_weights_are_doubles()
    {
        double p = 0.7, weight = 0.3, alpha = 1e-4;
        var network = Network.Define("n", new Shape(3, 8, 8), x =>
        {
            x.Flatten().Linear(4).AuxiliaryOutput(weight);
            return x.LocalResponseNorm(5, alpha, beta: 0.75, k: 2).Flatten().Dropout(p).Linear(4);
        });

        Assert.Equal(weight, Assert.Single(network.AuxiliaryOutputs).Weight);
        Assert.Equal(0.7f, Assert.Single(network.Nodes.Select(node => node.Op).OfType<Dropout>()).P);
        Assert.Equal(
            ImageTransform.Cifar10, new ImageTransform(new Shape(3, 32, 32), mean: [0.4914, 0.4822, 0.4465], std: [0.2470, 0.2435, 0.2616]));
        Assert.Equal(p, new RandomHorizontalFlip(p).P);
    }
}
