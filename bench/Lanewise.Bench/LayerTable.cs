using System.Diagnostics;
using Lanewise.Engine;
using Lanewise.Kernels;

namespace Lanewise.Bench;

/// <summary>What each kernel call of a plan costs: the blocks of one call, one thread, the best of many runs.</summary>
internal static class LayerTable
{
    private const int MostRepeats = 300;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static void Print(Plan plan)
    {
        var kernels = KernelSet.For(plan.LaneWidth);
        BlockMemory[] blocks = plan.Memories();
        int images = blocks.Sum(b => b.Images);
        Step[] steps = [.. plan.Program.Forward, .. plan.Program.Backward];
        double[] best = new double[steps.Length];
        Array.Fill(best, double.MaxValue);
        var clock = Stopwatch.StartNew();
        for (int repeat = 0; repeat < MostRepeats && clock.Elapsed < Patience; repeat++)
        {
            for (int i = 0; i < steps.Length; i++)
            {
                long start = Stopwatch.GetTimestamp();
                steps[i].Work.All(kernels, blocks, Part.All);
                best[i] = Math.Min(best[i], Stopwatch.GetElapsedTime(start).TotalMicroseconds);
            }
        }

        var costs = plan.Network.Nodes.ToDictionary(n => n.Path, n => n.MultiplyAdds, StringComparer.Ordinal);
        double sum = best.Sum();
        Console.WriteLine($"{"layer",-24}{"kernel",-26}{"µs",9}{"share",8}{"GFLOP/s",9}");
        for (int i = 0; i < steps.Length; i++)
        {
            long products = costs[steps[i].Path];
            string rate = products == 0 ? "–" : $"{2.0 * products * images / best[i] / 1e3:F0}";
            Console.WriteLine($"{steps[i].Path,-24}{steps[i].Kernel,-26}{best[i],9:F1}{best[i] / sum,8:P1}{rate,9}");
        }

        Console.WriteLine($"{images} images: {sum:F0} µs, {images * 1e6 / sum:F1} images/s on one thread");
        foreach (var kind in steps.Zip(best).GroupBy(s => s.First.Kernel, s => s.Second, StringComparer.Ordinal).OrderByDescending(g => g.Sum()))
        {
            Console.WriteLine($"{kind.Key,-40}{kind.Sum(),10:F0}{kind.Sum() / sum,8:P1}");
        }
    }
}
