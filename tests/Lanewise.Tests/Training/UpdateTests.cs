using Lanewise.Engine;
using Lanewise.Files;
using Lanewise.Kernels;
using Lanewise.Tests.Engine;
using Xunit;
using static Lanewise.Tests.Training.TrainerTests;

namespace Lanewise.Tests.Training;

/// <summary>Gradient clipping, accumulation, and parameter groups.</summary>
public sealed class UpdateTests
{
    private static readonly Network Normalized = Network.Define("normalized", new(1, 28, 28), x => x
        .Conv2d("conv", 5, kernelSize: 5, stride: 2).BatchNorm2d("bn").ReLU().MaxPool2d(2).Flatten().Dropout(0.3).Linear("fc", 10));

    private static readonly TrainingOptions Accumulated = Options with
    {
        BatchSize = 16,
        AccumulationSteps = 3,
        Clipping = new GradientClipping(0.3),
        NormWeightDecay = 0,
        HeadLearningRate = 0.1,
        ClassWeights = [1, 2, 1, 2, 1, 2, 1, 2, 1, 3],
        LabelSmoothing = 0.1,
    };

    public static TheoryData<string, int> Recipes =>
        new(KernelSet.Widths.SelectMany(width => (string[])["sgd", "adamw"], (width, recipe) => (recipe, width)));

    [Theory]
    [MemberData(nameof(Recipes))]
    public void Ten_steps_with_clipping_accumulation_and_groups_are_PyTorchs(string recipe, int width)
    {
        const int Batch = 64, Steps = 10;
        int parts = recipe == "sgd" ? 2 : 1;
        var (golden, expected) = (Golden.Read("residual"), Golden.Read("updates"));
        var network = Residual.Create();
        var options = new TrainingOptions
        {
            Optimizer = recipe == "sgd" ? new Sgd(0.01, 0.9, 0.05) : new AdamW(0.002, eps: 1e-3, weightDecay: 0.05),
            HeadLearningRate = recipe == "sgd" ? 0.03 : 0.006,
            BiasWeightDecay = 0,
            LabelSmoothing = 0.1,
            LaneWidth = width,
            Algorithm = Conv2dAlgorithm.Direct,
            Threads = 2,
        };
        using var plan = Plan.Compile(network, options.ToPlanOptions(training: true, isTrainable: null));
        plan.SetWeights(Weights.Match(network, golden.Below("weights"), "residual"));
        var source = new TensorSource(
            Array.ConvertAll(golden["train_images"].Values, v => (v / 255f - 0.1307f) / 0.3081f), golden["train_labels"].Values);
        var groups = ParameterGroups.Of(network, options);
        var clipping = recipe == "sgd" ? new GradientClipWork(byValue: false, 0.5) : new GradientClipWork(byValue: true, 0.01);
        var update = new OptimizerWork([.. options.Optimizer.StateNames.Select(_ => plan.AllocateLikeWeights())])
        {
            Steps = new OptimizerStep[groups.Count],
            Step = groups.StepAt(0, 0, 1),
            Ranges = plan.RangesOf(groups.IndexOf),
            Clipping = clipping,
        };
        for (int step = 0; step < Steps; step++)
        {
            double loss = 0;
            for (int part = 0; part < parts; part++)
            {
                int[] indices = [.. Enumerable.Range(step * Batch + part * Batch / parts, Batch / parts)];
                plan.ComputeScaledGradients(source, indices, LossScale.Of(Batch, Batch), step);
                loss += plan.Losses.ToArray().Sum() / Batch;
            }

            for (int group = 0; group < groups.Count; group++)
            {
                update.Steps[group] = groups.StepAt(group, options.Optimizer.LearningRate, step + 1);
            }

            plan.Apply(update);
            Assert.Equal(expected[$"{recipe}.losses"].Values[step], loss, 1e-4);
            if (recipe == "sgd")
            {
                Assert.Equal(expected["sgd.norms"].Values[step], clipping.Norm, 1e-3);
            }
        }

        var trained = plan.GetWeights();
        Assert.All(expected.Below($"{recipe}.trained"), t => Compare.Close($"trained {t.Name}", t.Values, trained[t.Name].Values, 2e-4));
    }

    [Fact]
    public async Task Results_do_not_depend_on_threads()
    {
        var one = await Run(new Trainer(Normalized, Accumulated));
        var two = await Run(new Trainer(Normalized, Accumulated with { Threads = 2 }));
        Assert.Equal(Compare.Bits(one.GetWeights()), Compare.Bits(two.GetWeights()));
        Assert.NotEqual(Compare.Bits(one.GetWeights()), Compare.Bits((await Run(new Trainer(Normalized, Options))).GetWeights()));
    }

    [Fact]
    public async Task Accumulated_gradients_are_those_of_one_batch()
    {
        var whole = await Run(new Trainer(Small, Options with { BatchSize = 48, Epochs = 1 }));
        var parts = await Run(new Trainer(Small, Options with { BatchSize = 16, AccumulationSteps = 3, Epochs = 1 }));
        Assert.Equal(7, parts.Position.Updates);
        Assert.All(whole.GetWeights().Tensors, t => Compare.Close(t.Name, t.Values, parts.GetWeights()[t.Name].Values, 1e-4));
    }

    [Fact]
    public async Task Training_stopped_between_the_batches_of_a_step_goes_on_bitwise()
    {
        var straight = await Run(new Trainer(Normalized, Accumulated));
        using var stop = new CancellationTokenSource();
        var dataset = new StoppingDataset(Train, stop, after: 333 + 48 * 2 + 5);
        var stopped = new Trainer(Normalized, Accumulated);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Follow(stopped, dataset, null, stop.Token));
        Assert.Equal((1, 2), (stopped.Position.Epoch, stopped.Position.Step));
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "checkpoint.safetensors");
        Checkpoint.Save(file, stopped.GetState());
        var resumed = new Trainer(Normalized, Accumulated with { Threads = 2 });
        resumed.Resume(Checkpoint.Load(file, Normalized));
        Assert.Equal(Compare.Bits(straight.GetWeights()), Compare.Bits((await Run(resumed)).GetWeights()));
    }

    [Fact]
    public async Task A_plateau_goes_on_bitwise_from_a_checkpoint()
    {
        var options = Options with { Epochs = 6, Schedule = new ReduceLROnPlateau(0.1, patience: 0, threshold: 0.2) };
        var whole = new Trainer(Small, options);
        var epochs = await whole.FitAsync(Train, Test, cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(epochs[^1].LearningRate < 0.05);
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "checkpoint.safetensors");
        Checkpoint.Save(file, (await Run(new Trainer(Small, options with { Epochs = 3 }))).GetState());
        var resumed = new Trainer(Small, options);
        resumed.Resume(Checkpoint.Load(file, Small));
        var later = await resumed.FitAsync(Train, Test, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(epochs.Skip(3).Select(e => e.LearningRate), later.Select(e => e.LearningRate));
        Assert.Equal(Compare.Bits(whole.GetWeights()), Compare.Bits(resumed.GetWeights()));
    }

    [Fact]
    public void Groups_have_their_own_rates_and_decays()
    {
        var groups = ParameterGroups.Of(
            Normalized, Options with { NormWeightDecay = 0.3, BiasWeightDecay = 0.2, HeadLearningRate = 0.5 });
        (float Rate, float Decay) Of(string name) =>
            groups.StepAt(groups.IndexOf(name), 0.05, 1) is SgdStep step ? (step.LearningRate, step.WeightDecay) : default;
        Assert.Equal((0.05f, 1e-4f), Of("conv.weight"));
        Assert.Equal((0.05f, 0.2f), Of("conv.bias"));
        Assert.Equal((0.05f, 0.3f), Of("bn.weight"));
        Assert.Equal((0.05f, 0.2f), Of("bn.bias"));
        Assert.Equal((0.5f, 1e-4f), Of("fc.weight"));
        Assert.Equal((0.5f, 0.2f), Of("fc.bias"));
        Assert.Equal(1, ParameterGroups.Of(Normalized, Options).Count);
    }

    [Fact]
    public void A_norm_below_the_limit_leaves_the_gradients_as_they_are()
    {
        LaneMemory[] slots = [new(32), new(32)];
        slots[0].Slice(0, 32).Fill(0.5f);
        slots[1].Slice(0, 32).Fill(-0.25f);
        var clipping = new GradientClipWork(byValue: false, 10);
        clipping.Run(Workers.For(1), KernelSet.For(), slots, 32);
        Assert.Equal(0.25 * Math.Sqrt(32), clipping.Norm, 1e-6);
        Assert.All(slots[0].Slice(0, 32).ToArray(), v => Assert.Equal(0.25f, v));
        Assert.All(slots[1].Slice(0, 32).ToArray(), v => Assert.Equal(0, v));
    }

    [Fact]
    public void Values_out_of_range_are_refused()
    {
        (TrainingOptions Options, string Named)[] wrong =
        [
            (Options with { Clipping = new(0) }, "limit of the gradients 0"),
            (Options with { AccumulationSteps = 0 }, "accumulation steps 0"),
            (Options with { NormWeightDecay = -1 }, "norm weight decay -1"),
            (Options with { BiasWeightDecay = double.NaN }, "bias weight decay NaN"),
            (Options with { HeadLearningRate = 0 }, "head learning rate 0"),
            (Options with { LabelSmoothing = 1 }, "label smoothing 1"),
            (Options with { ClassWeights = [0] }, "class weight 0"),
            (Options with { ClassWeights = [1, 1] }, "2 class weights; small has 10 classes"),
        ];
        foreach (var (options, named) in wrong)
        {
            Assert.StartsWith(
                named, Assert.Throws<InvalidOptionException>(() => new Trainer(Small, options)).Message, StringComparison.Ordinal);
        }

        var convolutional = Network.Define("convolutional", new(1, 28, 28), x => x.Conv2d("conv", 10, kernelSize: 28).Flatten());
        var refused = Assert.Throws<InvalidOptionException>(() => new Trainer(convolutional, Options with { HeadLearningRate = 1 }));
        Assert.StartsWith("convolutional has no linear layer", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>Cancels when so many images have been read.</summary>
    private sealed class StoppingDataset(IFixedShapeImageDataset inner, CancellationTokenSource stop, int after) : IFixedShapeImageDataset
    {
        private int _read;

        public string Name => inner.Name;

        public IReadOnlyList<string> Classes => inner.Classes;

        public int Count => inner.Count;

        public Shape Shape => inner.Shape;

        public ImageTransform? Transform => inner.Transform;

        public int Label(int index) => inner.Label(index);

        public void Read(int index, Span<byte> pixels)
        {
            inner.Read(index, pixels);
            if (Interlocked.Increment(ref _read) == after)
            {
                stop.Cancel();
            }
        }
    }
}
