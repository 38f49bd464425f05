using Lanewise;
using Lanewise.Analysis;
using Lanewise.Engine;

internal static class VanishChapter
{
    public static void Run()
    {
        var digits = new PreparedDataset(BuiltInDigits.Train(64), ImageTransform.Mnist);
        foreach (var (depth, hasShortcuts) in new[] { (20, false), (20, true), (56, false), (56, true) })
        {
            string name = $"{(hasShortcuts ? "residual" : "plain")}-{depth}";
            var variant = new CifarResNetVariant(name, depth, hasShortcuts) { HasBatchNorm = false, HasHeInitialization = false };
            var network = CifarResNet.Create(variant, new ModelOptions { Input = new Shape(1, 28, 28) });

            var plan = Plan.Compile(network, new PlanOptions { BatchSize = 64, Training = true });
            plan.SetWeights(Weights.Initialize(network, seed: 1));
            plan.ComputeGradients(digits, [.. Enumerable.Range(0, 64)]);

            var flow = GradientFlow.Measure(network, plan.Gradients(), step: 0);
            Console.WriteLine($"{name,-12}  first layer {flow.Layers[0].Norm:0e+0}  last layer {flow.Layers[^1].Norm:0e+0}");
        }
    }
}
