namespace Lanewise;

/// <summary>A variant of ResNet.</summary>
public sealed record ResNetVariant
{
    /// <summary>Creates a variant.</summary>
    /// <param name="name">The model's name.</param>
    /// <param name="isBottleneck">Whether its blocks are bottlenecks (1×1 → 3×3 → 1×1) instead of two 3×3 convolutions.</param>
    /// <param name="blocks">The number of blocks in each of the four stages.</param>
    public ResNetVariant(string name, bool isBottleneck, IReadOnlyList<int> blocks) =>
        (Name, IsBottleneck, Blocks) = (name, isBottleneck, blocks);

    /// <summary>The model's name.</summary>
    public string Name { get; init; }

    /// <summary>Whether its blocks are bottlenecks (1×1 → 3×3 → 1×1) instead of two 3×3 convolutions.</summary>
    public bool IsBottleneck { get; init; }

    /// <summary>The number of blocks in each of the four stages.</summary>
    public IReadOnlyList<int> Blocks { get; init; }
}

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
        new("resnet18", isBottleneck: false, [2, 2, 2, 2]),
        new("resnet34", isBottleneck: false, [3, 4, 6, 3]),
        new("resnet50", isBottleneck: true, [3, 4, 6, 3]),
        new("resnet101", isBottleneck: true, [3, 4, 23, 3]),
        new("resnet152", isBottleneck: true, [3, 8, 36, 3]),
    ];

    /// <summary>
    /// CNTK's ResNet-18 for ImageNet, with a third block in the last stage. Its file pads images on one side more than on the other, as
    /// convolutions of stride 2 with "same" padding need it; the row and the column that torchvision's padding adds on the other side
    /// are in no window, so that both give the same values.
    /// </summary>
    internal static ResNetVariant Cntk { get; } = new("resnet18-cntk", isBottleneck: false, [2, 2, 2, 3]);

    /// <summary>Describes the ResNet of 18 layers.</summary>
    /// <param name="classes">The number of classes. Default: 1000.</param>
    /// <param name="input">(C, H, W) of the image; null for (3, 224, 224).</param>
    /// <exception cref="ShapeException">The input is too small.</exception>
    public static Network ResNet18(int classes = 1000, Shape? input = null) => Create("resnet18", classes, input);

    /// <summary>Describes the ResNet of 34 layers.</summary>
    /// <inheritdoc cref="ResNet18"/>
    public static Network ResNet34(int classes = 1000, Shape? input = null) => Create("resnet34", classes, input);

    /// <summary>Describes the ResNet of 50 layers.</summary>
    /// <inheritdoc cref="ResNet18"/>
    public static Network ResNet50(int classes = 1000, Shape? input = null) => Create("resnet50", classes, input);

    /// <summary>Describes the ResNet of 101 layers.</summary>
    /// <inheritdoc cref="ResNet18"/>
    public static Network ResNet101(int classes = 1000, Shape? input = null) => Create("resnet101", classes, input);

    /// <summary>Describes the ResNet of 152 layers.</summary>
    /// <inheritdoc cref="ResNet18"/>
    public static Network ResNet152(int classes = 1000, Shape? input = null) => Create("resnet152", classes, input);

    /// <summary>
    /// Describes CNTK's ResNet-18, which has a block more than the paper's and takes blue, green, red
    /// (<see cref="ModelEntry.Transform"/>). Its weights are published without a classifier.
    /// </summary>
    /// <inheritdoc cref="ResNet18"/>
    public static Network ResNet18Cntk(int classes = 1000, Shape? input = null) =>
        Create(Cntk, new() { Classes = classes, Input = input });

    /// <summary>Describes a variant; by default (3, 224, 224) → 1000 classes.</summary>
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

    private static Network Create(string name, int classes, Shape? input) =>
        Create(Variants.First(v => v.Name == name), new() { Classes = classes, Input = input });

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
