using Lanewise.Engine;
using Xunit;

namespace Lanewise.Tests.Engine;

public sealed class InferenceSessionTests
{
    private static readonly Network Small = Network.Define(
        "small", new(1, 6, 6), x => x.Conv2d("conv", 4, 3).ReLU().MaxPool2d(2).Flatten().Linear("fc", 3));

    /// <summary>Models whose kernels differ: 5×5, residuals, Winograd, batch norm, pooling; single images and batches with remainders.</summary>
    public static TheoryData<string, int, int> Models => new()
    {
        { "inception", 1, 1 },
        { "inception", 64, 1 },
        { "residual", 1, 1 },
        { "residual", 33, 2 },
        { "resnet20", 1, 1 },
        { "resnet20", 16, 2 },
        { "resnet8", 16, 3 },
    };

    private static Network Find(string model) => model == "resnet8"
        ? Network.Define("norms", new(3, 16, 16), x =>
            x.Conv2d("conv1", 16, 3, padding: 1).BatchNorm2d("bn1").ReLU().MaxPool2d(2)
                .BatchNorm2d("bn2").Conv2d("conv2", 24, 3, padding: 1).ReLU().Flatten().Linear("fc", 10))
        : ModelCatalog.Find(model).ForClasses(10);

    [Theory]
    [MemberData(nameof(Models))]
    public void Sixteen_threads_on_sessions_of_one_model_compute_the_same_bits_as_one(string model, int batch, int threads)
    {
        const int Callers = 16, Rounds = 12, Images = 48;
        var network = Find(model);
        using var compiled = CompiledModel.Compile(network, Weights.Initialize(network, 3), new InferenceOptions { BatchSize = batch, Threads = threads });
        var source = TensorSource.Random(Images, network.Input.Count, 10);
        // Of different lengths and contents, so that a mix-up changes the output.
        int[][] batches = [.. Enumerable.Range(0, Rounds).Select(r => Indices(r, Math.Max(1, batch - r)))];
        float[][] expected;
        using (var session = compiled.CreateSession())
        {
            expected = Array.ConvertAll(batches, indices => Infer(session, source, indices));
        }

        using var start = new Barrier(Callers);
        var wrong = new int[Callers];
        RunThreads(Callers, caller =>
        {
            using var session = compiled.CreateSession();
            start.SignalAndWait(TestContext.Current.CancellationToken);
            for (int i = 0; i < Rounds; i++)
            {
                int r = (i + caller) % Rounds;
                wrong[caller] += Compare.Bits(Infer(session, source, batches[r])).SequenceEqual(Compare.Bits(expected[r])) ? 0 : 1;
            }
        });
        Assert.All(wrong, n => Assert.Equal(0, n));

        static int[] Indices(int round, int count) => [.. Enumerable.Range(0, count).Select(i => (i * 5 + round * 7) % Images)];
    }

    [Fact]
    public void The_models_of_the_tests_use_Winograd_and_batch_norm()
    {
        var network = Find("resnet20");
        var compiled = CompiledModel.Compile(network, Weights.Initialize(network, 1), new InferenceOptions { BatchSize = 16 });
        Assert.NotEmpty(compiled.Compiled.Program.Transforms);
        Assert.Contains(CompiledModel.Compile(Find("resnet8"), Weights.Initialize(Find("resnet8"), 1)).Compiled.Program.Forward,
            s => s.Kernel == "BatchNorm2d.Forward");
    }

    [Fact]
    public void A_session_computes_the_same_bits_as_a_plan_from_a_span_and_from_a_source()
    {
        foreach (string model in new[] { "inception", "residual", "resnet20" })
        {
            var network = Find(model);
            var weights = Weights.Initialize(network, 2);
            foreach (int batch in new[] { 1, 16, 33 })
            {
                var plan = Plan.Compile(network, new PlanOptions { BatchSize = batch, Threads = 2 });
                plan.SetWeights(weights);
                var source = TensorSource.Random(batch, network.Input.Count, 10);
                int[] indices = [.. Enumerable.Range(0, batch)];
                plan.Infer(source, indices);
                using var compiled = CompiledModel.Compile(network, weights, new InferenceOptions { BatchSize = batch, Threads = 2 });
                using var session = compiled.CreateSession();
                Assert.Equal(Compare.Bits(plan.Output), Compare.Bits(Infer(session, source, indices)));
                float[] images = new float[batch * network.Input.Count], output = new float[batch * 10];
                Array.ForEach(indices, i => source.Read(i, images.AsSpan(i * network.Input.Count, network.Input.Count)));
                session.Infer(images, output);
                Assert.Equal(Compare.Bits(plan.Output), Compare.Bits(output));
            }
        }
    }

    [Fact]
    public void Sessions_with_fewer_threads_and_smaller_batches_compute_the_same_bits()
    {
        foreach (string model in new[] { "inception", "resnet20" })
        {
            var network = Find(model);
            using var compiled = CompiledModel.Compile(network, Weights.Initialize(network, 2), new InferenceOptions { BatchSize = 64, Threads = 3 });
            var source = TensorSource.Random(64, network.Input.Count, 10);
            using var full = compiled.CreateSession();
            float[] expected = Infer(full, source, [.. Enumerable.Range(0, 64)]);
            foreach (var (batch, threads) in new[] { (64, 1), (16, 3), (16, 1), (5, 2), (1, 1), (1, 3) })
            {
                using var session = compiled.CreateSession(batch, threads);
                Assert.Equal((batch, threads), (session.BatchSize, session.Threads));
                var results = Enumerable.Range(0, 64).Chunk(batch).SelectMany(indices => Infer(session, source, indices));
                Assert.Equal(Compare.Bits(expected), Compare.Bits(results.ToArray()));
            }
        }
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(5, null)]
    [InlineData(null, 0)]
    [InlineData(null, 3)]
    public void A_session_has_at_most_the_batch_size_and_threads_of_its_model(int? batch, int? threads)
    {
        using var model = CompiledModel.Compile(Small, Weights.Initialize(Small, 1), new InferenceOptions { BatchSize = 4, Threads = 2 });
        var e = Assert.Throws<InvalidOptionException>(() => model.CreateSession(batch, threads));
        Assert.Equal(batch is null ? "Threads" : "BatchSize", e.Option);
        Assert.Equal(
            $"small: {(batch is null ? "threads" : "batch size")} {batch ?? threads} of a session: it must be from 1 to "
            + $"{(batch is null ? 2 : 4)}, that of the compiled model.",
            e.Message);
    }

    [Fact]
    public void Sessions_share_one_copy_of_the_weights()
    {
        var network = Find("inception");
        using var model = CompiledModel.Compile(network, Weights.Initialize(network, 1), new InferenceOptions { BatchSize = 33 });
        Assert.NotNull(model.Compiled.Remainder);
        long before = GC.GetAllocatedBytesForCurrentThread();
        using var session = model.CreateSession(batchSize: 1);
        long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        long activations = session.Activations.Sum(m => (long)m.Length) * sizeof(float);
        Assert.InRange(model.WeightBytes, 2 * network.ParameterCount * sizeof(float), long.MaxValue);
        // Its own activations, scratch memory and images, and those of the remainder, but no weights.
        Assert.InRange(bytes, activations, activations * 5 / 2);
    }

    [Fact]
    public void Wrong_lengths_are_refused_and_leave_the_output_unchanged()
    {
        using var model = CompiledModel.Compile(Small, Weights.Initialize(Small, 1), new InferenceOptions { BatchSize = 2 });
        using var session = model.CreateSession();
        float[] output = [7, 7, 7, 7, 7, 7];
        Assert.Equal("images", Assert.Throws<ArgumentException>(() => session.Infer(new float[35], output)).ParamName);
        Assert.Equal("images", Assert.Throws<ArgumentException>(() => session.Infer(new float[3 * 36], output)).ParamName);
        Assert.Equal("output", Assert.Throws<ArgumentException>(() => session.Infer(new float[2 * 36], output.AsSpan(1))).ParamName);
        var source = new FailingSource();
        Assert.Throws<TimeZoneNotFoundException>(() => session.Infer(source, [0, 1], output));
        Assert.All(output, v => Assert.Equal(7, v));
        session.Infer([], output);
        Assert.All(output, v => Assert.Equal(7, v));
        session.Infer(new float[36], output);
        Assert.All(output[..3], v => Assert.NotEqual(7, v));
        Assert.All(output[3..], v => Assert.Equal(7, v));
    }

    [Fact]
    public void A_disposed_model_or_session_refuses_and_sessions_outlive_their_model()
    {
        var model = CompiledModel.Compile(Small, Weights.Initialize(Small, 1));
        var session = model.CreateSession();
        float[] output = new float[3];
        model.Dispose();
        model.Dispose();
        Assert.Throws<ObjectDisposedException>(() => model.CreateSession());
        session.Infer(new float[36], output);
        session.Dispose();
        session.Dispose();
        Assert.Throws<ObjectDisposedException>(() => session.Infer(new float[36], output));
    }

    [Fact]
    public void Outputs_that_are_not_finite_are_an_error()
    {
        InferenceException.ThrowIfNotFinite([0, float.MaxValue, -1], "small");
        var e = Assert.Throws<InferenceException>(() => InferenceException.ThrowIfNotFinite([0, float.NaN, float.NegativeInfinity], "small"));
        Assert.Equal("small", e.Network);
        Assert.StartsWith("small: 2 of 3 outputs are NaN or infinite; the weights are damaged, or the input is not finite.", e.Message, StringComparison.Ordinal);
        using var model = CompiledModel.Compile(Small, Weights.Initialize(Small, 1));
        using var session = model.CreateSession();
        float[] output = new float[3], image = new float[36];
        image[7] = float.NaN;
        session.Infer(image, output);
        Assert.Throws<InferenceException>(() => InferenceException.ThrowIfNotFinite(output, "small"));
        // What one call computed does not reach the next.
        session.Infer(new float[36], output);
        InferenceException.ThrowIfNotFinite(output, "small");
    }

    internal static float[] Infer(InferenceSession session, ITensorSource source, int[] indices)
    {
        float[] output = new float[indices.Length * session.Model.Network.OutputCount];
        session.Infer(source, indices, output);
        return output;
    }

    internal static void RunThreads(int count, Action<int> run)
    {
        var failures = new Exception?[count];
        Thread[] threads = [.. Enumerable.Range(0, count).Select(i => new Thread(() =>
        {
            try
            {
                run(i);
            }
            catch (Exception e)
            {
                failures[i] = e;
            }
        }))];
        Array.ForEach(threads, t => t.Start());
        Array.ForEach(threads, t => t.Join());
        Assert.All(failures, Assert.Null);
    }

    internal sealed class FailingSource : ITensorSource
    {
        public void Read(int index, Span<float> image)
        {
            image.Clear();
            if (index == 1)
            {
                throw new TimeZoneNotFoundException("image 1");
            }
        }

        public int Label(int index) => 0;
    }
}
