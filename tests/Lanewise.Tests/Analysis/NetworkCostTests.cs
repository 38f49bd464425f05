using Lanewise.Analysis;
using Xunit;

namespace Lanewise.Tests.Analysis;

public sealed class NetworkCostTests
{
    public static TheoryData<string> Models => [.. ModelCatalog.All.Select(m => m.Name)];

    [Theory]
    [MemberData(nameof(Models))]
    public void Layers_add_up_to_the_network(string name)
    {
        var network = ModelCatalog.Find(name).Create(new ModelOptions { AuxiliaryClassifiers = true });
        foreach (int? depth in (int?[])[null, 1, 2, 99])
        {
            var cost = NetworkCost.Of(network, depth);
            Assert.Equal(network.ParameterCount, cost.Layers.Sum(l => l.Parameters));
            Assert.Equal(network.Macs, cost.Layers.Sum(l => l.Macs));
            Assert.Equal(network.Nodes.Skip(1), cost.Layers.SelectMany(l => l.Nodes).OrderBy(n => n.Index));
            Assert.Equal(cost.Total.ActivationBytes, cost.Layers.Sum(l => l.ActivationBytes));
            Assert.Equal(cost.Total.Buffers, cost.Layers.Sum(l => l.Buffers));
            Assert.Equal(1, cost.Layers.Sum(cost.ShareOf), 12);
            Assert.Equal(
                (network.ParameterCount, network.Macs, network.Output.Shape), (cost.Total.Parameters, cost.Total.Macs, cost.Total.Output));
        }
    }

    [Fact]
    public void Depth_1_sums_a_module_up_in_its_place()
    {
        var cost = NetworkCost.Of(ModelCatalog.Find("inception").ForClasses(10), depth: 1);
        Assert.Equal(
            ["conv1", "maxpool2d1", "relu1", "incep1", "conv2", "maxpool2d2", "relu2", "incep2", "flatten1", "fc"],
            cost.Layers.Select(l => l.Name));
        var module = cost.Layers[3];
        Assert.Equal((null, new Shape(88, 12, 12), 19_104, 2_730_240), (module.Op, module.Output, module.Parameters, module.Macs));
        // Nine outputs of 12×12: four branches, the pool's ten channels, and what lies between.
        Assert.Equal(4 * 144 * (16 + 16 + 24 + 16 + 24 + 24 + 10 + 24 + 88), module.ActivationBytes);
    }

    [Fact]
    public void Depth_2_tells_a_module_s_parts_apart()
    {
        var cost = NetworkCost.Of(ModelCatalog.Find("resnet18").Create(new ModelOptions()), depth: 2);
        Assert.Equal(
            ["conv1", "bn1", "relu1", "maxpool2d1", "layer1.0", "layer1.1", "layer2.0", "layer2.1", "layer3.0", "layer3.1", "layer4.0", "layer4.1", "adaptiveavgpool2d1", "flatten1", "fc"],
            cost.Layers.Select(l => l.Name));
    }

    [Fact]
    public void A_layer_s_figures_are_those_that_a_person_computes()
    {
        var network = Network.Define("small", new(3, 9, 9), x => x
            .Conv2d("conv", 8, kernelSize: 3, stride: 2, padding: 1, bias: false).BatchNorm2d("bn").ReLU().MaxPool2d(5).Flatten().Linear("fc", 2));
        var layers = NetworkCost.Of(network).Layers;
        (string, long, long, long, long)[] expected =
        [
            ("conv", 8 * 3 * 3 * 3, 0, 8 * 5 * 5 * 3 * 3 * 3, 4 * 8 * 5 * 5),
            ("bn", 16, 17, 0, 4 * 8 * 5 * 5),
            ("relu1", 0, 0, 0, 4 * 8 * 5 * 5),
            ("maxpool2d1", 0, 0, 0, 4 * 8),
            ("flatten1", 0, 0, 0, 4 * 8),
            ("fc", 18, 0, 16, 4 * 2),
        ];
        Assert.Equal(expected, layers.Select(l => (l.Name, l.Parameters, l.Buffers, l.Macs, l.ActivationBytes)));
        Assert.IsType<Conv2d>(layers[0].Op);
    }

    [Fact]
    public void A_network_without_products_has_no_shares()
    {
        var cost = NetworkCost.Of(Network.Define("pool", new(3, 8, 8), x => x.MaxPool2d(2).ReLU()));
        Assert.All(cost.Layers, layer => Assert.Equal(0, cost.ShareOf(layer)));
    }

    [Fact]
    public void A_depth_of_nothing_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => NetworkCost.Of(ModelCatalog.Find("residual").ForClasses(10), depth: 0));

    [Fact]
    public void A_step_s_operations_are_those_that_a_person_counts()
    {
        // Two convolutions of the image, whose input gradient is not needed, and one of their 4 + 6 channels of 6×6.
        var network = Network.Define("small", new(3, 6, 6), x => x.Conv2d("a", 4, kernelSize: 1)
            .Concat(x.Conv2d("b", 6, kernelSize: 3, padding: 1)).Conv2d("c", 2, kernelSize: 6).BatchNorm2d("bn").Flatten().Linear("fc", 5));
        const long Image = 36 * (4 * 3 + 6 * 3 * 9), After = 2 * 10 * 36 + 5 * 2;
        Assert.Equal(2 * (Image + After), NetworkCost.StepFlops(network, training: false));
        Assert.Equal(2 * (2 * Image + 3 * After), NetworkCost.StepFlops(network, training: true));
    }

    [Fact]
    public void Inference_leaves_auxiliary_classifiers_out()
    {
        var entry = ModelCatalog.Find("googlenet");
        Network plain = entry.Create(new ModelOptions()), auxiliary = entry.Create(new ModelOptions { AuxiliaryClassifiers = true });
        Assert.Equal(2 * plain.Macs, NetworkCost.StepFlops(auxiliary, training: false));
        long heads = auxiliary.Macs - plain.Macs;
        Assert.Equal(NetworkCost.StepFlops(plain, training: true) + 6 * heads, NetworkCost.StepFlops(auxiliary, training: true));
    }
}
