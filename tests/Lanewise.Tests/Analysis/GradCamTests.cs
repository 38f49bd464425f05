using Lanewise.Analysis;
using Lanewise.Engine;
using Lanewise.Kernels;
using Lanewise.Tests.Engine;
using Xunit;

namespace Lanewise.Tests.Analysis;

public sealed class GradCamTests
{
    private const double Tolerance = 1e-5;
    private const int Images = 4, Other = 0;

    public static TheoryData<string, string, string, int> LayersAndWidths
    {
        get
        {
            var data = new TheoryData<string, string, string, int>();
            foreach (int width in KernelSet.Widths)
            {
                data.Add("inception", "incep1", "incep1.concat1", width);
                data.Add("inception", "incep2", "incep2.concat1", width);
                data.Add("residual", "rcblock1", "rcblock1.relu2", width);
                data.Add("residual", "rcblock2", "rcblock2.relu2", width);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(LayersAndWidths))]
    public void Maps_are_PyTorchs(string model, string module, string layer, int width)
    {
        var (network, weights, source) = Trained(model);
        var golden = Golden.Read($"explain-{model}");
        var cam = new GradCam(network, weights, new PlanOptions { BatchSize = Images, LaneWidth = width }, layer);
        var likeliest = cam.Explain(source, [0, 1, 2, 3]);
        Compare.Close("likeliest", golden[$"grad_cam.{module}.likeliest"].Values, Joined(likeliest), Tolerance);
        Compare.Close("other", golden[$"grad_cam.{module}.{Other}"].Values, Joined(cam.Explain(source, [0, 1, 2, 3], Other)), Tolerance);
        Assert.All(likeliest, map => Assert.Equal(map.Classification.Ranking[0], map.Target));
        if (module == GradCam.DefaultLayer(network).Path.Split('.')[0])
        {
            Compare.Close("resized", golden["resized"].Values, [.. likeliest.SelectMany(map => map.Resize(28, 28))], Tolerance);
        }
    }

    [Theory]
    [InlineData("resnet20", "layer2.2.relu2", 16)]
    [InlineData("googlenet", "inception3b.concat1", 32)]
    [InlineData("googlenet-paper", null, 32)]
    public void The_reference_engine_agrees(string model, string? layer, int side)
    {
        var network = ModelCatalog.Find(model).Create(new ModelOptions { Classes = 5, Input = new Shape(3, side, side) });
        var weights = Formula.Weights(network);
        var source = Formula.Images(1, network.Input, network.OutputCount);
        var cam = new GradCam(network, weights, new PlanOptions { BatchSize = 1 }, layer);
        var (values, logits, gradient) = Reference(network, weights, source, cam.Layer, target: 2);
        var map = cam.Explain(source, [0], target: 2)[0];
        Compare.Close("logits", logits, [.. map.Classification.Logits], Tolerance);
        int pixels = cam.Layer.Shape.Pixels;
        double[] expected = [.. Enumerable.Range(0, pixels).Select(i => Math.Max(0, Enumerable.Range(0, cam.Layer.Shape.Channels)
            .Sum(c => gradient.AsSpan(c * pixels, pixels).ToArray().Average() * values[c * pixels + i])))];
        Compare.Close("map", expected, map.Values, 1e-4);
        Assert.Equal(pixels, map.Height * map.Width);
    }

    [Fact]
    public void The_default_layer_is_the_last_feature_map()
    {
        Assert.Equal("incep2.concat1", GradCam.DefaultLayer(ModelCatalog.Find("inception").ForClasses(10)).Path);
        Assert.Equal("layer4.1.relu2", GradCam.DefaultLayer(ModelCatalog.Find("resnet18").ForClasses(10)).Path);
        var flat = Network.Define("flat", new Shape(1, 4, 4), x => x.Flatten().Linear("fc", 3));
        Assert.Contains("no feature map to explain", Assert.ThrowsAny<LanewiseException>(() => GradCam.DefaultLayer(flat)).Message);
    }

    [Fact]
    public void Layers_classes_and_networks_that_do_not_fit_are_refused()
    {
        var (network, weights, source) = Trained("inception");
        var options = new PlanOptions { BatchSize = 1 };
        string inside = Assert.ThrowsAny<LanewiseException>(() => new GradCam(network, weights, options, "incep1.branch1x1")).Message;
        Assert.Contains("there are conv1, maxpool2d1, ", inside);
        Assert.Contains(
            "did you mean 'conv1'", Assert.ThrowsAny<LanewiseException>(() => new GradCam(network, weights, options, "conv9")).Message);
        Assert.Contains(
            "0 to 9", Assert.ThrowsAny<LanewiseException>(() => new GradCam(network, weights, options).Explain(source, [0], 10)).Message);
        var maps = Network.Define("maps", new Shape(1, 4, 4), x => x.Conv2d("conv", 3, kernelSize: 3));
        Assert.ThrowsAny<LanewiseException>(() => new GradCam(maps, Weights.Initialize(maps, 1), options));
    }

    [Fact]
    public void A_map_without_a_peak_stays_dark()
    {
        var answer = new Classification([1, 2]);
        Assert.All(new GradCamMap(answer, 0, 1, 2, [0, 0]).Resize(3, 3), v => Assert.Equal(0, v));
        Assert.All(new GradCamMap(answer, 0, 1, 2, [float.NaN, 1]).Resize(3, 3), v => Assert.Equal(0, v));
        Assert.Equal([0f, 0.25f, 0.75f, 1f], new GradCamMap(answer, 0, 1, 2, [0, 8]).Resize(1, 4));
    }

    internal static (Network Network, Weights Weights, TensorSource Source) Trained(string model)
    {
        var golden = Golden.Read(model);
        var network = ModelCatalog.Find(model).ForClasses(10);
        return (
            network,
            Weights.Match(network, golden.Below("trained"), model),
            new TensorSource(golden["input"].Values, golden["labels"].Values));
    }

    private static float[] Joined(IEnumerable<GradCamMap> maps) => [.. maps.SelectMany(map => map.Values)];

    /// <summary>The layer's values, the logits, and the gradient of one of them to the values, all in double.</summary>
    private static (double[] Values, double[] Logits, double[] Gradient) Reference(
        Network network, Weights weights, TensorSource source, Node layer, int target)
    {
        Network before = network.UpTo(layer), after = network.After(layer);
        double[] values = new ReferenceEngine(before, weights.Of(before)).Forward(source.Values());
        var engine = new ReferenceEngine(after, weights.Of(after));
        double[] logits = engine.Forward(values), output = new double[network.OutputCount];
        output[target] = 1;
        return (values, logits, engine.Backward(output).Input);
    }
}
