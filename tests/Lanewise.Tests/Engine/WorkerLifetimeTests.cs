using System.Diagnostics;
using System.Runtime.CompilerServices;
using Lanewise.Engine;
using Xunit;

namespace Lanewise.Tests.Engine;

/// <summary>Tests that worker threads end with their owners, whether these are disposed of or collected.</summary>
[Collection("alone")]
public sealed class WorkerLifetimeTests
{
    private const int Owners = 200;
    // The runtime starts a few threads of its own.
    private const int Slack = 8;
    private static readonly Network Small = Network.Define("small", new(1, 6, 6), x => x.Conv2d("conv", 4, 3).Flatten().Linear("fc", 3));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_threads_of_plans_models_and_sessions_end_with_them(bool dispose)
    {
        // Those of other tests, whose owners nobody disposed of.
        int before = Settle(0);
        int peak = 0;
        for (int i = 0; i < Owners; i++)
        {
            // Pools of 10 to 49 threads: a pool that did not end would be noticed.
            peak = Math.Max(peak, Use(threads: 10 + i % 40, dispose, isPlan: i % 2 == 0));
        }

        Assert.InRange(peak, before + 9 - Slack, int.MaxValue);
        Assert.InRange(Settle(before + Slack), 0, before + Slack);
    }

    [Fact]
    public void Threads_start_with_the_first_parallel_run_and_stay_while_another_owner_uses_them()
    {
        const int Threads = 57;
        int before = Settle(0);
        using var first = Workers.For(Threads);
        var second = Workers.For(Threads);
        first.Run(new Nothing(), 1);
        Assert.InRange(Count(), 0, before + Slack);
        first.Run(new Nothing(), 2);
        Assert.InRange(Count(), before + Threads - 1 - Slack, int.MaxValue);
        first.Dispose();
        second.Run(new Nothing(), 2);
        Assert.InRange(Count(), before + Threads - 1 - Slack, int.MaxValue);
        second.Dispose();
        Assert.InRange(Settle(before + Slack), 0, before + Slack);
        // Without threads the caller does all the work.
        var counting = new Counting(20);
        second.Run(counting, 20);
        Assert.All(counting.Runs, n => Assert.Equal(1, n));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Use(int threads, bool dispose, bool isPlan)
    {
        var source = TensorSource.Random(40, 36, 3);
        int[] indices = [.. Enumerable.Range(0, 40)];
        if (isPlan)
        {
            var plan = Plan.Compile(Small, new PlanOptions { BatchSize = 40, Threads = threads, Training = true });
            plan.SetWeights(Weights.Initialize(Small, 1));
            plan.ComputeGradients(source, indices);
            int running = Count();
            if (dispose)
            {
                plan.Dispose();
            }

            return running;
        }

        var model = CompiledModel.Compile(Small, Weights.Initialize(Small, 1), new InferenceOptions { BatchSize = 40, Threads = threads });
        var session = model.CreateSession();
        session.Infer(source, indices, new float[120]);
        int count = Count();
        if (dispose)
        {
            session.Dispose();
            model.Dispose();
        }

        return count;
    }

    /// <summary>Collects what is unused, waits until at most the given number of threads is left, or for a while, and returns the number.</summary>
    private static int Settle(int threads)
    {
        int count = Count();
        for (int i = 0; i < 100 && count > threads; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Thread.Sleep(threads == 0 ? 2 : 50);
            count = Count();
        }

        return count;
    }

    private static int Count()
    {
        using var process = Process.GetCurrentProcess();
        return process.Threads.Count;
    }

    private sealed class Nothing : IWork
    {
        public void Run(int worker, int item) { }
    }

    private sealed class Counting(int items) : IWork
    {
        public int[] Runs { get; } = new int[items];

        public void Run(int worker, int item) => Interlocked.Increment(ref Runs[item]);
    }
}
