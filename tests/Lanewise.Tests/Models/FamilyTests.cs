using Xunit;

namespace Lanewise.Tests.Models;

/// <summary>The families' published figures, and their names and shapes as PyTorch has them.</summary>
public sealed class FamilyTests
{
    private static readonly (string Model, string Input, int Parameters, long Macs)[] Published =
    [
        ("inception", "1×28×28", 97_298, 6_019_200),
        ("inception-relu", "1×28×28", 97_298, 6_019_200),
        ("residual", "1×28×28", 41_514, 2_013_184),
        ("googlenet", "3×224×224", 6_624_904, 1_498_376_192),
        ("googlenet-paper", "3×224×224", 6_998_552, 1_582_671_872),
        ("resnet18", "3×224×224", 11_689_512, 1_814_073_344),
        ("resnet34", "3×224×224", 21_797_672, 3_663_761_408),
        ("resnet50", "3×224×224", 25_557_032, 4_089_184_256),
        ("resnet101", "3×224×224", 44_549_160, 7_801_405_440),
        ("resnet152", "3×224×224", 60_192_808, 11_513_626_624),
        ("resnet18-cntk", "3×224×224", 16_410_152, 2_045_284_352),
        ("resnet20", "3×32×32", 269_722, 40_551_040),
        ("resnet32", "3×32×32", 464_154, 68_862_592),
        ("resnet44", "3×32×32", 658_586, 97_174_144),
        ("resnet56", "3×32×32", 853_018, 125_485_696),
        ("resnet110", "3×32×32", 1_727_962, 252_887_680),
        ("plain20", "3×32×32", 269_722, 40_551_040),
        ("plain32", "3×32×32", 464_154, 68_862_592),
        ("plain44", "3×32×32", 658_586, 97_174_144),
        ("plain56", "3×32×32", 853_018, 125_485_696),
        ("plain110", "3×32×32", 1_727_962, 252_887_680),
    ];

    public static TheoryData<string> Models => [.. ModelCatalog.All.Select(m => m.Name)];

    [Theory]
    [MemberData(nameof(Models))]
    public void Parameters_MACs_and_input_are_as_published(string model)
    {
        var network = ModelCatalog.Find(model).Create(new ModelOptions());
        Assert.Equal(
            Published.Single(p => p.Model == model), (network.Name, network.Input.ToString(), network.ParameterCount, network.Macs));
        Assert.Equal(network.Input, ModelCatalog.Find(model).Transform.Input);
    }

    [Fact]
    public void The_body_of_CNTKs_ResNet_18_has_as_many_numbers_as_its_file()
    {
        var network = ModelCatalog.Find("resnet18-cntk").Create(new ModelOptions());
        Assert.Equal(22, network.Nodes.Count(n => n.Op is Conv2d));
        Assert.Equal(22, network.Nodes.Count(n => n.Op is BatchNorm2d { Eps: 1e-5f }));
        Assert.Equal(15_908_800, network.Parameters.Where(p => p.Dimensions.Length > 0 && !p.Name.StartsWith("fc.", StringComparison.Ordinal)).Sum(p => p.Count));
    }

    [Fact]
    public void CNTKs_ResNet_18_takes_blue_green_red_from_0_to_255()
    {
        var transform = ModelCatalog.Find("resnet18-cntk").Transform;
        byte[] white = new byte[transform.Input.Count];
        Array.Fill(white, (byte)255);
        float[] values = new float[white.Length];
        transform.Normalize(white, values);
        Assert.Equal(ChannelOrder.Bgr, transform.ChannelOrder);
        Assert.Equal([151.94, 139.1, 131.85], Enumerable.Range(0, 3).Select(c => Math.Round(values[c * 224 * 224], 3)));
    }

    [Fact]
    public void Published_GoogLeNet_weights_get_the_values_of_torchvisions_transform_input()
    {
        var entry = ModelCatalog.Find("googlenet");
        byte[] pixels = [.. Enumerable.Range(0, entry.Transform.Input.Count).Select(i => (byte)(i * 7))];
        float[] values = new float[pixels.Length], published = new float[pixels.Length];
        entry.Transform.Normalize(pixels, values);
        entry.PretrainedTransform.Normalize(pixels, published);
        (double Mean, double Std)[] imageNet = [(0.485, 0.229), (0.456, 0.224), (0.406, 0.225)];
        for (int i = 0; i < values.Length; i++)
        {
            // As in torchvision/models/googlenet.py.
            var (mean, std) = imageNet[i / (224 * 224)];
            Assert.Equal(values[i] * (std / 0.5) + (mean - 0.5) / 0.5, published[i], 1e-6);
        }

        Assert.Equal(entry.Transform.CropPct, entry.PretrainedTransform.CropPct);
        Assert.All(ModelCatalog.All.Where(e => e != entry), e => Assert.Equal(e.Transform, e.PretrainedTransform));
    }

    [Fact]
    public void GoogLeNet_with_its_auxiliary_classifiers_has_torchvisions_parameters()
    {
        var network = ModelCatalog.Find("googlenet").Create(new ModelOptions { AuxiliaryClassifiers = true });
        Assert.Equal(13_004_888, network.ParameterCount);
        Assert.Equal(["aux1.fc2", "aux2.fc2"], network.AuxiliaryOutputs.Select(o => o.Node.Path));
        Assert.All(network.AuxiliaryOutputs, o => Assert.Equal((0.3, 1000), (o.Weight, o.Node.Shape.Count)));
    }

    [Theory]
    [InlineData("googlenet")]
    [InlineData("resnet18")]
    [InlineData("resnet50")]
    [InlineData("resnet18-cntk")]
    [InlineData("resnet20")]
    [InlineData("plain20")]
    public void Parameters_have_PyTorchs_names_shapes_and_order(string model)
    {
        var network = ModelCatalog.Find(model).Create(new ModelOptions { AuxiliaryClassifiers = true });
        Assert.Equal(
            File.ReadLines(Path.Combine(AppContext.BaseDirectory, "goldens", "names.txt")).Where(
                line => line.StartsWith(model + " ", StringComparison.Ordinal)),
            network.Parameters.Select(p => $"{model} {p.Name} {p.ShapeText}"));
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Classes_input_size_and_channels_can_be_chosen(string model)
    {
        var network = ModelCatalog.Find(model).Create(
            new ModelOptions { Classes = 7, Input = new Shape(2, 97, 113), AuxiliaryClassifiers = true });
        Assert.Equal((new Shape(2, 97, 113), 7), (network.Input, network.OutputCount));
    }

    [Theory]
    [InlineData("googlenet", 15)]
    [InlineData("googlenet-paper", 31)]
    [InlineData("resnet18", 1)]
    [InlineData("resnet152", 1)]
    [InlineData("resnet20", 1)]
    [InlineData("inception", 16)]
    public void The_smallest_input_is_taken(string model, int side) =>
        Assert.Equal(
            new Shape(5, 1, 1),
            ModelCatalog.Find(model).Create(new ModelOptions { Classes = 5, Input = new Shape(3, side, side) }).Output.Shape);

    [Theory]
    [InlineData("googlenet", 14, "maxpool2d3 (MaxPool2d): kernel 3×3 does not fit the 1×1 input; use padding: 1 or a smaller kernel.")]
    [InlineData("googlenet-paper", 64, "aux1.avgpool2d1 (AvgPool2d): kernel 5×5 does not fit the 4×4 input; use padding: 1 or a smaller kernel.")]
    [InlineData("inception", 13, "conv2 (Conv2d): kernel 5×5 does not fit the 4×4 input; use padding: 1 or a smaller kernel.")]
    public void An_input_that_is_too_small_is_refused_where_it_ends(string model, int side, string message)
    {
        var e = Assert.ThrowsAny<LanewiseException>(() =>
            ModelCatalog.Find(model).Create(new ModelOptions { Input = new Shape(3, side, side), AuxiliaryClassifiers = true }));
        Assert.Equal(message, e.Message);
    }

    [Theory]
    [InlineData("resnet20", 9, 2, true)]
    [InlineData("plain56", 27, 0, true)]
    [InlineData("resnet18", 8, 3, false)]
    [InlineData("resnet18-cntk", 9, 3, false)]
    [InlineData("resnet50", 16, 4, false)]
    public void Blocks_and_shortcuts_are_counted_as_in_the_paper(string model, int blocks, int changing, bool parameterFree)
    {
        var network = ModelCatalog.Find(model).Create(new ModelOptions());
        int shortcuts = model.StartsWith("plain", StringComparison.Ordinal) ? 0 : blocks;
        Assert.Equal(blocks, network.Nodes.Select(n => n.Path.Split('.')).Where(p => p.Length == 3 && p[2] == "conv1").Count());
        Assert.Equal(shortcuts, network.Nodes.Count(n => n.Op is Add));
        Assert.Equal(
            changing,
            network.Nodes.Count(n => parameterFree ? n.Op is IdentityShortcut : n.Path.EndsWith("downsample.0", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_depth_that_the_paper_does_not_allow_is_refused()
    {
        var e = Assert.ThrowsAny<LanewiseException>(() => CifarResNet.Create(new CifarResNetVariant("resnet21", 21, hasShortcuts: true)));
        Assert.Equal("resnet21: 21 layers; the depth must be 8, 14, 20 and so on (6·n + 2).", e.Message);
    }

    [Theory]
    [InlineData("googlenet", "inception3a.branch2.1.conv.weight", 0.0088, 0.02)]
    [InlineData("googlenet", "fc.weight", 0.0088, 0.02)]
    [InlineData("googlenet-paper", "inception3a.branch2.1.conv.weight", 0.0481, double.PositiveInfinity)]
    [InlineData("resnet18", "layer1.0.conv1.weight", 0.0589, double.PositiveInfinity)]
    [InlineData("resnet18", "fc.weight", 0.0255, 0.0442)]
    [InlineData("resnet20", "layer3.1.conv1.weight", 0.0589, double.PositiveInfinity)]
    public void Weights_begin_as_the_family_says(string model, string name, double deviation, double most)
    {
        float[] values = Weights.Initialize(ModelCatalog.Find(model).Create(new ModelOptions()), seed: 1)[name].Values;
        Assert.InRange(values.Average(), -deviation / 10, deviation / 10);
        Assert.InRange(Math.Sqrt(values.Average(v => (double)v * v)), deviation * 0.97, deviation * 1.03);
        Assert.True(values.Max(Math.Abs) <= most);
    }
}
