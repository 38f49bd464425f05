using Lanewise;

internal static class InceptionChapter
{
    public static void Run()
    {
        var network = Network.Define("my-inception", new Shape(1, 28, 28), x => x
            .Conv2d("conv1", 10, kernelSize: 5).MaxPool2d(2).ReLU() // 10×12×12
            .Inception("incep1")                                    // 88×12×12
            .Conv2d("conv2", 20, kernelSize: 5).MaxPool2d(2).ReLU() // 20×4×4
            .Inception("incep2")                                    // 88×4×4
            .Flatten()                                              // 1408
            .Linear("fc", 10));                                     // 10

        foreach (var node in network.CutPoints())
        {
            Console.WriteLine($"{node.Path,-16}  {node.Shape}");
        }

        Console.WriteLine($"{network.ParameterCount:N0} parameters, {network.Macs:N0} MACs an image");
    }

    private static SymbolicTensor Inception(this SymbolicTensor input, string name) => input.Module(name, x =>
    {
        var branch1x1 = x.Conv2d("branch1x1", 16, kernelSize: 1);  // 16×H×W

        var branch5x5 = x.Conv2d("branch5x5_1", 16, kernelSize: 1) // 16×H×W
            .Conv2d("branch5x5_2", 24, kernelSize: 5, padding: 2); // 24×H×W

        var branch3x3 = x.Conv2d("branch3x3_1", 16, kernelSize: 1) // 16×H×W
            .Conv2d("branch3x3_2", 24, kernelSize: 3, padding: 1)  // 24×H×W
            .Conv2d("branch3x3_3", 24, kernelSize: 3, padding: 1); // 24×H×W

        var branchPool = x.AvgPool2d(3, stride: 1, padding: 1)     // C×H×W
            .Conv2d("branch_pool", 24, kernelSize: 1);             // 24×H×W

        return branch1x1.Concat(branch5x5, branch3x3, branchPool); // 88×H×W
    });
}
