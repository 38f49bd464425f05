using System.Diagnostics;

namespace Lanewise.Kernels;

/// <summary>Times a loop of enough steps to take 20 ms, in several rounds.</summary>
internal static class Rounds
{
    private const int Count = 6;
    private const double Seconds = 0.02;

    /// <summary>Measures steps per second in the best round, the one least disturbed by other processes.</summary>
    /// <param name="run">Runs the given number of steps.</param>
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
