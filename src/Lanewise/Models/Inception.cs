namespace Lanewise;

/// <summary>
/// The small GoogLeNet of the tutorial: two Inception modules on 28×28 digits (Szegedy et al. 2014, "Going deeper with convolutions").
/// </summary>
public static class Inception
{
    /// <summary>
    /// Describes the network: by default (1, 28, 28) → 10 classes, with 97,298 parameters and 6,019,200 MACs per image.
    /// </summary>
    /// <param name="classes">The number of classes. Default: 10.</param>
    /// <param name="input">(C, H, W) of the image; null for (1, 28, 28).</param>
    /// <param name="relu">
    /// Whether ReLU follows each convolution of a module, as in the paper; the network is then named <c>inception-relu</c>. Default:
    /// false.
    /// </param>
    /// <exception cref="ShapeException">The input is too small.</exception>
    public static Network Create(int classes = 10, Shape? input = null, bool relu = false) =>
        Network.Define(relu ? "inception-relu" : "inception", input ?? new Shape(1, 28, 28), x => x
            .Conv2d("conv1", 10, kernelSize: 5).MaxPool2d(2).ReLU()       // 10×12×12
            .InceptionA("incep1", relu)                               // 88×12×12
            .Conv2d("conv2", 20, kernelSize: 5).MaxPool2d(2).ReLU()       // 20×4×4
            .InceptionA("incep2", relu)                               // 88×4×4
            .Flatten()                                                // 1408
            .Linear("fc", classes));                                  // classes

    /// <summary>
    /// Adds the tutorial's Inception module, (C, H, W) → (88, H, W): four branches, concatenated. There is no activation function
    /// inside it unless <paramref name="relu"/> adds one after each convolution.
    /// </summary>
    public static SymbolicTensor InceptionA(this SymbolicTensor input, string name, bool relu = false) => input.Module(name, x =>
    {
        var branch1x1 = x.Convolution("branch1x1", 16, kernelSize: 1, relu);          // 16×H×W
        var branch5x5 = x.Convolution("branch5x5_1", 16, kernelSize: 1, relu)         // 16×H×W
            .Convolution("branch5x5_2", 24, kernelSize: 5, relu);                     // 24×H×W
        var branch3x3 = x.Convolution("branch3x3_1", 16, kernelSize: 1, relu)         // 16×H×W
            .Convolution("branch3x3_2", 24, kernelSize: 3, relu)                      // 24×H×W
            .Convolution("branch3x3_3", 24, kernelSize: 3, relu);                     // 24×H×W
        var branchPool = x.AvgPool2d(3, stride: 1, padding: 1)                    // C×H×W
            .Convolution("branch_pool", 24, kernelSize: 1, relu);                     // 24×H×W
        return branch1x1.Concat(branch5x5, branch3x3, branchPool);                // 88×H×W
    });

    /// <summary>Adds a convolution with "same" padding, and optionally ReLU.</summary>
    private static SymbolicTensor Convolution(this SymbolicTensor x, string name, int outChannels, int kernelSize, bool relu)
    {
        var y = x.Conv2d(name, outChannels, kernelSize, padding: kernelSize / 2);
        return relu ? y.ReLU() : y;
    }
}
