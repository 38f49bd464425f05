namespace Lanewise;

/// <summary>The small ResNet of the tutorial: two residual blocks on 28×28 digits (He et al. 2015, "Deep residual learning").</summary>
public static class Residual
{
    /// <summary>
    /// Describes the network: by default (1, 28, 28) → 10 classes, with 41,514 parameters and 2,013,184 MACs per image.
    /// </summary>
    /// <exception cref="ShapeException">The input is too small.</exception>
    public static Network Create(int classes = 10, Shape? input = null) => Network.Define("residual", input ?? new Shape(1, 28, 28), x => x
        .Conv2d("conv1", 16, kernelSize: 5).ReLU().MaxPool2d(2)       // 16×12×12
        .ResidualBlock("rcblock1")                                // 16×12×12
        .Conv2d("conv2", 32, kernelSize: 5).ReLU().MaxPool2d(2)       // 32×4×4
        .ResidualBlock("rcblock2")                                // 32×4×4
        .Flatten()                                                // 512
        .Linear("fc", classes));                                  // classes

    /// <summary>Adds a residual block, y = relu(F(x) + x) with F = conv 3×3 → ReLU → conv 3×3: (C, H, W) → (C, H, W).</summary>
    public static SymbolicTensor ResidualBlock(this SymbolicTensor input, string name) => input.Module(name, x => x
        .Conv2d("conv1", x.Shape.Channels, kernelSize: 3, padding: 1).ReLU()          // C×H×W
        .Conv2d("conv2", x.Shape.Channels, kernelSize: 3, padding: 1)                 // C×H×W
        .Add(x).ReLU());                                                          // C×H×W
}
