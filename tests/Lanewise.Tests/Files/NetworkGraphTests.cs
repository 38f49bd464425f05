using CsCheck;
using Lanewise.Engine;
using Lanewise.Files;
using Lanewise.Tests.Engine;
using Xunit;

namespace Lanewise.Tests.Files;

/// <summary>A network comes back from its description, and a damaged description is an error of the file.</summary>
public sealed class NetworkGraphTests
{
    private const string Prefix = """{"version":1,"nodes":[{"op":"Input","path":"input","inputs":[],"shape":[1,9,9]},""";
    private const string Suffix = """],"output":1,"auxiliary":[],"omitted":[]}""";

    /// <summary>All ops, with attributes that are not the defaults.</summary>
    internal static Network AllOps { get; } = Network.Define("all-ops", new Shape(3, 17, 13), x =>
    {
        var stem = x
            .Conv2d("stem", 6, (3, 5), (2, 1), new Padding(1, 2, 0, 3), bias: false, dilation: (2, 1), groups: 3, Initializer.KaimingNormal(7))
            .BatchNorm2d("norm", eps: 0.003f, momentum: 0.25f).ReLU();
        var left = stem.MaxPool2d((3, 2), (2, 1), (1, 0), ceilMode: true);
        var right = stem.AvgPool2d((3, 2), (2, 1), (1, 1), countIncludePad: false).Conv2d("even", 6, (1, 2));
        left = left.LeakyReLU(0.2).Hardtanh(double.NegativeInfinity, 4).Hardtanh(-3, double.PositiveInfinity).Hardtanh(-2, 2.5);
        right = right.Sigmoid().Hardsigmoid(0.2, 0.4).Hardswish().SiLU().Mish().GELU(tanh: true).Rescaling(2, -1).ChannelAffine("affine", bias: false);
        var deep = left.AdaptiveAvgPool2d((3, 4)).Concat(right.AdaptiveAvgPool2d((3, 4))).LocalResponseNorm(3, 0.01f, 0.6f, 1.5f);
        deep.AdaptiveAvgPool2d().Flatten().Linear("aux", 4).AuxiliaryOutput(0.3f);
        x.OmitModule("aux2");
        var sum = deep.IdentityShortcut(16, (2, 1)).Add(deep.Conv2d("down", 16, 1, (2, 1)));
        sum = sum.Multiply(sum.AdaptiveAvgPool2d()).ConstantPad2d(new Padding(1, 0, 2, 3), 0.25);
        sum = sum.ConstantPad2d(1, double.NegativeInfinity).ConstantPad2d(0, double.PositiveInfinity).MaxPool2d(3, 1);
        sum = sum.MaxPool2d(2, 1, dilation: (3, 2)).AvgPool2d(2, 1, dilation: (1, 2));
        return sum.Dropout(0.2f).Flatten().Linear("fc", 4, bias: false, new Initializer.Normal(0.01f, 2)).LogSoftmax().Softmax();
    });

    [Fact]
    public void Every_op_comes_back_with_its_attributes()
    {
        Assert.Equal(
            OpTable.Rows.Select(row => row.Type.Name).Order(), AllOps.Nodes.Select(node => node.Op.Name).Distinct().Order());
        AssertSame(AllOps, NetworkGraph.Read(NetworkGraph.Write(AllOps), "all-ops", "m.safetensors"));
    }

    [Fact]
    public void Every_network_of_the_catalog_comes_back() => Assert.All(
        ModelCatalog.All.Select(entry => entry.Create(new ModelOptions { AuxiliaryClassifiers = true })),
        network => AssertSame(network, NetworkGraph.Read(NetworkGraph.Write(network), network.Name, "m.safetensors")));

    [Fact]
    public void Every_graph_comes_back() =>
        RandomNetworks.Any.Sample(network => AssertSame(network, NetworkGraph.Read(NetworkGraph.Write(network), "random", "f")), iter: 300);

    [Theory]
    [InlineData("[]", "is not an object")]
    [InlineData("", "not JSON")]
    [InlineData("{}", "'version' is missing")]
    [InlineData("""{"version":1}""", "'nodes' is missing")]
    [InlineData("""{"version":1,"nodes":[],"output":0,"auxiliary":[],"omitted":[]}""", "not the index of an earlier node")]
    [InlineData(Prefix + """{"op":"Conv3d","path":"a","inputs":[0]}""" + Suffix, "there is no op Conv3d")]
    [InlineData(Prefix + """{"op":"ReLU","path":"a","inputs":[1]}""" + Suffix, "1 is not the index of an earlier node")]
    [InlineData(Prefix + """{"op":"ReLU","path":"a","inputs":[-1]}""" + Suffix, "-1 is not the index of an earlier node")]
    [InlineData(Prefix + """{"op":"ReLU","path":"a","inputs":[0,0]}""" + Suffix, "has 2 inputs")]
    [InlineData(Prefix + """{"op":"ReLU","path":"input","inputs":[0]}""" + Suffix, "used twice")]
    [InlineData(Prefix + """{"op":"Input","path":"a","inputs":[],"shape":[1,1,1]}""" + Suffix, "the first node, and no other")]
    [InlineData(Prefix + """{"op":"Linear","path":"a","inputs":[0],"out_features":2,"bias":true}""" + Suffix, "not a row of features")]
    [InlineData(Prefix + """{"op":"Dropout","path":"a","inputs":[0],"p":2}""" + Suffix, "at least 0 and below 1")]
    [InlineData(Prefix + """{"op":"IdentityShortcut","path":"a","inputs":[0],"out_channels":16777217,"stride":[1,1]}""" + Suffix, "a whole number")]
    [InlineData(Prefix + """{"op":"AdaptiveAvgPool2d","path":"a","inputs":[0],"output_size":[4097,1]}""" + Suffix, "a whole number from 0 to 4096")]
    [InlineData(Prefix + """{"op":"AdaptiveAvgPool2d","path":"a","inputs":[0],"output_size":[2]}""" + Suffix, "an array of 2 numbers")]
    [InlineData(Prefix + """{"op":"ConstantPad2d","path":"a","inputs":[0],"padding":[1,1,1,1],"value":"NaN"}""" + Suffix, "'value' is not a number")]
    [InlineData(Prefix + """{"op":"Hardtanh","path":"a","inputs":[0],"min":3,"max":2}""" + Suffix, "must not be above")]
    public void A_damaged_description_is_refused(string json, string expected)
    {
        var error = Assert.Throws<ModelFormatException>(() => NetworkGraph.Read(json, "mine", "m.safetensors"));

        Assert.Equal((ModelFormatError.Damaged, "m.safetensors"), (error.Error, error.FileName));
        Assert.StartsWith("m.safetensors: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void A_layer_of_more_values_than_an_array_holds_is_refused()
    {
        const string Wide = """{"op":"IdentityShortcut","path":"a","inputs":[0],"out_channels":16777216,"stride":[1,1]},""";
        const string Wider = """{"op":"Concat","path":"b","inputs":[1,1]}""";
        var error = Assert.Throws<ModelFormatException>(() => NetworkGraph.Read(Prefix + Wide + Wider + Suffix, "mine", "m.safetensors"));
        Assert.Contains("more values", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_newer_version_is_named() => Assert.Equal(
        ModelFormatError.Unsupported,
        Assert.Throws<ModelFormatException>(() => NetworkGraph.Read("""{"version":2}""", "mine", "m.safetensors")).Error);

    [Fact]
    public void Deep_and_long_descriptions_are_refused()
    {
        string deep = new('[', 100_000);
        Assert.Throws<ModelFormatException>(() => NetworkGraph.Read(deep, "mine", "m.safetensors"));
        string nodes = string.Concat(Enumerable.Range(1, 20_000).Select(i => $$"""{"op":"ReLU","path":"r{{i}}","inputs":[{{i - 1}}]},"""));
        Assert.Throws<ModelFormatException>(() => NetworkGraph.Read(Prefix + nodes[..^1] + Suffix, "mine", "m.safetensors"));
        Assert.Throws<ModelFormatException>(() => NetworkGraph.Read(new string(' ', 17 << 20), "mine", "m.safetensors"));
    }

    [Fact]
    public void No_mutation_of_a_description_ends_in_another_exception()
    {
        string[] graphs =
            [NetworkGraph.Write(AllOps), NetworkGraph.Write(Inception.Create()), NetworkGraph.Write(ModelCatalog.Find("resnet20").ForClasses(10))];
        string[] pieces = ["-", "9", "99999999", "1e300", "0", "null", "\"", "{", "}", "[", "]", ",", "true", "\"Add\"", "\\ud800", "é", ":"];
        var random = new Random(22);
        for (int i = 0; i < 2000; i++)
        {
            string text = graphs[i % graphs.Length];
            for (int changes = random.Next(1, 4); changes > 0; changes--)
            {
                int at = random.Next(text.Length), length = random.Next(0, 4);
                string piece = random.Next(3) == 0 ? "" : pieces[random.Next(pieces.Length)];
                text = string.Concat(text.AsSpan(0, at), piece, text.AsSpan(Math.Min(text.Length, at + length)));
            }

            Network? network = null;
            var error = Record.Exception(() => network = NetworkGraph.Read(text, "mine", "m.safetensors"));
            Assert.True(error is null or ModelFormatException, $"{error}: {text}");
            if (network is not null && network.Nodes.Sum(node => (long)node.Shape.Count) < 10_000_000)
            {
                error = Record.Exception(() => CompiledNetwork.Of(network, new PlanOptions { BatchSize = 1, Threads = 1 }));
                Assert.True(error is null or LanewiseException, $"{error}: {text}");
            }
        }
    }

    private static void AssertSame(Network expected, Network actual)
    {
        Assert.Equal(expected.Name, actual.Name);
        Assert.Equal(expected.Nodes.Select(Text), actual.Nodes.Select(Text));
        Assert.Equal(expected.Nodes.Select(node => node.Op), actual.Nodes.Select(node => node.Op));
        Assert.Equal(expected.Parameters.Select(p => (p.Name, p.ShapeText, p.Initial, p.IsBuffer)), actual.Parameters.Select(p => (p.Name, p.ShapeText, p.Initial, p.IsBuffer)));
        Assert.Equal(expected.Output.Index, actual.Output.Index);
        Assert.Equal(
            expected.AuxiliaryOutputs.Select(a => (a.Node.Index, a.Weight)), actual.AuxiliaryOutputs.Select(a => (a.Node.Index, a.Weight)));
        Assert.Equal(expected.OmittedModules, actual.OmittedModules);
    }

    private static string Text(Node node) => $"{node} from {string.Join(", ", node.Inputs.Select(input => input.Path))}";
}
