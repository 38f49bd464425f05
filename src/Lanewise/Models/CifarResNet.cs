namespace Lanewise;

/// <summary>A variant of the CIFAR ResNets or of their plain counterparts.</summary>
public sealed record CifarResNetVariant
{
    /// <summary>Creates a variant.</summary>
    /// <param name="name">The model's name.</param>
    /// <param name="depth">The number of layers with weights: 6·n + 2, with n blocks per stage.</param>
    /// <param name="hasShortcuts">Whether each block adds its input to its output; false for a plain network.</param>
    public CifarResNetVariant(string name, int depth, bool hasShortcuts) => (Name, Depth, HasShortcuts) = (name, depth, hasShortcuts);

    /// <summary>The model's name.</summary>
    public string Name { get; init; }

    /// <summary>The number of layers with weights: 6·n + 2, with n blocks per stage.</summary>
    public int Depth { get; init; }

    /// <summary>Whether each block adds its input to its output; false for a plain network.</summary>
    public bool HasShortcuts { get; init; }

    /// <summary>Whether batch norm follows each convolution, as in the paper; if not, convolutions have a bias. Default: true.</summary>
    public bool HasBatchNorm { get; init; } = true;

    /// <summary>
    /// Whether convolutions are initialized as in the paper (He et al. 2015, N(0, 2 / fan_out)) or by PyTorch's default. Default: true.
    /// </summary>
    public bool HasHeInitialization { get; init; } = true;
}

/// <summary>
/// The ResNets for 32×32 images, and the same networks without shortcuts for comparison (He et al. 2015, "Deep residual learning",
/// §4.2). Shortcuts have no parameters (option A), so a network and its plain counterpart have the same parameters.
/// </summary>
public static class CifarResNet
{
    /// <summary>The depths of the paper, with and without shortcuts.</summary>
    public static IReadOnlyList<CifarResNetVariant> Variants { get; } =
    [
        new("resnet20", 20, hasShortcuts: true),
        new("resnet32", 32, hasShortcuts: true),
        new("resnet44", 44, hasShortcuts: true),
        new("resnet56", 56, hasShortcuts: true),
        new("resnet110", 110, hasShortcuts: true),
        new("plain20", 20, hasShortcuts: false),
        new("plain32", 32, hasShortcuts: false),
        new("plain44", 44, hasShortcuts: false),
        new("plain56", 56, hasShortcuts: false),
        new("plain110", 110, hasShortcuts: false),
    ];

    /// <summary>Describes the ResNet of 20 layers.</summary>
    /// <param name="classes">The number of classes. Default: 10.</param>
    /// <param name="input">(C, H, W) of the image; null for (3, 32, 32).</param>
    /// <exception cref="ShapeException">The input is too small.</exception>
    public static Network ResNet20(int classes = 10, Shape? input = null) => Create("resnet20", classes, input);

    /// <summary>Describes the ResNet of 32 layers.</summary>
    /// <inheritdoc cref="ResNet20"/>
    public static Network ResNet32(int classes = 10, Shape? input = null) => Create("resnet32", classes, input);

    /// <summary>Describes the ResNet of 44 layers.</summary>
    /// <inheritdoc cref="ResNet20"/>
    public static Network ResNet44(int classes = 10, Shape? input = null) => Create("resnet44", classes, input);

    /// <summary>Describes the ResNet of 56 layers.</summary>
    /// <inheritdoc cref="ResNet20"/>
    public static Network ResNet56(int classes = 10, Shape? input = null) => Create("resnet56", classes, input);

    /// <summary>Describes the ResNet of 110 layers.</summary>
    /// <inheritdoc cref="ResNet20"/>
    public static Network ResNet110(int classes = 10, Shape? input = null) => Create("resnet110", classes, input);

    /// <summary>Describes the plain network of 20 layers.</summary>
    /// <inheritdoc cref="ResNet20"/>
    public static Network Plain20(int classes = 10, Shape? input = null) => Create("plain20", classes, input);

    /// <summary>Describes the plain network of 32 layers.</summary>
    /// <inheritdoc cref="ResNet20"/>
    public static Network Plain32(int classes = 10, Shape? input = null) => Create("plain32", classes, input);

    /// <summary>Describes the plain network of 44 layers.</summary>
    /// <inheritdoc cref="ResNet20"/>
    public static Network Plain44(int classes = 10, Shape? input = null) => Create("plain44", classes, input);

    /// <summary>Describes the plain network of 56 layers.</summary>
    /// <inheritdoc cref="ResNet20"/>
    public static Network Plain56(int classes = 10, Shape? input = null) => Create("plain56", classes, input);

    /// <summary>Describes the plain network of 110 layers.</summary>
    /// <inheritdoc cref="ResNet20"/>
    public static Network Plain110(int classes = 10, Shape? input = null) => Create("plain110", classes, input);

    /// <summary>Describes a variant; by default (3, 32, 32) → 10 classes.</summary>
    /// <exception cref="InvalidOptionException">The depth is not 6·n + 2.</exception>
    /// <exception cref="ShapeException">The input does not fit the network.</exception>
    public static Network Create(CifarResNetVariant variant, ModelOptions? options = null)
    {
        int blocks = (variant.Depth - 2) / 6;
        if (blocks < 1 || variant.Depth != 6 * blocks + 2)
        {
            throw new InvalidOptionException(
                $"{variant.Name}: {variant.Depth} layers; the depth must be 8, 14, 20 and so on (6·n + "
                    + $"2).", nameof(variant.Depth), variant.Depth);
        }

        return Network.Define(variant.Name, options?.Input ?? new Shape(3, 32, 32), x => x
            .Convolution(variant, "1", 16, stride: 1).ReLU()                              // 16×32×32
            .Stage(variant, 1, blocks, channels: 16, stride: 1)                           // 16×32×32
            .Stage(variant, 2, blocks, channels: 32, stride: 2)                           // 32×16×16
            .Stage(variant, 3, blocks, channels: 64, stride: 2)                           // 64×8×8
            .AdaptiveAvgPool2d().Flatten()                                                // 64
            .Linear("linear", options?.Classes ?? 10));                                   // classes
    }

    private static Network Create(string name, int classes, Shape? input) =>
        Create(Variants.First(v => v.Name == name), new() { Classes = classes, Input = input });

    private static SymbolicTensor Stage(this SymbolicTensor x, CifarResNetVariant variant, int number, int blocks, int channels, int stride)
    {
        for (int i = 0; i < blocks; i++)
        {
            x = x.Block(variant, $"layer{number}.{i}", channels, i == 0 ? stride : 1);
        }

        return x;
    }

    private static SymbolicTensor Block(this SymbolicTensor input, CifarResNetVariant variant, string name, int channels, int stride) =>
        input.Module(name, x =>
    {
        var y = x.Convolution(variant, "1", channels, stride).ReLU()                              // channels×P×Q
            .Convolution(variant, "2", channels, stride: 1);                                      // channels×P×Q
        return (variant.HasShortcuts ? y.Add(x.Shortcut(channels, stride)) : y).ReLU();           // channels×P×Q
    });

    /// <summary>
    /// Adds a 3×3 convolution and, if the variant has it, batch norm: (C, H, W) → (channels, ⌈H / stride⌉, ⌈W / stride⌉).
    /// </summary>
    private static SymbolicTensor Convolution(this SymbolicTensor x, CifarResNetVariant variant, string number, int channels, int stride)
    {
        var initializer = variant.HasHeInitialization ? Initializer.KaimingNormal(channels * 3 * 3) : null;
        var y = x.Conv2d($"conv{number}", channels, kernelSize: 3, stride, padding: 1, bias: !variant.HasBatchNorm, initial: initializer);
        return variant.HasBatchNorm ? y.BatchNorm2d($"bn{number}") : y;
    }

    private static SymbolicTensor Shortcut(this SymbolicTensor x, int channels, int stride) =>
        stride == 1 && x.Shape.Channels == channels ? x : x.IdentityShortcut(channels, stride);   // channels×P×Q
}
