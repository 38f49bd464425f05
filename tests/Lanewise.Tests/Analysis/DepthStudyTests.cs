using Lanewise.Analysis;
using Lanewise.Engine;
using Xunit;

namespace Lanewise.Tests.Analysis;

public sealed class DepthStudyTests
{
    private static readonly DepthRun Plain8 = new(DepthFamily.Plain, 8, BatchNorm: true, WeightStart.Default, Seed: 3);

    /// <summary>The shallow plain network, trained to the end; the tests only look at it.</summary>
    private static readonly Lazy<Task<DepthTraining>> Whole = new(async () =>
    {
        var training = Study(Options).Train(Plain8);
        await Run(training);
        return training;
    });

    // 90 images in batches of 16 are six steps an epoch.
    private static DepthStudyOptions Options => new()
    {
        Depths = [14, 8],
        Seeds = [3],
        Samples = 5,
        Training = new TrainingOptions { Epochs = 3, BatchSize = 16, Threads = 1, Optimizer = new Sgd(0.05, 0.9) },
    };

    [Fact]
    public void Shallow_networks_come_first_and_every_family_and_seed_is_there()
    {
        var runs = (Options with { Seeds = [3, 5] }).Runs;
        Assert.Equal(
            ["plain8-seed3", "residual8-seed3", "plain14-seed3", "residual14-seed3", "plain8-seed5", "residual8-seed5", "plain14-seed5", "residual14-seed5"],
            runs.Select(run => run.Name));
    }

    [Theory]
    [InlineData(7, "up to 1202.")]
    [InlineData(-6, "up to 1202.")]
    [InlineData(int.MinValue, "up to 1202.")]
    [InlineData(18, "the nearest are 14 and 20.")]
    [InlineData(57, "the nearest are 56 and 62.")]
    [InlineData(1208, "up to 1202.")]
    public void Depths_that_do_not_exist_are_answered_with_those_that_do(int depth, string expected)
    {
        var error = Assert.ThrowsAny<LanewiseException>(() => Study(Options with { Depths = [depth] }));
        Assert.StartsWith($"There is no network of {depth} layers; there are 8, 14, 20", error.Message);
        Assert.EndsWith(expected, error.Message);
    }

    [Fact]
    public void A_network_has_as_many_layers_as_its_depth_says()
    {
        var run = Plain8 with { Depth = 26, Family = DepthFamily.Residual };
        Assert.Equal(26, GradientFlow.Layers(Study(Options).CreateNetwork(run)).Count);
    }

    [Fact]
    public async Task Errors_are_those_of_the_weights_and_gradients_are_measured_over_all_steps()
    {
        var (study, training) = (Study(Options), await Whole.Value);
        var result = training.Result;
        Assert.Equal([0, 4, 8, 12, 17], result.Samples.Select(s => s.Step));
        Assert.Equal(Flat(study.MeasureStart(Plain8)), Flat(result with { Samples = [result.AtStart], Epochs = [] }));
        Assert.Equal([1, 2, 3], result.Epochs.Select(e => e.Epoch));
        var plan = Plan.Compile(study.CreateNetwork(Plain8), new PlanOptions());
        plan.SetWeights(training.GetState().Weights);
        var onTrain = Evaluation.Run(plan, Train, ImageTransform.Mnist, TestContext.Current.CancellationToken);
        var onTest = Evaluation.Run(plan, Test, ImageTransform.Mnist, TestContext.Current.CancellationToken);
        Assert.Equal((double)(onTrain.Total - onTrain.Correct) / onTrain.Total, result.TrainError);
        Assert.Equal((double)(onTest.Total - onTest.Correct) / onTest.Total, result.TestError);
        Assert.Equal(onTrain.Loss, result.Epochs[^1].TrainLoss, 1e-6);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(10)]
    [InlineData(18)]
    public async Task A_study_resumed_after_any_step_has_the_same_result(int steps)
    {
        var (study, whole) = (Study(Options), await Whole.Value);
        var stopped = study.Train(Plain8);
        using (var stop = new CancellationTokenSource())
        {
            int left = steps;
            var progress = new Watch(() =>
            {
                if (--left == 0)
                {
                    stop.Cancel();
                }
            });
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Run(stopped, progress, stop.Token));
        }

        var resumed = study.Train(Plain8);
        resumed.Resume(stopped.GetState(), stopped.Result);
        await Run(resumed);
        Assert.Equal(Flat(whole.Result), Flat(resumed.Result));
    }

    [Fact]
    public async Task Results_beyond_the_checkpoint_are_computed_again()
    {
        var study = Study(Options);
        var training = study.Train(Plain8);
        TrainerState? afterTwo = null;
        await foreach (var epoch in training.RunAsync(cancellationToken: TestContext.Current.CancellationToken))
        {
            afterTwo = epoch.Epoch == 2 ? training.GetState() : afterTwo;
        }

        var whole = training.Result;
        // Stopped before the second epoch's training set was evaluated.
        var unevaluated = whole with { Epochs = [whole.Epochs[0], whole.Epochs[1] with { TrainLoss = double.NaN, TrainError = double.NaN }, whole.Epochs[2]] };
        var resumed = study.Train(Plain8);
        resumed.Resume(afterTwo!, unevaluated);
        await Run(resumed);
        Assert.Equal(Flat(whole), Flat(resumed.Result));
    }

    [Fact]
    public async Task A_result_that_does_not_reach_the_checkpoint_is_an_error()
    {
        var (training, whole) = (Study(Options).Train(Plain8), await Whole.Value);
        var cut = whole.Result with { Epochs = [] };
        Assert.Contains("start this run again", Assert.ThrowsAny<LanewiseException>(() => training.Resume(whole.GetState(), cut)).Message);
        Assert.ThrowsAny<LanewiseException>(() => training.Resume(whole.GetState(), whole.Result with { Run = Plain8 with { Seed = 4 } }));
    }

    [Fact]
    public async Task A_diverging_loss_is_reported_with_the_results_before_it()
    {
        var wild = Options with { BatchNorm = false, Training = Options.Training with { Optimizer = new Sgd(1e6) } };
        var run = Plain8 with { BatchNorm = false };
        var training = Study(wild).Train(run);
        await Run(training);
        Assert.True(training.Result.Diverged);
        Assert.Null(training.Result.TrainError);
        Assert.Empty(training.Result.Epochs);
        Assert.Equal(0, training.Result.AtStart.Step);
    }

    [Fact]
    public void A_study_needs_something_to_compare_and_names_it_once()
    {
        Assert.ThrowsAny<LanewiseException>(() => Study(Options with { Seeds = [] }));
        Assert.ThrowsAny<LanewiseException>(() => Study(Options with { Depths = [8, 8] }));
        Assert.ThrowsAny<LanewiseException>(() => Study(Options with { Samples = 0 }));
    }

    private static IFixedShapeImageDataset Train => BuiltInDigits.Train(90);

    private static IFixedShapeImageDataset Test => BuiltInDigits.Test(40);

    private static DepthStudy Study(DepthStudyOptions options) => new(options, Train, Test, ImageTransform.Mnist);

    private static async Task Run(
        DepthTraining training, IProgress<TrainingProgress>? progress = null, CancellationToken? cancellation = null)
    {
        await foreach (var _ in training.RunAsync(progress, cancellation ?? TestContext.Current.CancellationToken))
        {
        }
    }

    /// <summary>All figures of a result; equal only if all bits are.</summary>
    private static string[] Flat(DepthResult result) =>
    [
        .. result.Epochs.Select(e => e.ToString()),
        .. from sample in result.Samples from layer in sample.Layers select $"{sample.Step} {layer}",
    ];

    private sealed class Watch(Action step) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => step();
    }
}
