using System.Diagnostics;

namespace Lanewise.Kernels;

/// <summary>Times a loop of as many steps as take 20 ms, a few times over.</summary>
internal static class Rounds
{
    private const int Count = 6;
    private const double Seconds = 0.02;

    /// <summary>Steps a second in the best round, which nothing else disturbed.</summary>
    /// <param name="run">Does so many steps.</param>
    public static double BestRate(Action<int> run)
    {
        double best = 0;
        int steps = 1 << 12;
        for (int round = 0; round < Count;)
        {
            long start = Stopwatch.GetTimestamp();
            run(steps);
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (seconds < Seconds && steps < 1 << 29)
            {
                steps *= 2;
                continue;
            }

            best = Math.Max(best, steps / seconds);
            round++;
        }

        return best;
    }
}
