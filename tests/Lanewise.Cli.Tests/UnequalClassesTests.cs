using System.Text.Json;
using Lanewise.Imaging;
using Lanewise.Workflows;

namespace Lanewise.Cli.Tests;

/// <summary><c>train --class-weights</c> and <c>--balance</c> on a folder with nine images of one class to one of the other.</summary>
public sealed class UnequalClassesTests : IDisposable
{
    private const int Many = 36, Few = 4;

    private readonly TemporaryFolder _folder = new();

    public UnequalClassesTests()
    {
        foreach (var (split, label, count) in ((string, string, int)[])[
            ("train", "many", Many), ("train", "few", Few), ("val", "many", 9), ("val", "few", 9)])
        {
            string folder = _folder[$"images/{split}/{label}"];
            Directory.CreateDirectory(folder);
            byte[] pixels = new byte[28 * 28];
            for (int i = 0; i < count; i++)
            {
                new Random((split.Length * 1000) + (label.Length * 100) + i).NextBytes(pixels);
                // Brighter by a little than the noise: a network that learns the frequencies first answers "many".
                Array.ConvertAll(pixels, pixel => (byte)((pixel / 2) + (label == "few" ? 40 : 20))).CopyTo(pixels, 0);
                File.WriteAllBytes(Path.Combine(folder, $"{i}.png"), ImageWriter.Encode(new Shape(1, 28, 28), pixels, 1));
            }
        }
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private TrainSettings Settings => new()
    {
        Model = "residual",
        Dataset = _folder["images"],
        BatchSize = 8,
        Epochs = 3,
        Threads = 1,
        Augmentation = "digits",
        CheckpointMinutes = 0,
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Weights_follow_the_numbers_of_images()
    {
        var notices = new List<string>();
        await RunAsync(Settings with { ClassWeights = "auto" }, "run", new On(e => notices.Add((e as NoticeEvent)?.Text ?? "")));
        // 40 / (2 · 4) and 40 / (2 · 36), in the order of the names.
        Assert.Contains("class weights: few 5, many 0.556.", notices);
        using var args = JsonDocument.Parse(await File.ReadAllBytesAsync(_folder["run/args.json"], Token));
        Assert.Equal("auto", args.RootElement.GetProperty("class_weights").GetString());
        Assert.Equal([5f, 40f / 72], args.RootElement.GetProperty("class_weight_values").EnumerateArray().Select(weight => weight.GetSingle()));
    }

    [Fact]
    public async Task A_file_gives_weights_by_name_and_the_run_remembers_them()
    {
        File.WriteAllText(_folder["weights.csv"], "class,weight\nmany,0.5\nfew,4.5\n");
        File.WriteAllText(_folder["weights.json"], """{"few": 4.5, "many": 0.5}""");
        var csv = await RunAsync(Settings with { ClassWeights = _folder["weights.csv"] }, "csv");
        var json = await RunAsync(Settings with { ClassWeights = _folder["weights.json"] }, "json");
        var equal = await RunAsync(Settings, "equal");
        Assert.Equal(await ModelAsync("csv"), await ModelAsync("json"));
        Assert.NotEqual(equal.Epochs[0].ValLoss, csv.Epochs[0].ValLoss);
        Assert.Equal(csv.Epochs[2].ValLoss, json.Epochs[2].ValLoss);

        await StopAsync(Settings with { ClassWeights = _folder["weights.csv"] }, "stopped");
        File.Delete(_folder["weights.csv"]);
        await TrainingJob.Resume(_folder["stopped"]).RunAsync(cancellationToken: Token);
        Assert.Equal(await ModelAsync("csv"), await ModelAsync("stopped"));
    }

    [Theory]
    [InlineData("meny,2\n", "there is no class 'meny'; did you mean 'many'?")]
    [InlineData("many,-1\n", "the weight of 'many' is not a positive number")]
    [InlineData("many\n", "line 1 is 'many'")]
    [InlineData("{\"many\": \"x\"}", "expected a JSON object, or a line 'class,weight' for each class.")]
    [InlineData("class,weight\n", "it has no class")]
    public async Task A_file_that_does_not_fit_is_refused(string content, string expected)
    {
        File.WriteAllText(_folder["weights.csv"], content);
        var e = await Assert.ThrowsAsync<JobException>(() => RunAsync(Settings with { ClassWeights = _folder["weights.csv"] }, "run"));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["run"]));
    }

    [Fact]
    public async Task A_balanced_training_depends_on_neither_threads_nor_stops()
    {
        var settings = Settings with { Balance = true };
        var whole = await RunAsync(settings, "whole");
        await RunAsync(settings with { Threads = 2 }, "threads");
        await StopAsync(settings, "stopped");
        await TrainingJob.Resume(_folder["stopped"]).RunAsync(cancellationToken: Token);
        Assert.Equal(await ModelAsync("whole"), await ModelAsync("threads"));
        Assert.Equal(await ModelAsync("whole"), await ModelAsync("stopped"));
        var unbalanced = await RunAsync(Settings, "unbalanced");
        Assert.NotEqual(whole.Epochs[^1].ValLoss, unbalanced.Epochs[^1].ValLoss);
    }

    [Fact]
    public void Both_together_are_refused()
    {
        var e = Assert.Throws<SettingException>(() => TrainingJob.Create(Settings with { Balance = true, ClassWeights = "auto" }, _folder["run"]));
        Assert.Contains("cannot be combined", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_resumed_run_keeps_its_way_with_unequal_classes()
    {
        await RunAsync(Settings with { Epochs = 1, Balance = true }, "run");
        var e = Assert.Throws<SettingException>(() => TrainingJob.Resume(_folder["run"], settings => settings with { ClassWeights = "auto" }));
        Assert.Equal("class-weights", e.Setting);
    }

    private async Task StopAsync(TrainSettings settings, string run)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var inEpoch = new On(e =>
        {
            if (e is StepEvent { Progress: { Epoch: 2, Step: 2 } })
            {
                stop.Cancel();
            }
        });
        await Assert.ThrowsAsync<TrainingStoppedException>(() => TrainingJob.Create(settings, _folder[run]).RunAsync(inEpoch, stop.Token));
    }

    private Task<TrainingResult> RunAsync(TrainSettings settings, string run, IProgress<JobEvent>? progress = null) =>
        TrainingJob.Create(settings, _folder[run]).RunAsync(progress, Token);

    private Task<byte[]> ModelAsync(string run) => File.ReadAllBytesAsync(_folder[$"{run}/model.safetensors"], Token);

    private sealed class On(Action<JobEvent> action) : IProgress<JobEvent>
    {
        public void Report(JobEvent value) => action(value);
    }
}
