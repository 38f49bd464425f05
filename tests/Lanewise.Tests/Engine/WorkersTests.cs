using Lanewise.Engine;
using Xunit;

namespace Lanewise.Tests.Engine;

public sealed class WorkersTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public void Every_item_runs_once_when_short_and_long_runs_alternate(int threads)
    {
        var workers = Workers.For(threads);
        var (few, many) = (new Counting(3), new Counting(64));
        for (int run = 0; run < 20_000; run++)
        {
            workers.Run(few, few.Runs.Length);
            workers.Run(many, many.Runs.Length);
            Assert.All(few.Runs, n => Assert.Equal(run + 1, n));
            Assert.True(many.Runs.All(n => n == run + 1), $"in run {run}: {string.Join(", ", many.Runs)}");
        }
    }

    [Fact]
    public void The_exception_of_an_item_reaches_the_caller_and_the_next_run_works()
    {
        var workers = Workers.For(3);
        Assert.Throws<InvalidOperationException>(() => workers.Run(new Failing(), 10));
        var counting = new Counting(10);
        workers.Run(counting, 10);
        Assert.All(counting.Runs, n => Assert.Equal(1, n));
    }

    [Fact]
    public async Task An_item_may_run_work_of_its_own()
    {
        var outer = new Nested(Workers.For(3));
        await Task.Run(() => Workers.For(3).Run(outer, 20), TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.All(outer.Inner.Runs, n => Assert.Equal(20, n));
    }

    private sealed class Nested(Workers workers) : IWork
    {
        public Counting Inner { get; } = new(10);

        public void Run(int worker, int item) => workers.Run(Inner, Inner.Runs.Length);
    }

    private sealed class Counting(int items) : IWork
    {
        public int[] Runs { get; } = new int[items];

        public void Run(int worker, int item) => Interlocked.Increment(ref Runs[item]);
    }

    private sealed class Failing : IWork
    {
        public void Run(int worker, int item)
        {
            if (item == 4)
            {
                throw new InvalidOperationException("item 4");
            }
        }
    }
}
