using Lanewise.Engine;
using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Engine;

/// <summary>A plan or a session never answers wrongly: not to two callers at once, without weights, or after a failure.</summary>
public sealed class SingleCallerTests
{
    private const string Remedy = "A plan serves one caller at a time: for concurrent inference use a CompiledModel, and a session of it for each thread.";

    private static readonly Network Small = Network.Define(
        "small", new(1, 6, 6), x => x.Conv2d("conv", 4, 3).ReLU().MaxPool2d(2).Flatten().Linear("fc", 3));

    /// <summary>Every public member that runs, changes or reads a plan.</summary>
    public static TheoryData<string> Members => [.. Calls.Keys];

    private static readonly Dictionary<string, Action<Plan>> Calls = new(StringComparer.Ordinal)
    {
        ["Infer"] = p => p.Infer(TensorSource.Random(2, 36, 3), [0]),
        ["Evaluate"] = p => p.Evaluate(TensorSource.Random(2, 36, 3), [0]),
        ["ComputeGradients"] = p => p.ComputeGradients(TensorSource.Random(2, 36, 3), [0]),
        ["ComputeGradientsFrom"] = p => p.ComputeGradientsFrom(new float[3], TensorSource.Random(2, 36, 3), [0]),
        ["SetWeights"] = p => p.SetWeights(Weights.Initialize(Small, 1)),
        ["GetWeights"] = p => p.GetWeights(),
        ["Gradients"] = p => p.Gradients(),
        ["DiscardGradients"] = p => p.DiscardGradients(),
        ["Apply"] = p => p.Apply(new OptimizerWork(p.AllocateLikeWeights()) { Step = new SgdStep(0.1f, 0.9f, 0, Nesterov: false) }),
        ["Output"] = p => _ = p.Output,
        ["Losses"] = p => _ = p.Losses,
        ["Predictions"] = p => _ = p.Predictions,
        ["InputGradients"] = p => _ = p.InputGradients,
    };

    [Theory]
    [MemberData(nameof(Members))]
    public async Task A_member_of_a_plan_throws_while_another_caller_runs_it_and_works_afterwards(string member)
    {
        var plan = Plan.Compile(Small, new PlanOptions { BatchSize = 4, Training = true, InputGradient = true, Threads = 1 });
        plan.SetWeights(Weights.Initialize(Small, 1));
        using var source = new BlockingSource();
        var run = Task.Run(() => plan.Infer(source, [0, 1]), TestContext.Current.CancellationToken);
        source.Entered.Wait(TestContext.Current.CancellationToken);
        var e = Assert.Throws<InvalidOperationException>(() => Calls[member](plan));
        Assert.Equal($"another call of this Plan is still running. {Remedy}", e.Message);
        source.Continue.Set();
        await run;
        Calls[member](plan);
    }

    [Theory]
    [MemberData(nameof(Members))]
    public void A_member_of_a_disposed_plan_throws(string member)
    {
        var plan = Plan.Compile(Small, new PlanOptions { BatchSize = 4, Training = true, InputGradient = true, Threads = 2 });
        plan.SetWeights(Weights.Initialize(Small, 1));
        plan.Dispose();
        plan.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Calls[member](plan));
    }

    [Fact]
    public async Task A_session_throws_while_another_caller_runs_it_and_works_afterwards()
    {
        using var model = CompiledModel.Compile(Small, Weights.Initialize(Small, 1), new InferenceOptions { BatchSize = 2 });
        using var session = model.CreateSession();
        using var source = new BlockingSource();
        float[] first = new float[6], second = new float[6];
        var run = Task.Run(() => session.Infer(source, [0, 1], first), TestContext.Current.CancellationToken);
        source.Entered.Wait(TestContext.Current.CancellationToken);
        var e = Assert.Throws<InvalidOperationException>(() => session.Infer(new float[36], second));
        Assert.Equal(
            "another call of this InferenceSession is still running. A session serves one caller at a time: create one for each thread "
            + "with CompiledModel.CreateSession.",
            e.Message);
        Assert.All(second, v => Assert.Equal(0, v));
        source.Continue.Set();
        await run;
        session.Infer(new float[72], second);
        Assert.Equal(Compare.Bits(first), Compare.Bits(second));
    }

    [Fact]
    public async Task A_session_disposed_while_it_runs_completes_the_run()
    {
        using var model = CompiledModel.Compile(Small, Weights.Initialize(Small, 1), new InferenceOptions { BatchSize = 64, Threads = 3 });
        var session = model.CreateSession();
        using var source = new BlockingSource();
        float[] output = new float[64 * 3];
        var run = Task.Run(() => session.Infer(source, [.. new int[64]], output), TestContext.Current.CancellationToken);
        source.Entered.Wait(TestContext.Current.CancellationToken);
        session.Dispose();
        source.Continue.Set();
        await run;
        Assert.All(output, v => Assert.NotEqual(0, v));
        Assert.Throws<ObjectDisposedException>(() => session.Infer(source, [0], output));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Two_threads_on_one_plan_or_session_get_right_answers_or_an_exception(bool usesSession)
    {
        const int Rounds = 50;
        var network = Residual.Create();
        var weights = Weights.Initialize(network, 1);
        var source = new SlowSource(TensorSource.Random(2, network.Input.Count, 10));
        var plan = Plan.Compile(network, new PlanOptions { BatchSize = 1, Threads = 1 });
        plan.SetWeights(weights);
        using var model = CompiledModel.Compile(network, weights);
        using var session = model.CreateSession();
        int[][] expected = Array.ConvertAll(new[] { 0, 1 }, i => Compare.Bits(InferenceSessionTests.Infer(session, source, [i])));
        var (wrong, refused) = (new int[2], new int[2]);
        using var start = new Barrier(2);
        InferenceSessionTests.RunThreads(2, caller =>
        {
            float[] output = new float[10];
            for (int i = 0; i < Rounds; i++)
            {
                start.SignalAndWait();
                try
                {
                    if (usesSession)
                    {
                        session.Infer(source, [caller], output);
                        wrong[caller] += Compare.Bits(output).SequenceEqual(expected[caller]) ? 0 : 1;
                    }
                    else
                    {
                        plan.Infer(source, [caller]);
                    }
                }
                catch (InvalidOperationException)
                {
                    refused[caller]++;
                }
            }
        });
        Assert.Equal([0, 0], wrong);
        Assert.InRange(refused.Sum(), 1, 2 * Rounds - 1);
    }

    [Fact]
    public void A_source_that_runs_its_own_plan_is_refused()
    {
        var plan = PlanTests.CompileForTraining(Small, 2, threads: 1);
        var e = Assert.Throws<InvalidOperationException>(() => plan.Infer(new Reentrant(plan), [0]));
        Assert.Contains("still running", e.Message, StringComparison.Ordinal);
        plan.Infer(TensorSource.Random(2, 36, 3), [0]);
    }

    [Fact]
    public void Running_without_weights_is_an_error()
    {
        var plan = Plan.Compile(Small, new PlanOptions { BatchSize = 4, Training = true, InputGradient = true });
        foreach (string member in new[] { "Infer", "Evaluate", "ComputeGradients", "ComputeGradientsFrom", "GetWeights" })
        {
            var e = Assert.Throws<InvalidOperationException>(() => Calls[member](plan));
            Assert.Contains("no weights were set; call SetWeights", e.Message, StringComparison.Ordinal);
        }

        // A failed SetWeights sets nothing.
        Assert.ThrowsAny<LanewiseException>(() => plan.SetWeights(Weights.Initialize(Residual.Create(), 1)));
        Assert.Throws<InvalidOperationException>(() => Calls["Infer"](plan));
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(false, 3)]
    [InlineData(true, 1)]
    [InlineData(true, 3)]
    public void After_a_run_that_failed_there_are_no_results_and_the_next_run_is_clean(bool layerByLayer, int threads)
    {
        int batch = 4 * KernelSet.Widths[0];
        var order = layerByLayer ? WorkOrder.Layers : WorkOrder.Blocks;
        var options = new PlanOptions { BatchSize = batch, Training = true, InputGradient = true, Threads = threads, Schedule = order };
        var (fresh, plan) = (Plan.Compile(Small, options), Plan.Compile(Small, options));
        fresh.SetWeights(Weights.Initialize(Small, 1));
        plan.SetWeights(Weights.Initialize(Small, 1));
        var source = TensorSource.Random(batch, 36, 3);
        int[] all = [.. Enumerable.Range(0, batch)];
        // Fails in a later block, when earlier ones may have accumulated gradients.
        Assert.Throws<TimeZoneNotFoundException>(() => plan.ComputeGradients(new FailingAt(source, batch - 1), all));
        Assert.True(plan.Output.IsEmpty && plan.Losses.IsEmpty && plan.Predictions.IsEmpty && plan.InputGradients.IsEmpty);
        Assert.All(plan.Gradients().Tensors, t => Assert.All(t.Values, v => Assert.Equal(0, v)));
        Assert.Throws<TimeZoneNotFoundException>(
            () => plan.ComputeGradientsFrom(new float[3 * batch], new FailingAt(source, batch - 1), all));
        float[] labels = [.. Enumerable.Repeat(9f, batch)];
        Assert.Throws<DatasetException>(() => plan.ComputeGradients(new TensorSource(new float[36 * batch], labels), all));
        fresh.ComputeGradients(source, all);
        plan.ComputeGradients(source, all);
        Assert.Equal(Compare.Bits(fresh), Compare.Bits(plan));
        Assert.Equal(fresh.Losses.ToArray(), plan.Losses.ToArray());
    }

    private sealed class BlockingSource : ITensorSource, IDisposable
    {
        public ManualResetEventSlim Entered { get; } = new();

        public ManualResetEventSlim Continue { get; } = new();

        public void Read(int index, Span<float> image)
        {
            image.Clear();
            Entered.Set();
            Continue.Wait();
        }

        public int Label(int index) => 0;

        public void Dispose()
        {
            Entered.Dispose();
            Continue.Dispose();
        }
    }

    /// <summary>A source whose images take long enough that two runs overlap.</summary>
    private sealed class SlowSource(ITensorSource source) : ITensorSource
    {
        public void Read(int index, Span<float> image)
        {
            Thread.Sleep(2);
            source.Read(index, image);
        }

        public int Label(int index) => source.Label(index);
    }

    private sealed class FailingAt(ITensorSource source, int bad) : ITensorSource
    {
        public void Read(int index, Span<float> image)
        {
            if (index == bad)
            {
                throw new TimeZoneNotFoundException("an image that cannot be read");
            }

            source.Read(index, image);
        }

        public int Label(int index) => source.Label(index);
    }

    private sealed class Reentrant(Plan plan) : ITensorSource
    {
        public void Read(int index, Span<float> image) => plan.Infer(this, [0]);

        public int Label(int index) => 0;
    }
}
