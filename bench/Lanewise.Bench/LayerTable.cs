using System.Diagnostics;
using Lanewise.Engine;
using Lanewise.Kernels;

namespace Lanewise.Bench;

/// <summary>What each kernel call of a plan costs: one block, one thread, the best of many runs.</summary>
internal static class LayerTable
{
    private const int Repeats = 300;

    public static void Print(Plan plan)
    {
        var kernels = KernelSet.For(plan.LaneWidth);
        var memory = new BlockMemory(plan.Activations[0], plan.TakeLikeWeights(), plan.TakeLikeWeights());
        Step[] steps = [.. plan.Program.Forward, .. plan.Program.Backward];
        double[] best = new double[steps.Length];
        Array.Fill(best, double.MaxValue);
        for (int repeat = 0; repeat < Repeats; repeat++)
        {
            for (int i = 0; i < steps.Length; i++)
            {
                long start = Stopwatch.GetTimestamp();
                steps[i].Run(kernels, memory);
                best[i] = Math.Min(best[i], Stopwatch.GetElapsedTime(start).TotalMicroseconds);
            }
        }

        var costs = plan.Network.Nodes.ToDictionary(n => n.Path, n => n.MultiplyAdds, StringComparer.Ordinal);
        double sum = best.Sum();
        Console.WriteLine($"{"layer",-24}{"kernel",-26}{"µs",9}{"share",8}{"GFLOP/s",9}");
        for (int i = 0; i < steps.Length; i++)
        {
            long products = costs[steps[i].Path];
            string rate = products == 0 ? "–" : $"{2.0 * products * plan.LaneWidth / best[i] / 1e3:F0}";
            Console.WriteLine($"{steps[i].Path,-24}{steps[i].Kernel,-26}{best[i],9:F1}{best[i] / sum,8:P1}{rate,9}");
        }

        Console.WriteLine($"a block of {plan.LaneWidth} images: {sum:F0} µs, {plan.LaneWidth * 1e6 / sum:F0} images/s on one thread");
    }
}
