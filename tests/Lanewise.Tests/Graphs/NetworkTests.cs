using Xunit;

namespace Lanewise.Tests.Graphs;

public sealed class NetworkTests
{
    private static readonly Shape Digits = new(1, 28, 28);

    public static TheoryData<string, Func<SymbolicTensor, SymbolicTensor>> Mistakes => new()
    {
        { "conv (Conv2d): kernel 31×31 does not fit the 28×28 input; use padding: 2 or a smaller kernel.", x => x.Conv2d("conv", 4, 31) },
        { "conv (Conv2d): kernel 3×3, stride 0, dilation 1, padding 0: kernel, stride and dilation must be at least 1, padding at least 0.", x => x.Conv2d("conv", 4, 3, stride: 0) },
        { "conv (Conv2d): kernel 3×3, stride 1, dilation 1, padding -1: kernel, stride and dilation must be at least 1, padding at least 0.", x => x.Conv2d("conv", 4, 3, padding: -1) },
        { "conv (Conv2d): kernel 3×5, stride 1×0, dilation 1, padding 0: kernel, stride and dilation must be at least 1, padding at least 0.", x => x.Conv2d("conv", 4, (3, 5), stride: (1, 0)) },
        { "conv (Conv2d): kernel 3×20 with dilation 1×2 does not fit the 28×28 input; use padding: 6 or a smaller kernel.", x => x.Conv2d("conv", 4, (3, 20), dilation: (1, 2)) },
        { "maxpool2d1 (MaxPool2d): kernel 4×3, padding 1×3: the windows of output column 0 contain no pixel of the image; use less padding.", x => x.MaxPool2d((4, 3), padding: (1, 3)) },
        { "maxpool2d1 (MaxPool2d): kernel 2, padding 0 above, 0 left, 4 below, 0 right: the windows of output row 14 contain no pixel of the image; use less padding.", x => x.MaxPool2d(2, padding: new Padding(0, 0, 4, 0)) },
        { "avgpool2d1 (AvgPool2d): kernel 2, dilation 30, padding 2: the windows of output row 0 contain no pixel of the image; use less padding.", x => x.AvgPool2d(2, 1, 2, dilation: 30) },
        { "conv (Conv2d): 0 output channels; at least 1 is needed.", x => x.Conv2d("conv", 0, 3) },
        { "constantpad2d1 (ConstantPad2d): padding -1, value 0: padding must be at least 0, and the value a number.", x => x.ConstantPad2d(-1) },
        { "hardtanh1 (Hardtanh): bounds 2 and 1: the lower one must not be above the upper one.", x => x.Hardtanh(2, 1) },
        { "mul1 (Mul): cannot multiply 4×26×26 and 4×1×26; both must have one shape (Multiply repeats single channels, rows and columns).", x => x.Conv2d("conv", 4, 3).Mul(x.Conv2d("row", 4, (28, 3))) },
        { "expand1 (Expand): cannot expand 1×28×28 to 2×28×29; each of channels, height and width must be 1 in the input, or stay as it is.", x => x.Expand(new(2, 28, 29)) },
        { "fc (Linear): the input is 1×28×28, not a row of features; put .Flatten() before it.", x => x.Linear("fc", 10) },
        { "fc (Linear): 0 output features; at least 1 is needed.", x => x.Flatten().Linear("fc", 0) },
        { "maxpool2d1 (MaxPool2d): kernel 3, padding 3: the windows of output row 0 contain no pixel of the image; use less padding.", x => x.MaxPool2d(3, padding: 3) },
        { "avgpool2d1 (AvgPool2d): kernel 40×40 does not fit the 28×28 input; use padding: 6 or a smaller kernel.", x => x.AvgPool2d(40) },
        { "add1 (Add): cannot add 4×28×28 and 1×28×28; both must have one shape (a 1×1 convolution changes channels, its stride the size).", x => x.Conv2d("conv", 4, 1).Add(x) },
        { "concat1 (Concat): cannot concatenate 1×28×28 and 1×14×14: height and width must agree; check the branches' padding and stride.", x => x.Concat(x.MaxPool2d(2)) },
        { "conv (Conv2d): the name is already taken; each layer of a module needs its own.", x => x.Conv2d("conv", 4, 3).Conv2d("conv", 4, 3) },
    };

    [Theory]
    [MemberData(nameof(Mistakes), DisableDiscoveryEnumeration = true)]
    public void A_mistake_is_reported_with_its_node_and_its_remedy(string message, Func<SymbolicTensor, SymbolicTensor> layers)
    {
        var e = Assert.ThrowsAny<LanewiseException>(() => Network.Define("wrong", Digits, layers));
        Assert.Equal(message, e.Message);
    }

    [Fact]
    public void A_mistake_inside_a_module_is_reported_with_the_modules_path()
    {
        var e = Assert.ThrowsAny<LanewiseException>(() => Network.Define("wrong", new(3, 3, 3), x =>
            x.Module("incep1", m => m.Module("branch", b => b.Conv2d("branch5x5_2", 24, kernelSize: 5)))));
        Assert.Equal(
            "incep1.branch.branch5x5_2 (Conv2d): kernel 5×5 does not fit the 3×3 input; use padding: 1 or a smaller kernel.", e.Message);
    }

    [Fact]
    public void An_input_without_pixels_is_an_error()
    {
        var e = Assert.ThrowsAny<LanewiseException>(() => Network.Define("empty", new(1, 0, 28), x => x));
        Assert.Equal("empty: the input 1×0×28 has no pixels; channels, height and width must be at least 1.", e.Message);
    }

    [Fact]
    public void A_network_too_large_to_be_counted_is_an_error()
    {
        (Shape Input, Func<SymbolicTensor, SymbolicTensor> Layers)[] networks =
        [
            (new(3, 65_536, 65_536), x => x.ReLU()),
            (new(1, 16_384, 16_384), x => x.Conv2d("conv", 64, kernelSize: 1)),
            (new(65_536, 1, 1), x => x.Linear("fc", 65_536)),
            (new(32_768, 1, 1), x => x.Linear("fc1", 32_768).Linear("fc2", 32_768).Linear("fc3", 32_768)),
            (new(1, 3, 3), x => x.Conv2d("conv", 4, kernelSize: 1, padding: int.MaxValue)),
        ];
        Assert.All(networks, network => Assert.EndsWith(
            "a layer or the parameters would have more than 2,147,483,647 values; use a smaller input or fewer channels.",
            Assert.ThrowsAny<LanewiseException>(() => Network.Define("huge", network.Input, network.Layers)).Message,
            StringComparison.Ordinal));
    }

    [Fact]
    public void A_network_without_a_layer_is_an_error()
    {
        var e = Assert.ThrowsAny<LanewiseException>(() => Network.Define("empty", Digits, x => x));
        Assert.Equal("empty: the network has no layer; add one after its input.", e.Message);
    }

    [Fact]
    public void Two_networks_cannot_be_joined()
    {
        SymbolicTensor? other = null;
        Network.Define("first", Digits, x => other = x.ReLU());
        var e = Assert.ThrowsAny<LanewiseException>(() => Network.Define("second", Digits, x => x.Add(other!)));
        Assert.Equal("Add: its inputs belong to two networks; build both in one Network.Define.", e.Message);
    }

    [Fact]
    public void Layers_of_one_name_in_two_modules_have_two_paths()
    {
        var network = Network.Define(
            "two", Digits, x => x.Module("a", m => m.Conv2d("conv", 2, 3).ReLU()).Module("b", m => m.Conv2d("conv", 2, 3).ReLU()));
        Assert.Equal(["input", "a.conv", "a.relu1", "b.conv", "b.relu1"], network.Nodes.Select(n => n.Path));
        Assert.Equal(["a.conv.weight", "a.conv.bias", "b.conv.weight", "b.conv.bias"], network.Parameters.Select(p => p.Name));
    }

    [Fact]
    public void Sizes_per_axis_are_height_then_width()
    {
        var network = Network.Define("axes", new(2, 12, 20), x => x
            .Conv2d("conv", 5, kernelSize: (3, 5), stride: (1, 2), padding: (1, 0), dilation: (2, 1))   // 5×10×8
            .MaxPool2d((2, 4), padding: new Padding(1, 0, 0, 2))                                         // 5×5×2
            .IdentityShortcut(7, (2, 1))                                                                 // 7×3×2
            .AdaptiveAvgPool2d((1, 2)));                                                                 // 7×1×2
        Assert.Equal(
            [new(2, 12, 20), new(5, 10, 8), new(5, 5, 2), new(7, 3, 2), new(7, 1, 2)],
            network.Nodes.Select(n => n.Shape));
        Assert.Equal([5, 2, 3, 5], network.Parameters[0].Dimensions);
        Assert.Equal(5L * 10 * 8 * 2 * 3 * 5, network.Macs);
    }

    [Theory]
    [InlineData(7, 3, 1, 0, 5)]
    [InlineData(7, 3, 2, 0, 3)]
    [InlineData(8, 3, 2, 0, 3)]
    [InlineData(8, 3, 2, 1, 4)]
    [InlineData(224, 7, 2, 3, 112)]
    [InlineData(1, 3, 1, 1, 1)]
    public void Sizes_follow_PyTorchs_formula(int size, int kernel, int stride, int padding, int expected)
    {
        var network = Network.Define("one", new(2, size, size), x => x.Conv2d("conv", 5, kernel, stride, padding));
        Assert.Equal(new Shape(5, expected, expected), network.Output.Shape);
        Assert.Equal((5 * 2 * kernel * kernel) + 5, network.ParameterCount);
        Assert.Equal(5L * expected * expected * 2 * kernel * kernel, network.Macs);
    }
}
