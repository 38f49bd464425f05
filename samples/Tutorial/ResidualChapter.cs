using Lanewise;

internal static class ResidualChapter
{
    public static void Run()
    {
        var network = Network.Define("my-residual", new Shape(1, 28, 28), x => x
            .Conv2d("conv1", 16, kernelSize: 5).ReLU().MaxPool2d(2) // 16×12×12
            .Residual("rcblock1")                                   // 16×12×12
            .Conv2d("conv2", 32, kernelSize: 5).ReLU().MaxPool2d(2) // 32×4×4
            .Residual("rcblock2")                                   // 32×4×4
            .Flatten()                                              // 512
            .Linear("fc", 10));                                     // 10

        Console.WriteLine($"{network.ParameterCount:N0} parameters, {network.Macs:N0} MACs an image");
    }

    private static SymbolicTensor Residual(this SymbolicTensor input, string name) => input.Module(name, x => x
        .Conv2d("conv1", x.Shape.Channels, kernelSize: 3, padding: 1).ReLU() // C×H×W
        .Conv2d("conv2", x.Shape.Channels, kernelSize: 3, padding: 1)        // C×H×W
        .Add(x).ReLU());                                                     // C×H×W
}
