namespace Lanewise;

/// <summary>A variant of GoogLeNet.</summary>
/// <param name="Name">The model's name.</param>
/// <param name="IsPaper">Whether the network follows the paper; otherwise it is torchvision's.</param>
internal sealed record GoogLeNetVariant(string Name, bool IsPaper);

/// <summary>GoogLeNet (Szegedy et al. 2014, "Going deeper with convolutions"); parameters are named as in torchvision.</summary>
public static class GoogLeNet
{
    private const double AuxiliaryWeight = 0.3;

    // Table 1 of the paper: one row per module.
    private static readonly Dictionary<string, ModuleWidths> Widths = new(StringComparer.Ordinal)
    {
        ["inception3a"] = new(64, 96, 128, 16, 32, 32),
        ["inception3b"] = new(128, 128, 192, 32, 96, 64),
        ["inception4a"] = new(192, 96, 208, 16, 48, 64),
        ["inception4b"] = new(160, 112, 224, 24, 64, 64),
        ["inception4c"] = new(128, 128, 256, 24, 64, 64),
        ["inception4d"] = new(112, 144, 288, 32, 64, 64),
        ["inception4e"] = new(256, 160, 320, 32, 128, 128),
        ["inception5a"] = new(256, 160, 320, 32, 128, 128),
        ["inception5b"] = new(384, 192, 384, 48, 128, 128),
    };

    /// <summary>The torchvision variant and the paper's.</summary>
    internal static IReadOnlyList<GoogLeNetVariant> Variants { get; } =
        [new("googlenet", IsPaper: false), new("googlenet-paper", IsPaper: true)];

    /// <summary>
    /// Describes torchvision's network, whose weights load into it: batch norm instead of biases and local response normalization, and
    /// 3×3 kernels in the third branch.
    /// </summary>
    /// <param name="classes">The number of classes. Default: 1000.</param>
    /// <param name="input">(C, H, W) of the image; null for (3, 224, 224).</param>
    /// <param name="auxiliaryClassifiers">
    /// Whether to add the auxiliary classifiers, which only training uses: it adds 0.3 times the loss of each. Default: false.
    /// </param>
    /// <exception cref="ShapeException">The input is too small.</exception>
    public static Network Create(int classes = 1000, Shape? input = null, bool auxiliaryClassifiers = false) =>
        Create(Variants[0], new() { Classes = classes, Input = input, AuxiliaryClassifiers = auxiliaryClassifiers });

    /// <summary>
    /// Describes the network of the paper: biases and local response normalization, and 5×5 kernels in the third branch.
    /// </summary>
    /// <inheritdoc cref="Create(int, Shape?, bool)"/>
    public static Network CreatePaper(int classes = 1000, Shape? input = null, bool auxiliaryClassifiers = false) =>
        Create(Variants[1], new() { Classes = classes, Input = input, AuxiliaryClassifiers = auxiliaryClassifiers });

    /// <summary>Describes a variant; by default (3, 224, 224) → 1000 classes.</summary>
    internal static Network Create(GoogLeNetVariant variant, ModelOptions? options = null)
    {
        int classes = options?.Classes ?? 1000;
        return Network.Define(variant.Name, options?.Input ?? new Shape(3, 224, 224), x =>
        {
            var early = x.Stem(variant)                                           // 192×28×28
                .InceptionModule(variant, "inception3a")                          // 256×28×28
                .InceptionModule(variant, "inception3b")                          // 480×28×28
                .MaxPool2d(3, stride: 2, ceilMode: true)                          // 480×14×14
                .InceptionModule(variant, "inception4a");                         // 512×14×14
            var late = early
                .InceptionModule(variant, "inception4b")                          // 512×14×14
                .InceptionModule(variant, "inception4c")                          // 512×14×14
                .InceptionModule(variant, "inception4d");                         // 528×14×14
            var top = late
                .InceptionModule(variant, "inception4e")                          // 832×14×14
                .MaxPool2d(variant.IsPaper ? 3 : 2, stride: 2, ceilMode: true)    // 832×7×7
                .InceptionModule(variant, "inception5a")                          // 832×7×7
                .InceptionModule(variant, "inception5b");                         // 1024×7×7
            if (options is { AuxiliaryClassifiers: true })
            {
                early.AuxiliaryClassifier(variant, "aux1", classes);              // classes
                late.AuxiliaryClassifier(variant, "aux2", classes);               // classes
            }
            else
            {
                early.OmitModule("aux1");
                late.OmitModule("aux2");
            }

            return top.AdaptiveAvgPool2d().Flatten()                              // 1024
                .Dropout(variant.IsPaper ? 0.4 : 0.2)                             // 1024
                .Linear("fc", classes, initial: LinearStart(variant));            // classes
        });
    }

    private static SymbolicTensor Stem(this SymbolicTensor x, GoogLeNetVariant variant) => x
        .BasicConv2d(variant, "conv1", 64, kernelSize: 7, stride: 2)                  // 64×112×112
        .MaxPool2d(3, stride: 2, ceilMode: true).ResponseNorm(variant)            // 64×56×56
        .BasicConv2d(variant, "conv2", 64, kernelSize: 1)                             // 64×56×56
        .BasicConv2d(variant, "conv3", 192, kernelSize: 3)                            // 192×56×56
        .ResponseNorm(variant).MaxPool2d(3, stride: 2, ceilMode: true);           // 192×28×28

    /// <summary>Adds an Inception module: (C, H, W) → (sum of the four branches' channels, H, W).</summary>
    private static SymbolicTensor InceptionModule(this SymbolicTensor input, GoogLeNetVariant variant, string name) =>
        input.Module(name, x =>
    {
        var w = Widths[name];
        var branch1 = x.BasicConv2d(variant, "branch1", w.Conv1, kernelSize: 1);                              // Conv1×H×W
        var branch2 = x.BasicConv2d(variant, "branch2.0", w.Reduce3, kernelSize: 1)                           // Reduce3×H×W
            .BasicConv2d(variant, "branch2.1", w.Conv3, kernelSize: 3);                                       // Conv3×H×W
        var branch3 = x.BasicConv2d(variant, "branch3.0", w.Reduce5, kernelSize: 1)                           // Reduce5×H×W
            .BasicConv2d(variant, "branch3.1", w.Conv5, kernelSize: variant.IsPaper ? 5 : 3);                 // Conv5×H×W
        var branch4 = x.MaxPool2d(3, stride: 1, padding: 1)                                               // C×H×W
            .BasicConv2d(variant, "branch4.1", w.Pool, kernelSize: 1);                                        // Pool×H×W
        return branch1.Concat(branch2, branch3, branch4);
    });

    private static void AuxiliaryClassifier(this SymbolicTensor input, GoogLeNetVariant variant, string name, int classes) =>
        input.Module(name, x =>
        (variant.IsPaper ? x.AvgPool2d(5, stride: 3) : x.AdaptiveAvgPool2d(4))    // C×4×4
        .BasicConv2d(variant, "conv", 128, kernelSize: 1).Flatten()                   // 2048
        .Linear("fc1", 1024, initial: LinearStart(variant)).ReLU().Dropout(0.7)   // 1024
        .Linear("fc2", classes, initial: LinearStart(variant)))                   // classes
        .AuxiliaryOutput(AuxiliaryWeight);

    /// <summary>Adds a convolution with "same" padding, the variant's normalization, and ReLU.</summary>
    private static SymbolicTensor BasicConv2d(
        this SymbolicTensor input, GoogLeNetVariant variant, string name, int outChannels, int kernelSize, int stride = 1) =>
        input.Module(name, x =>
        {
            var initial = variant.IsPaper ? Initializer.KaimingNormal(x.Shape.Channels * kernelSize * kernelSize) : TorchvisionStart;
            var y = x.Conv2d("conv", outChannels, kernelSize, stride, padding: kernelSize / 2, bias: variant.IsPaper, initial: initial);
            return (variant.IsPaper ? y : y.BatchNorm2d("bn", eps: 0.001)).ReLU();
        });

    private static SymbolicTensor ResponseNorm(this SymbolicTensor x, GoogLeNetVariant variant) =>
        variant.IsPaper ? x.LocalResponseNorm(5) : x;

    private static Initializer? LinearStart(GoogLeNetVariant variant) => variant.IsPaper ? null : TorchvisionStart;

    private static Initializer TorchvisionStart { get; } = new Initializer.Normal(0.01, cut: 2);

    /// <summary>The output channels of a module's six convolutions, in the order of the paper's table.</summary>
    private sealed record ModuleWidths(int Conv1, int Reduce3, int Conv3, int Reduce5, int Conv5, int Pool);
}
