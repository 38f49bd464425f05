namespace Lanewise;

/// <summary>A variant of ResNet.</summary>
/// <param name="Name">The model's name.</param>
/// <param name="IsBottleneck">Whether its blocks are bottlenecks (1×1 → 3×3 → 1×1) instead of two 3×3 convolutions.</param>
/// <param name="Blocks">The number of blocks in each of the four stages.</param>
public sealed record ResNetVariant(string Name, bool IsBottleneck, IReadOnlyList<int> Blocks);

/// <summary>
/// ResNet (He et al. 2015, "Deep residual learning") as in torchvision: same parameter names, and in a bottleneck the 3×3
/// convolution has the stride.
/// </summary>
public static class ResNet
{
    private const int Expansion = 4;

    /// <summary>The five depths of the paper.</summary>
    public static IReadOnlyList<ResNetVariant> Variants { get; } =
    [
        new("resnet18", IsBottleneck: false, [2, 2, 2, 2]),
        new("resnet34", IsBottleneck: false, [3, 4, 6, 3]),
        new("resnet50", IsBottleneck: true, [3, 4, 6, 3]),
        new("resnet101", IsBottleneck: true, [3, 4, 23, 3]),
        new("resnet152", IsBottleneck: true, [3, 8, 36, 3]),
    ];

    /// <summary>Describes the network; by default (3, 224, 224) → 1000 classes.</summary>
    /// <exception cref="ShapeException">The input is too small.</exception>
    public static Network Create(ResNetVariant variant, ModelOptions? options = null) =>
        Network.Define(variant.Name, options?.Input ?? new Shape(3, 224, 224), x => x
            .KaimingConv2d("conv1", 64, kernelSize: 7, stride: 2).BatchNorm2d("bn1").ReLU()   // 64×112×112
            .MaxPool2d(3, stride: 2, padding: 1)                                          // 64×56×56
            .Stage(variant, 1, channels: 64, stride: 1)                                   // 64×56×56, bottlenecks 256×56×56
            .Stage(variant, 2, channels: 128, stride: 2)                                  // 128×28×28, bottlenecks 512×28×28
            .Stage(variant, 3, channels: 256, stride: 2)                                  // 256×14×14, bottlenecks 1024×14×14
            .Stage(variant, 4, channels: 512, stride: 2)                                  // 512×7×7, bottlenecks 2048×7×7
            .AdaptiveAvgPool2d().Flatten()                                                // 512, bottlenecks 2048
            .Linear("fc", options?.Classes ?? 1000));                                     // classes

    /// <summary>Adds a convolution without bias, with "same" padding, initialized for the ReLU that follows: N(0, 2 / fan_out).</summary>
    internal static SymbolicTensor KaimingConv2d(this SymbolicTensor x, string name, int outChannels, int kernelSize, int stride = 1) =>
        x.Conv2d(
            name,
            outChannels,
            kernelSize,
            stride,
            padding: kernelSize / 2,
            bias: false,
            initial: Initializer.KaimingNormal(outChannels * kernelSize * kernelSize));

    private static SymbolicTensor Stage(this SymbolicTensor x, ResNetVariant variant, int number, int channels, int stride)
    {
        for (int i = 0; i < variant.Blocks[number - 1]; i++)
        {
            int step = i == 0 ? stride : 1;
            string name = $"layer{number}.{i}";
            x = variant.IsBottleneck ? x.Bottleneck(name, channels, step) : x.BasicBlock(name, channels, step);
        }

        return x;
    }

    private static SymbolicTensor BasicBlock(this SymbolicTensor input, string name, int channels, int stride) => input.Module(name, x => x
        .KaimingConv2d("conv1", channels, kernelSize: 3, stride).BatchNorm2d("bn1").ReLU()    // channels×P×Q
        .KaimingConv2d("conv2", channels, kernelSize: 3).BatchNorm2d("bn2")                   // channels×P×Q
        .Add(x.Shortcut(channels, stride)).ReLU());                                       // channels×P×Q

    private static SymbolicTensor Bottleneck(this SymbolicTensor input, string name, int channels, int stride) => input.Module(name, x => x
        .KaimingConv2d("conv1", channels, kernelSize: 1).BatchNorm2d("bn1").ReLU()            // channels×H×W
        .KaimingConv2d("conv2", channels, kernelSize: 3, stride).BatchNorm2d("bn2").ReLU()    // channels×P×Q
        .KaimingConv2d("conv3", channels * Expansion, kernelSize: 1).BatchNorm2d("bn3")       // 4·channels×P×Q
        .Add(x.Shortcut(channels * Expansion, stride)).ReLU());                           // 4·channels×P×Q

    private static SymbolicTensor Shortcut(this SymbolicTensor x, int channels, int stride) => stride == 1 && x.Shape.Channels == channels
        ? x                                                                               // C×H×W
        : x.KaimingConv2d("downsample.0", channels, kernelSize: 1, stride).BatchNorm2d("downsample.1");   // channels×P×Q
}
