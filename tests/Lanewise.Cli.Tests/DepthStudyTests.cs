using Lanewise.Analysis;
using Lanewise.Files;
using Lanewise.Workflows;

namespace Lanewise.Cli.Tests;

/// <summary>The depth study as a job, without the command line.</summary>
public sealed class DepthStudyTests
{
    private const string Run = "plain8-seed3";

    /// <summary>The shallow plain network, trained to the end.</summary>
    private static readonly Lazy<Task<DepthResult>> Whole = new(async () =>
    {
        using var folder = new TemporaryFolder();
        return await RunAsync(DepthJob.Create(Small, folder["study"]));
    });

    // 90 images in batches of 16 are six steps an epoch.
    private static DepthSettings Small => new()
    {
        Depths = [8],
        Families = [DepthFamily.Plain],
        Seeds = [3],
        Dataset = "digits",
        LimitTrain = 90,
        LimitTest = 40,
        Epochs = 3,
        BatchSize = 16,
        Threads = 1,
        LearningRate = 0.05,
    };

    [Fact]
    public void Shallow_networks_come_first_and_every_family_and_seed_is_there()
    {
        var settings = new DepthSettings { Depths = [14, 8], Seeds = [3, 5] };
        Assert.Equal(
            [
                "plain8-seed3", "residual8-seed3", "plain14-seed3", "residual14-seed3",
                "plain8-seed5", "residual8-seed5", "plain14-seed5", "residual14-seed5",
            ],
            settings.Runs.Select(run => run.Name));
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
        var error = Assert.Throws<SettingException>(() => DepthJob.Create(Small with { Depths = [depth] }, "unused"));
        Assert.StartsWith($"There is no network of {depth} layers; there are 8, 14, 20", error.Message, StringComparison.Ordinal);
        Assert.EndsWith(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_has_as_many_layers_as_its_depth_says()
    {
        var run = new DepthRun(DepthFamily.Residual, 26, BatchNorm: true, WeightStart.Default, Seed: 3);
        Assert.Equal(26, GradientFlow.Layers(run.CreateNetwork(ImageTransform.Mnist.Input, 10)).Count);
    }

    [Fact]
    public void Recorded_steps_are_spread_evenly_from_the_second_to_the_last()
    {
        Assert.Equal([4, 8, 12, 17], DepthStudy.StepsToRecord(steps: 18, samples: 5));
        Assert.Equal(Enumerable.Range(1, 17).Select(i => (long)i), DepthStudy.StepsToRecord(steps: 18, samples: 40));
    }

    [Fact]
    public async Task Gradients_are_measured_at_the_start_and_over_all_steps_and_errors_are_shares_of_images()
    {
        var result = await Whole.Value;
        Assert.Equal(Enumerable.Range(0, 18), result.Samples.Select(s => (int)s.Step));
        Assert.Equal([1, 2, 3], result.Epochs.Select(e => e.Epoch));
        Assert.All(result.Epochs, e => Assert.Equal(Math.Round(e.TrainError * 90) / 90, e.TrainError));
        Assert.All(result.Epochs, e => Assert.Equal(Math.Round(e.TestError * 40) / 40, e.TestError));
        using var folder = new TemporaryFolder();
        var start = await RunAsync(DepthJob.Create(Small with { AtStart = true }, folder["study"]));
        Assert.Equal(Flat(start), Flat(result with { Samples = [result.AtStart], Epochs = [] }));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(10)]
    [InlineData(18)]
    public async Task A_study_resumed_after_any_step_has_the_same_result(int steps)
    {
        using var folder = new TemporaryFolder();
        await StopAsync(DepthJob.Create(Small, folder["study"]), steps);
        Assert.True(File.Exists(folder[$"study/{Run}/checkpoint.safetensors"]));
        Assert.Equal(steps > 6, File.Exists(folder[$"study/{Run}/model.safetensors"]));
        var result = await RunAsync(DepthJob.Resume(folder["study"]));
        Assert.Equal(Flat(await Whole.Value), Flat(result));
        Assert.False(Directory.Exists(folder[$"study/{Run}"]));
    }

    [Fact]
    public async Task Results_beyond_the_checkpoint_are_computed_again()
    {
        using var folder = new TemporaryFolder();
        await StopAsync(DepthJob.Create(Small, folder["study"]), steps: 9);
        string checkpoint = folder[$"study/{Run}/checkpoint.safetensors"];
        byte[] earlier = File.ReadAllBytes(checkpoint);
        await StopAsync(DepthJob.Resume(folder["study"]), steps: 6);
        Assert.Equal(1 + 2, EpochsIn(folder).Length);
        Assert.Equal("plain8", ModelFile.Load(folder[$"study/{Run}"]).Network.Name);
        File.WriteAllBytes(checkpoint, earlier);
        Assert.Equal(Flat(await Whole.Value), Flat(await RunAsync(DepthJob.Resume(folder["study"]))));
    }

    [Fact]
    public async Task Gradients_that_do_not_reach_the_checkpoint_are_an_error()
    {
        using var folder = new TemporaryFolder();
        await StopAsync(DepthJob.Create(Small, folder["study"]), steps: 9);
        string path = folder[$"study/{Run}/gradients.csv"];
        File.WriteAllLines(path, File.ReadAllLines(path).Take(1));
        var error = await Assert.ThrowsAsync<InterruptedStudyException>(() => RunAsync(DepthJob.Resume(folder["study"])));
        Assert.Contains("gradients.csv is incomplete.", error.Message, StringComparison.Ordinal);
        Assert.EndsWith($"To repeat this run, delete {folder[$"study/{Run}"]}.", error.Message, StringComparison.Ordinal);
        File.Delete(path);
        await Assert.ThrowsAsync<InterruptedStudyException>(() => RunAsync(DepthJob.Resume(folder["study"])));
        Directory.Delete(folder[$"study/{Run}"], recursive: true);
        Assert.Equal(Flat(await Whole.Value), Flat(await RunAsync(DepthJob.Resume(folder["study"]))));
    }

    [Fact]
    public async Task A_diverging_loss_is_reported_with_the_results_before_it()
    {
        using var folder = new TemporaryFolder();
        var result = await RunAsync(DepthJob.Create(Small with { BatchNorm = false, LearningRate = 1e6 }, folder["study"]));
        Assert.True(result.Diverged);
        Assert.Null(result.TrainError);
        Assert.Empty(result.Epochs);
        Assert.Equal(0, result.AtStart.Step);
    }

    [Fact]
    public void A_study_needs_something_to_compare_and_names_it_once()
    {
        Assert.Throws<SettingException>(() => DepthJob.Create(Small with { Seeds = [] }, "unused"));
        Assert.Throws<SettingException>(() => DepthJob.Create(Small with { Depths = [8, 8] }, "unused"));
        Assert.False(Directory.Exists("unused"));
    }

    [Fact]
    public void A_study_whose_settings_name_a_seed_twice_is_not_resumed()
    {
        using var folder = new TemporaryFolder();
        string arguments = DepthJob.Create(Small, folder["study"]).Directory.Arguments;
        string text = File.ReadAllText(arguments);
        Assert.Contains("\"seeds\": [", text, StringComparison.Ordinal);
        File.WriteAllText(arguments, text.Replace("\"seeds\": [", "\"seeds\": [3,", StringComparison.Ordinal));
        var error = Assert.ThrowsAny<LanewiseException>(() => DepthJob.Resume(folder["study"]));
        Assert.Contains("a value is repeated", error.Message, StringComparison.Ordinal);
    }

    private static string[] EpochsIn(TemporaryFolder folder) => File.ReadAllLines(folder[$"study/{Run}/summary.csv"]);

    private static async Task<DepthResult> RunAsync(DepthJob job) =>
        Assert.Single((await job.RunAsync(cancellationToken: TestContext.Current.CancellationToken)).Results);

    private static async Task StopAsync(DepthJob job, int steps)
    {
        using var stop = new CancellationTokenSource();
        var error = await Assert.ThrowsAsync<StudyStoppedException>(() => job.RunAsync(new StopAfter(steps, stop), stop.Token));
        Assert.Equal("stopped after 0 of 1 run.", error.Message);
    }

    /// <summary>All numbers of a result; equal only if all bits are.</summary>
    private static string[] Flat(DepthResult result) =>
    [
        .. result.Epochs.Select(e => e.ToString()),
        .. from sample in result.Samples from layer in sample.Layers select $"{sample.Step} {layer}",
    ];

    private sealed class StopAfter(int steps, CancellationTokenSource stop) : IProgress<JobEvent>
    {
        private int _left = steps;

        public void Report(JobEvent value)
        {
            if (value is StepEvent && --_left == 0)
            {
                stop.Cancel();
            }
        }
    }
}
