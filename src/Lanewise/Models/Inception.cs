using Lanewise.Graphs;
using Lanewise.Layers;

namespace Lanewise.Models;

/// <summary>The article's GoogLeNet: two Inception modules on 28×28 digits (Szegedy et al. 2014, "Going deeper with convolutions").</summary>
public static class Inception
{
    /// <summary>Describes the network: 97,298 parameters and 6,019,200 multiply-adds for ten classes.</summary>
    public static Network Create(int classes = 10) => Network.Define("inception", new Shape(1, 28, 28), x => x
        .Conv2d("conv1", 10, kernel: 5).MaxPool2d(2).ReLU()       // 10×12×12
        .InceptionA("incep1")                                     // 88×12×12
        .Conv2d("conv2", 20, kernel: 5).MaxPool2d(2).ReLU()       // 20×4×4
        .InceptionA("incep2")                                     // 88×4×4
        .Flatten()                                                // 1408
        .Linear("fc", classes));

    /// <summary>
    /// Adds the article's Inception module, (C, H, W) → (88, H, W): four branches, concatenated. There is no activation
    /// inside it, as in the article.
    /// </summary>
    public static Activation InceptionA(this Activation input, string name) => input.Module(name, x =>
    {
        var branch1x1 = x.Conv2d("branch1x1", 16, kernel: 1);                     // 16×H×W
        var branch5x5 = x.Conv2d("branch5x5_1", 16, kernel: 1)                    // 16×H×W
            .Conv2d("branch5x5_2", 24, kernel: 5, padding: 2);                    // 24×H×W
        var branch3x3 = x.Conv2d("branch3x3_1", 16, kernel: 1)                    // 16×H×W
            .Conv2d("branch3x3_2", 24, kernel: 3, padding: 1)                     // 24×H×W
            .Conv2d("branch3x3_3", 24, kernel: 3, padding: 1);                    // 24×H×W
        var branchPool = x.AvgPool2d(3, stride: 1, padding: 1)                    // C×H×W
            .Conv2d("branch_pool", 24, kernel: 1);                                // 24×H×W
        return branch1x1.Concat(branch5x5, branch3x3, branchPool);                // 88×H×W
    });
}
