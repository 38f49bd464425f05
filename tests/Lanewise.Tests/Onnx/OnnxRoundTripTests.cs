using Lanewise.Files;
using Xunit;

namespace Lanewise.Tests.Onnx;

/// <summary>What is written is read back as the same network, with bitwise the same outputs.</summary>
public sealed class OnnxRoundTripTests
{
    public static TheoryData<string> Models => OnnxExportTests.Models;

    [Theory]
    [MemberData(nameof(Models))]
    public void A_model_comes_back_bitwise(string name)
    {
        var model = OnnxModels.Small(name);
        var back = RoundTrip(model, new OnnxExportOptions());
        float[] images = OnnxModels.Images(model.Network, 3);
        Assert.Equal(OnnxModels.Run(model.Network, model.Weights, images), OnnxModels.Run(back.Network, back.Weights, images));
        Assert.Equal(model.Network.ParameterCount - Auxiliary(model.Network), back.Network.ParameterCount);
        Assert.Equal(model.Card.Classes, back.Card!.Classes);
        Assert.Equal(model.Card.Transform, back.Transform);
        Assert.Equal(name, back.Network.Name);
        Assert.Empty(back.Notices);
    }

    [Fact]
    public void Networks_of_ones_own_come_back()
    {
        foreach (var network in OnnxNetworks.All)
        {
            var model = OnnxModels.Of(network, null);
            float[] images = OnnxModels.Images(network, 3);
            foreach (int opset in new[] { 13, 21 }.Where(opset => opset >= OnnxNetworks.MinOpset(network)))
            {
                var back = RoundTrip(model, new OnnxExportOptions { Opset = opset });
                double difference = OnnxModels.Difference(
                    OnnxModels.Run(network, model.Weights, images), OnnxModels.Run(back.Network, back.Weights, images));
                Assert.True(difference < 1e-5, $"{network.Name}: {difference}");
            }
        }
    }

    [Fact]
    public void A_catalog_model_comes_back_as_that_model()
    {
        // Layers, names, order and attributes are those of the catalog, so that its weights files and those of PyTorch fit.
        foreach (string name in new[] { "inception", "residual", "resnet18", "resnet50", "resnet20" })
        {
            var model = OnnxModels.Small(name);
            var back = RoundTrip(model, new OnnxExportOptions { BatchSize = 4 });
            Assert.Equal(Texts(model.Network), Texts(back.Network));
        }
    }

    [Fact]
    public void Pixels_come_back_as_the_models_normalization()
    {
        var model = OnnxModels.Small("resnet18");
        var transform = model.Card.Transform! with { ChannelOrder = ChannelOrder.Bgr };
        model = model with { Card = model.Card with { Transform = transform } };
        using var folder = new TemporaryFolder();
        string path = folder["model.onnx"];
        OnnxFile.Write(path, model, new OnnxExportOptions { Input = OnnxInput.UInt8 });
        var read = OnnxFile.Read(path, new OnnxReadOptions { IgnoresCard = true }).Transform!;
        Assert.Equal(ChannelOrder.Bgr, read.ChannelOrder);
        Assert.All(transform.Mean.Zip(read.Mean), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
        Assert.All(transform.Std.Zip(read.Std), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }

    [Theory]
    [InlineData(OnnxInput.Float, ChannelOrder.Rgb)]
    [InlineData(OnnxInput.UInt8, ChannelOrder.Rgb)]
    [InlineData(OnnxInput.UInt8, ChannelOrder.Bgr)]
    public void Arithmetic_at_the_beginning_is_part_of_the_network(OnnxInput input, ChannelOrder order)
    {
        // A file without a card could mean preprocessing by it.
        var network = Network.Define("scaled", new(3, 8, 8), x => x.Rescaling(2, -1).ChannelAffine("scale").Conv2d("conv", 4, 3));
        var transform = ImageTransform.ImageNet.For(network.Input) with { ChannelOrder = order };
        var model = OnnxModels.Of(network, transform);
        model = model with { Card = model.Card with { Classes = [] } };
        using var folder = new TemporaryFolder();
        var export = OnnxFile.Write(folder["model.onnx"], model, new OnnxExportOptions { Input = input });
        Assert.InRange(export.MaxDifference, 0, 1e-5);
        var back = OnnxFile.Read(folder["model.onnx"]);
        float[] images = OnnxModels.Images(network, 2);
        Assert.Equal(transform, back.Transform);
        Assert.InRange(OnnxModels.Difference(
            OnnxModels.Run(network, model.Weights, images), OnnxModels.Run(back.Network, back.Weights, images)), 0, 1e-5);
    }

    private static OnnxModel RoundTrip(ModelFile model, OnnxExportOptions options)
    {
        using var folder = new TemporaryFolder();
        string path = folder["model.onnx"];
        OnnxFile.Write(path, model, options);
        return OnnxFile.Read(path, new OnnxReadOptions { KeepsSoftmax = model.Network.Output.Op is Softmax or LogSoftmax });
    }

    private static int Auxiliary(Network network)
    {
        var needed = GraphWalk.Ancestors([network.Output]);
        return network.Nodes.Where(node => !needed.Contains(node)).SelectMany(node => node.Parameters).Where(p => !p.IsBuffer)
            .Sum(p => p.Count);
    }

    private static IEnumerable<string> Texts(Network network) => network.Nodes.Select(node =>
        $"{node.Path} {WithoutInitial(node.Op)} {string.Join(' ', node.Inputs.Select(input => input.Path))} {node.Shape}");

    private static Op WithoutInitial(Op op) => op switch
    {
        Conv2d conv => conv with { Initial = null },
        Linear linear => linear with { Initial = null },
        _ => op,
    };
}
