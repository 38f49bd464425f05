using static Lanewise.Tests.Engine.OpCases;

namespace Lanewise.Tests.Engine;

/// <summary>Op cases of the elementwise functions other than ReLU and of channel affine, alone and between other layers.</summary>
internal static class ActivationCases
{
    private static readonly Shape Small = new(3, 5, 4);

    private static readonly OpCase[] Alone =
    [
        Of("leaky relu", Small, x => x.LeakyReLU()),
        Of("leaky relu, slope 0.3", Small, x => x.LeakyReLU(0.3)),
        Of("leaky relu, a negative slope", Small, x => x.LeakyReLU(-0.5)),
        Of("hardtanh", Small, x => x.Rescaling(3).Hardtanh()),
        Of("hardtanh without a lower bound", Small, x => x.Hardtanh(double.NegativeInfinity, 0.25)),
        Of("hardtanh without an upper bound", Small, x => x.Hardtanh(-0.25, double.PositiveInfinity)),
        Of("hardtanh without bounds", Small, x => x.Hardtanh(double.NegativeInfinity, double.PositiveInfinity)),
        Of("hardtanh between equal bounds", Small, x => x.Hardtanh(0.5, 0.5).Add(x)),
        Of("relu6", Small, x => x.Rescaling(9, 3).ReLU6()),
        Of("sigmoid", Small, x => x.Rescaling(4).Sigmoid()),
        Of("hardsigmoid", Small, x => x.Rescaling(5).Hardsigmoid()),
        Of("hardsigmoid, alpha and beta", Small, x => x.Rescaling(5).Hardsigmoid(0.2, 0.4)),
        Of("hardsigmoid, a negative alpha", Small, x => x.Rescaling(5).Hardsigmoid(-0.2, 0.4)),
        Of("hardswish", Small, x => x.Rescaling(5).Hardswish()),
        Of("silu", Small, x => x.Rescaling(5).SiLU()),
        Of("gelu", Small, x => x.Rescaling(5).GELU()),
        Of("gelu by tanh", Small, x => x.Rescaling(5).GELU(tanh: true)),
        Of("mish", Small, x => x.Rescaling(5).Mish()),
        Of("rescaling", Small, x => x.Rescaling(2, -0.5)),
    ];

    private static readonly OpCase[] Combined =
    [
        Of("leaky relu between convs", Small, x => x.Conv("a").LeakyReLU(0.1).Conv("b").LeakyReLU(0.1)),
        Of("relu6 between depthwise convs", Small, x =>
            x.Conv2d("a", 6, kernelSize: 1).ReLU6().Conv2d("b", 6, kernelSize: 3, padding: 1, groups: 6).ReLU6()
                .Conv2d("c", 3, kernelSize: 1).Add(x)),
        Of("hardswish after batch norm", Small, x => x.Conv("a").BatchNorm2d("bn").Hardswish().Conv("b")),
        Of("silu read twice", Small, x => Join(x.Conv("a").SiLU(), s => s.Conv("b").Add(s))),
        Of("sigmoid of a conv that is read again", Small, x => Join(x.Conv("a"), a => a.Sigmoid().Add(a))),
        Of("sigmoid of a relu", Small, x => x.Conv("a").ReLU().Sigmoid().Conv("b")),
        Of("relu of a hardswish", Small, x => x.Conv("a").Hardswish().ReLU().Conv("b")),
        Of("leaky relu before max pool", Small, x => x.Conv("a").LeakyReLU().MaxPool2d(2)),
        Of("relu of silu before max pool", Small, x => x.Conv("a").SiLU().ReLU().MaxPool2d(2)),
        Of("silu and sigmoid into concat", Small, x => x.Conv("a").SiLU().Concat(x.Conv("b").Sigmoid(), x.Hardswish()).Conv("c")),
        Of("hardtanh of a concat", Small, x => x.Conv("a").Concat(x.Conv("b").ReLU()).Hardtanh(0, 0.5).Conv("c")),
        Of("rescaling of the input", Small, x => x.Rescaling(1 / 0.3, -0.4 / 0.3).Conv("a").ReLU()),
        Of("rescaling read by a shortcut", Small, x => Join(x.Rescaling(0.5), r => r.Conv("a", 3).Add(r).ReLU())),
        Of("hardsigmoid after linear", new(6, 1, 1), x => x.Linear("fc1", 5).Hardsigmoid().Linear("fc2", 3).Sigmoid()),
        Of("unused silu", Small, x => Join(x.Conv("a").ReLU(), a => Dead(a.Conv("b"), a.SiLU()))),
    ];

    /// <summary>The activations after convolutions that other algorithms than the direct sum may compute.</summary>
    public static IReadOnlyList<OpCase> Fused { get; } =
    [
        Of("silu after convs in tiles and rows", new(4, 17, 13), x =>
            x.Conv("a", 24).SiLU().Conv("b", 32).Hardswish().Conv2d("c", 8, kernelSize: 5, padding: 2).Sigmoid()),
        Of("hardswish of a sum after a conv", new(24, 13, 11), x => x.Conv("a", 24).Add(x).Hardswish().Conv("b", 5).SiLU()),
        Of("silu after 1×1 convs in pairs of groups", new(48, 14, 13), x => x.Conv2d("a", 48, kernelSize: 1).SiLU()),
        Of("hardswish after strided and grouped convs", new(6, 13, 11), x =>
            x.Conv2d("a", 8, kernelSize: 3, stride: 2, groups: 2).Hardswish().Conv2d("b", 5, kernelSize: 3, stride: 2, padding: 1).SiLU()),
    ];

    private static readonly OpCase[] ChannelAffines =
    [
        Of("channel affine", Small, x => x.ChannelAffine("affine")),
        Of("channel affine without bias", Small, x => x.ChannelAffine("affine", bias: false)),
        Of("channel affine of one pixel", new(19, 1, 1), x => x.ChannelAffine("affine")),
        Of("channel affine of many pixels", new(2, 21, 17), x => x.ChannelAffine("affine")),
        Of("channel affine after conv, relu", Small, x => x.Conv("a").ChannelAffine("affine").ReLU().Conv("b")),
        Of("channel affine after relu, twice", Small, x => x.Conv("a").ReLU().ChannelAffine("affine1").ChannelAffine("affine2").Conv("b")),
        Of("channel affine of a concat", Small, x => x.Conv("a", 3).Concat(x.Conv("b", 5)).ChannelAffine("affine").ReLU().Conv("c")),
        Of("channel affine into concat", Small, x => x.Conv("a").ChannelAffine("affine").Concat(x.ChannelAffine("other", bias: false))),
        Of("channel affine read twice", Small, x => Join(x.Conv("a").ChannelAffine("affine"), a => a.Conv("b").Add(a).ReLU())),
        Of("channel affine of a value that is read again", Small, x => Join(x.Conv("a"), a => a.ChannelAffine("affine").ReLU().Add(a))),
        Of("channel affine after batch norm", Small, x => x.Conv("a").BatchNorm2d("bn").ChannelAffine("affine").ReLU()),
        Of("channel affine after linear", new(6, 1, 1), x => x.Linear("fc1", 5).ChannelAffine("affine").ReLU().Linear("fc2", 3)),
        Of("unused channel affine", Small, x => Dead(x.Conv("a"), x.ChannelAffine("affine"))),
    ];

    public static IReadOnlyList<OpCase> All { get; } = [.. Alone, .. Combined, .. Fused, .. ChannelAffines];

    private static SymbolicTensor Conv(this SymbolicTensor x, string name, int channels = 4) =>
        x.Conv2d(name, channels, kernelSize: 3, padding: 1);
}
