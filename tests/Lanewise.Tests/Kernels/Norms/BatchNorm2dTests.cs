using Lanewise.Kernels;
using Lanewise.Tests.Engine;
using Xunit;

namespace Lanewise.Tests.Kernels;

/// <summary>Batch normalization over two blocks, the second not full, against the formula in double precision.</summary>
public sealed class BatchNorm2dTests
{
    private const int Channels = 3, Height = 5, Width = 7;
    private const float Eps = 1e-3f, Momentum = 0.2f;

    [Theory]
    [MemberData(nameof(LaneTest.Widths), MemberType = typeof(LaneTest))]
    public void Forward_normalises_by_the_batchs_statistics_and_moves_the_running_ones(int width)
    {
        var run = new Batch(width);
        float[] before = run.Parameters.Values.ToArray();
        run.RunBoth(blocks => InParts(part => run.Kernels.BatchNorm2d(run.Call, blocks, part)), run.Y);
        for (int c = 0; c < Channels; c++)
        {
            double[] all = [.. run.Values(run.X, c)];
            double mean = all.Average(), variance = all.Average(v => (v - mean) * (v - mean)),
                unbiased = variance * all.Length / (all.Length - 1);
            Assert.Equal(mean, run.Parameter(Batch.Statistics, c), 1e-6);
            Assert.Equal(1 / Math.Sqrt(variance + Eps), run.Parameter(Batch.Statistics, Channels + c), 1e-5);
            Assert.Equal(before[Batch.RunningMean + c] * (1 - Momentum) + Momentum * mean, run.Parameter(Batch.RunningMean, c), 1e-6);
            Assert.Equal(before[Batch.RunningVar + c] * (1 - Momentum) + Momentum * unbiased, run.Parameter(Batch.RunningVar, c), 1e-6);
            run.AssertChannel("y", run.Y, c, (image, h, w) => Math.Max(0,
                (image(run.X, h, w) - mean) / Math.Sqrt(variance + Eps) * before[Batch.Weight + c] + before[Batch.Bias + c]
                    + image(run.Shortcut, h, w)));
        }

        Assert.Equal(before[Batch.Tracked] + 1, run.Parameter(Batch.Tracked, 0));
    }

    [Theory]
    [MemberData(nameof(LaneTest.Widths), MemberType = typeof(LaneTest))]
    public void Backward_is_the_gradient_through_the_batchs_statistics(int width)
    {
        var run = new Batch(width);
        run.RunBoth(blocks => run.Kernels.BatchNorm2d(run.Call, blocks, Part.All), run.Y);
        foreach (bool adds in new[] { false, true })
        {
            run.FillGradients(adds);
            var call = run.Backward(adds);
            run.RunBoth(blocks => InParts(part => run.Kernels.BatchNorm2dBackward(call, blocks, part)), run.DX);
            for (int c = 0; c < Channels; c++)
            {
                double[] x = [.. run.Values(run.X, c)], dy = [.. run.Values(run.DY, c)];
                double mean = x.Average(), inverse = 1 / Math.Sqrt(x.Average(v => (v - mean) * (v - mean)) + Eps);
                double sum = dy.Sum(), product = x.Zip(dy, (a, b) => (a - mean) * inverse * b).Sum();
                Assert.Equal(1 + product, run.Gradient(Batch.Weight, c), 2e-4);
                Assert.Equal(1 + sum, run.Gradient(Batch.Bias, c), 2e-4);
                double scale = run.Parameter(Batch.Weight, c) * inverse;
                run.AssertChannel("dx", run.DX, c, (image, h, w) => (adds ? image(run.Seed, h, w) : 0)
                    + scale * (image(run.DY, h, w) - sum / x.Length - (image(run.X, h, w) - mean) * inverse * product / x.Length));
            }
        }
    }

    [Theory]
    [MemberData(nameof(LaneTest.Widths), MemberType = typeof(LaneTest))]
    public void Evaluation_uses_the_running_statistics_and_leaves_them(int width)
    {
        var run = new Batch(width);
        float[] before = run.Parameters.Values.ToArray();
        run.FillGradients(adds: false);
        run.RunBoth(blocks =>
        {
            foreach (var block in blocks)
            {
                InParts(part => run.Kernels.BatchNorm2dEvaluate(run.Call, block, part));
                InParts(part => run.Kernels.BatchNorm2dEvaluateBackward(run.Backward(adds: false), block, part));
            }
        }, run.Y, run.DX);
        for (int c = 0; c < Channels; c++)
        {
            double scale = before[Batch.Weight + c] / Math.Sqrt(before[Batch.RunningVar + c] + Eps);
            run.AssertChannel("y", run.Y, c, (image, h, w) => Math.Max(0,
                (image(run.X, h, w) - before[Batch.RunningMean + c]) * scale + before[Batch.Bias + c] + image(run.Shortcut, h, w)));
            run.AssertChannel("dx", run.DX, c, (image, h, w) => image(run.DY, h, w) * scale);
        }

        Assert.Equal(before, run.Parameters.Values.ToArray());
    }

    [Theory]
    [MemberData(nameof(LaneTest.Widths), MemberType = typeof(LaneTest))]
    public void A_large_mean_costs_the_variance_no_digits(int width)
    {
        var run = new Batch(width, mean: 1000);
        run.RunBoth(blocks => run.Kernels.BatchNorm2d(run.Call, blocks, Part.All), run.Y);
        double[] all = [.. run.Values(run.X, 0)];
        double mean = all.Average(), variance = all.Average(v => (v - mean) * (v - mean));
        Assert.Equal(1 / Math.Sqrt(variance + Eps), run.Parameter(Batch.Statistics, Channels), 1e-3);
    }

    private static void InParts(Action<Part> run)
    {
        run(new Part(1, 2));
        run(new Part(0, 2));
    }

    /// <summary>Two blocks of one layer, laid out alike: a full one, and one of a single image.</summary>
    private sealed class Batch
    {
        public const int Weight = 0, Bias = 4, RunningMean = 8, RunningVar = 12, Tracked = 16, Statistics = 17;
        private readonly KernelBuffer[] _blocks;

        public Batch(int width, double mean = 0)
        {
            Kernels = KernelSet.For(width);
            Parameters = GuardedMemory.Of([.. Volume.Randoms(Statistics + 2 * Channels, 5).Select(v => v + 1.5)]);
            Gradients = new(Parameters.Length);
            _blocks = [new(width), new(width) { Images = 1 }];
            foreach (var block in _blocks)
            {
                (block.Weights, block.Gradients) = (Parameters, Gradients);
                X = block.Lay(Channels, Height, Width, 1);
                (Y, Shortcut, DY, DX, Seed) = (Lay(2), Lay(0), Lay(1), Lay(1), Lay(0));

                Planes Lay(int border) => block.Lay(Channels, Height, Width, border);
            }

            for (int i = 0; i < 2; i++)
            {
                for (int lane = 0; lane < width; lane++)
                {
                    _blocks[i].Write(X, lane, Volume.Random(
                        Channels, Height, Width, (ulong)(100 * i + lane)).Map((_, _, _, v) => v + mean));
                }

                _blocks[i].Fill(Shortcut, 2);
            }
        }

        public KernelSet Kernels { get; }

        public GuardedMemory Parameters { get; }

        public GuardedMemory Gradients { get; }

        public Planes X { get; }

        public Planes Y { get; }

        public Planes Shortcut { get; }

        public Planes DY { get; }

        public Planes DX { get; }

        /// <summary>What the gradient to the input held before.</summary>
        public Planes Seed { get; }

        public BatchNormCall Call => new()
        {
            Input = X,
            Output = Y,
            Add = Shortcut,
            ReLU = true,
            Weight = At(Weight),
            Bias = At(Bias),
            RunningMean = At(RunningMean),
            RunningVar = At(RunningVar),
            BatchesTracked = At(Tracked),
            Statistics = At(Statistics),
            Slots = new(SlotLayout.MaxPiece, 4),
            Eps = Eps,
            Momentum = Momentum,
        };

        public BatchNormCall Backward(bool adds) => new()
        {
            Input = X,
            Output = DY,
            InputGradient = DX,
            Accumulate = adds,
            Weight = At(Weight),
            Bias = At(Bias),
            RunningMean = At(RunningMean),
            RunningVar = At(RunningVar),
            BatchesTracked = At(Tracked),
            Statistics = At(Statistics),
            Slots = new(SlotLayout.MaxPiece, 4),
            Eps = Eps,
            Momentum = Momentum,
        };

        public float Parameter(int first, int i) => Parameters.Values[first + i];

        public float Gradient(int first, int i) => Gradients.Values[first + i];

        /// <summary>Fills the gradients to the outputs, zero in lanes without an image, as the engine does.</summary>
        public void FillGradients(bool adds)
        {
            Gradients.Values.Fill(1);
            foreach (var block in _blocks)
            {
                block.Fill(DY, 4);
                for (int lane = block.Images; lane < Kernels.LaneWidth; lane++)
                {
                    block.Write(DY, lane, Volume.Of(Channels, Height, Width, (_, _, _) => 0));
                }

                if (adds)
                {
                    block.Fill(DX, 6);
                    block.Fill(Seed, 6);
                }
            }
        }

        public void RunBoth(Action<BlockMemory[]> call, params Planes[] written)
        {
            BlockMemory[] memories = [.. _blocks.Select(block => block.Block)];
            _blocks[0].Run(() => _blocks[1].Run(() => call(memories), written), written);
        }

        public IEnumerable<double> Values(Planes planes, int c) =>
            from block in _blocks
            from lane in Enumerable.Range(0, block.Images)
            from value in block.Read(planes, lane).Values.Skip(c * Height * Width).Take(Height * Width)
            select value;

        public void AssertChannel(string what, Planes actual, int c, Func<Func<Planes, int, int, double>, int, int, double> expected)
        {
            foreach (var block in _blocks)
            {
                for (int lane = 0; lane < block.Images; lane++)
                {
                    var known = new Dictionary<Planes, Volume>();
                    double Value(Planes planes, int h, int w) =>
                        (known.TryGetValue(planes, out var v) ? v : known[planes] = block.Read(planes, lane))[c, h, w];
                    double[] want = [.. from h in Enumerable.Range(
                        0, Height) from w in Enumerable.Range(0, Width) select expected(Value, h, w)];
                    float[] have = [.. block.Read(actual, lane).Values.Skip(c * Height * Width).Take(Height * Width).Select(v => (float)v)];
                    Compare.Close($"{what}, channel {c}, lane {lane}", want, have, 2e-5, minMagnitude: 0.1);
                }
            }
        }

        private int At(int first) => Parameters.Start + first;
    }
}
