namespace Lanewise.Tests.Onnx;

/// <summary>Small networks that contain every op in its forms.</summary>
internal static class OnnxNetworks
{
    private const int DilatedAverageOpset = 19;

    private const int MishOpset = 18, GeluOpset = 20;
    private static readonly Shape Image = new(6, 9, 11);

    /// <summary>Gets the networks.</summary>
    public static IReadOnlyList<Network> All { get; } =
    [
        Of("convolutions", x => x
            .Conv2d("a", 8, kernelSize: (3, 2), stride: (2, 1), padding: new Padding(2, 0, 1, 1), dilation: (1, 2))
            .Conv2d("b", 12, kernelSize: 3, padding: 1, groups: 4, bias: false)
            .BatchNorm2d("norm", eps: 0.01).ReLU().Flatten().Linear("fc", 5, bias: false)),
        Of("pools", x => x.MaxPool2d(3, stride: 2, padding: 1, ceilMode: true).AvgPool2d(2, stride: 2, ceilMode: true).Conv2d("c", 3, 1)),
        Of("pools, padded", x => x.AvgPool2d(3, stride: 2, padding: 1, ceilMode: true).MaxPool2d(3, stride: 2, padding: 1)),
        Of("pools, padded, not counted", x => x
            .AvgPool2d(3, stride: 2, padding: 1, countIncludePad: false, ceilMode: true).Conv2d("c", 4, 2)),
        Of("padded maxima", x => x.ConstantPad2d(1).MaxPool2d(2).ConstantPad2d((1, 2), -1).MaxPool2d(3).ConstantPad2d(1).AvgPool2d(2)),
        Of("pool, dilated", x => x.Then(new MaxPool2d(2, 1, 0) { Dilation = 2 }).Conv2d("c", 3, 1)),
        Of("average pool, dilated", x => x.Then(new AvgPool2d(2, 1, 0, CountIncludePad: true) { Dilation = 2 }).Conv2d("c", 3, 1)),
        Of("adaptive pools", x => x.AdaptiveAvgPool2d((4, 3)).Conv2d("c", 3, 1)),
        Of("adaptive pools, equal windows", x => x.AdaptiveAvgPool2d((3, 11)).AdaptiveAvgPool2d().Flatten().Linear("fc", 4)),
        Of("activations", x => x
            .LeakyReLU(0.2).Conv2d("a", 6, 1).ReLU6().Conv2d("b", 6, 1).Hardtanh(-0.5, 0.7).Conv2d("c", 6, 1).Sigmoid()
            .Conv2d("d", 6, 1).Hardsigmoid().Conv2d("e", 6, 1).Hardswish().Conv2d("f", 6, 1).SiLU().Rescaling(2, -1).Rescaling(0.5)),
        Of("gelu", x => x.GELU().Conv2d("a", 3, 1).GELU(tanh: true)),
        Of("mish", x => x.Mish().Conv2d("a", 3, 1)),
        Of("normalizations", x => x.LocalResponseNorm(3).ChannelAffine("scale").Then(new ChannelAffine(Bias: false), "gain").Dropout(0.25)
            .Softmax()),
        Of("log-softmax", x => x.AdaptiveAvgPool2d().Flatten().LogSoftmax()),
        Of("squeeze and excitation", x => x.Multiply(x.AdaptiveAvgPool2d().Conv2d("down", 2, 1).ReLU().Conv2d("up", 6, 1).Sigmoid())
            .Conv2d("c", 3, 1)),
        Of("joins", x => x.Concat(x.Conv2d("a", 5, 1)).Conv2d("b", 6, 1).Add(x).ConstantPad2d((1, 2), 0.5).Conv2d("c", 2, 3)),
        Of("shortcut", x => x.IdentityShortcut(9, stride: 2).Conv2d("a", 3, 1)),
        Of("features joined", x => x.AdaptiveAvgPool2d().Flatten().Linear("a", 4).Concat(x.AdaptiveAvgPool2d().Flatten()).Linear("b", 3)),
        Of("features and pixels joined", x => x.AdaptiveAvgPool2d().Add(x.AdaptiveAvgPool2d().Flatten().Linear("a", 6)).Linear("b", 3)),
        Of("classifier without flatten", x => x.AdaptiveAvgPool2d().Linear("fc", 4)),
    ];

    /// <summary>Returns the oldest opset that describes a network.</summary>
    public static int MinOpset(Network network) => network.Name switch
    {
        "average pool, dilated" => DilatedAverageOpset,
        "gelu" => GeluOpset,
        "mish" => MishOpset,
        _ => 0,
    };

    private static Network Of(string name, Func<SymbolicTensor, SymbolicTensor> layers) => Network.Define(name, Image, layers);
}
