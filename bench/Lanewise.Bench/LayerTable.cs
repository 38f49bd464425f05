using Lanewise.Analysis;
using Lanewise.Graphs;

namespace Lanewise.Bench;

/// <summary>What each kernel call of a network costs: one batch, one thread, the best of many runs.</summary>
internal static class LayerTable
{
    private const int MostRepeats = 300;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static void Print(Network network, int batch, bool training, int lanes)
    {
        var times = new StepTimes(network, batch, training, lanes);
        times.Run(Patience, MostRepeats);
        var steps = times.Forward.Concat(times.Backward).Select(s => (s.Step.Path, s.Step.Kernel, Best: s.Best * 1e6)).ToArray();
        var costs = network.Nodes.ToDictionary(n => n.Path, n => n.MultiplyAdds, StringComparer.Ordinal);
        double sum = steps.Sum(s => s.Best);
        Console.WriteLine($"{"layer",-24}{"kernel",-26}{"µs",9}{"share",8}{"GFLOP/s",9}");
        foreach (var (path, kernel, best) in steps)
        {
            long products = costs[path];
            string rate = products == 0 ? "–" : $"{2.0 * products * times.Images / best / 1e3:F0}";
            Console.WriteLine($"{path,-24}{kernel,-26}{best,9:F1}{best / sum,8:P1}{rate,9}");
        }

        Console.WriteLine($"{times.Images} images: {sum:F0} µs, {times.Images * 1e6 / sum:F1} images/s on one thread");
        foreach (var kind in steps.GroupBy(s => s.Kernel, s => s.Best, StringComparer.Ordinal).OrderByDescending(g => g.Sum()))
        {
            Console.WriteLine($"{kind.Key,-40}{kind.Sum(),10:F0}{kind.Sum() / sum,8:P1}");
        }
    }
}
