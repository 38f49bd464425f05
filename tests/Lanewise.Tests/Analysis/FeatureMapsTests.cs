using Lanewise.Analysis;
using Lanewise.Engine;
using Lanewise.Tests.Engine;
using Xunit;

namespace Lanewise.Tests.Analysis;

public sealed class FeatureMapsTests
{
    [Theory]
    [InlineData("conv1")]
    [InlineData("rcblock2.conv1")]
    [InlineData("fc")]
    public void Values_are_the_reference_engines(string layer)
    {
        var (network, weights, _) = GradCamTests.Trained("residual");
        var source = TensorSource.Random(2, network.Input.Count, network.OutputCount);
        var maps = FeatureMaps.Of(network, weights, network.Find(layer), source, 1);
        var engine = new ReferenceEngine(network, weights);
        engine.Forward(source.Values());
        Compare.Close(layer, engine.ValuesAt(network.Find(layer), 1), maps.Values, 1e-5);
    }

    [Fact]
    public void Greys_span_a_common_range_or_each_channels_own()
    {
        var layer = Network.Define("n", new Shape(2, 1, 2), x => x.ReLU()).Nodes[1];
        var maps = new FeatureMaps(layer, [0, 1, 3, 5]);
        Assert.Equal([[0, 51], [153, 255]], maps.ToImages(GreyRange.Common).Images);
        Assert.Equal([[0, 255], [0, 255]], maps.ToImages(GreyRange.Own).Images);
        Assert.Equal(new Shape(1, 1, 2), maps.ToImages(GreyRange.Own).Shape);
        Assert.All(new FeatureMaps(layer, [7, 7, 7, float.NaN]).ToImages(GreyRange.Own).Images, image => Assert.Equal([0, 0], image));
    }

    [Theory]
    [InlineData("inception", 1, 10)]
    [InlineData("resnet20", 3, 16)]
    public void Filters_are_in_colour_where_the_image_is(string model, int channels, int count)
    {
        var network = ModelCatalog.Find(model).ForClasses(10);
        var weights = Weights.Initialize(network, 1);
        float[] kernels = weights["conv1.weight"].Values;
        (kernels[0], kernels[1]) = (0, -100);
        var filters = Filters.Of(network, weights);
        Assert.Equal(channels, filters.Shape.Channels);
        Assert.Equal(count, filters.Images.Count);
        Assert.Equal([128, 0], filters.Images[0][..2]);
    }

    [Fact]
    public void Filters_of_bgr_networks_are_shown_red_first()
    {
        var network = ModelCatalog.Find("resnet20").ForClasses(10);
        var weights = Weights.Initialize(network, 1);
        var (rgb, bgr) = (Filters.Of(network, weights), Filters.Of(network, weights, ChannelOrder.Bgr));
        Assert.All(rgb.Images.Zip(bgr.Images), pair =>
            Assert.Equal(pair.First, pair.Second[18..].Concat(pair.Second[9..18]).Concat(pair.Second[..9])));
        Assert.NotEqual(rgb.Images[0], bgr.Images[0]);
    }

    [Fact]
    public void A_network_without_convolution_has_no_filters()
    {
        var network = Network.Define("flat", new Shape(1, 4, 4), x => x.Flatten().Linear("fc", 3));
        Assert.Contains(
            "no convolution", Assert.ThrowsAny<LanewiseException>(() => Filters.Of(network, Weights.Initialize(network, 1))).Message);
    }
}
