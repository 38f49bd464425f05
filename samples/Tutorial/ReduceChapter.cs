using Lanewise;

internal static class ReduceChapter
{
    public static void Run()
    {
        var direct = Network.Define("direct", new Shape(192, 28, 28), x => x
            .Conv2d("conv5x5", 32, kernelSize: 5, padding: 2)); // 32×28×28

        var reduced = Network.Define("reduced", new Shape(192, 28, 28), x => x
            .Conv2d("conv1x1", 16, kernelSize: 1)               // 16×28×28
            .Conv2d("conv5x5", 32, kernelSize: 5, padding: 2)); // 32×28×28

        Console.WriteLine($"direct   {direct.Macs,12:N0}");
        Console.WriteLine($"reduced  {reduced.Macs,12:N0}");
        Console.WriteLine($"ratio    {(double)direct.Macs / reduced.Macs,12:F2}");
    }
}
