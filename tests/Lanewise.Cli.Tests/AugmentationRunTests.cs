using System.Text.Json;
using Lanewise.Files;
using Lanewise.Workflows;

namespace Lanewise.Cli.Tests;

/// <summary>Augmentation, mixup and cutmix of runs: what is recorded, and that a resumed run goes on with the same.</summary>
public sealed class AugmentationRunTests : IDisposable
{
    private const string Recorded =
        "RandomHorizontalFlip p=0.1; RandomAffine degrees=12 translate=0.08 scale=0.9,1.1 shear=5; RandAugment num_ops=2 magnitude=9 "
        + "magnitude_std=0.5 increasing=1 p=0.5; ColorJitter brightness=0.4 contrast=0.4 saturation=0.4 hue=0; RandomErasing p=0.3 "
        + "scale=0.02,0.3333333333333333 ratio=0.3,3.3333333333333335 mode=pixel";

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static TrainSettings Plain => new()
    {
        Model = "residual",
        Dataset = "digits",
        LimitTrain = 200,
        LimitTest = 40,
        Epochs = 2,
        Threads = 1,
    };

    private static TrainSettings Settings => Plain with
    {
        Augmentation = "digits",
        AugmentationChanges = new()
        {
            HorizontalFlip = 0.1,
            Degrees = 12,
            AutoAugment = "rand-m9-mstd0.5-inc1",
            ColorJitter = 0.4,
            ErasingProbability = 0.3,
            ErasingMode = ErasingMode.Pixel,
            MixupAlpha = 0.2,
            CutMixAlpha = 1,
            MixupProbability = 0.9,
        },
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_run_stopped_within_an_epoch_is_bitwise_that_which_was_not_at_any_number_of_threads()
    {
        var straight = await TrainingJob.Create(Settings, _folder["straight"]).RunAsync(cancellationToken: Token);
        await TrainingJob.Create(Settings with { Threads = 2 }, _folder["threads"]).RunAsync(cancellationToken: Token);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var stopped = TrainingJob.Create(Settings, _folder["parts"]);
        var steps = new Steps(count => (count == 6 ? stop : null)?.Cancel());
        await Assert.ThrowsAsync<TrainingStoppedException>(() => stopped.RunAsync(steps, stop.Token));
        await TrainingJob.Resume(_folder["parts"]).RunAsync(cancellationToken: Token);

        byte[] expected = await File.ReadAllBytesAsync(straight.Directory.Model, Token);
        Assert.Equal(expected, await File.ReadAllBytesAsync(_folder["threads/model.safetensors"], Token));
        Assert.Equal(expected, await File.ReadAllBytesAsync(_folder["parts/model.safetensors"], Token));
    }

    [Fact]
    public async Task Arguments_and_model_say_what_was_done_to_the_images()
    {
        var job = TrainingJob.Create(Settings with { Epochs = 1 }, _folder["run"]);
        await job.RunAsync(cancellationToken: Token);
        Assert.Equal(Recorded, Argument("augmentation"));
        Assert.Equal(Recorded, ModelFile.Load(job.Directory.Model).Card.Augmentation);

        // What was recorded counts, whatever the names mean in another version.
        string arguments = await File.ReadAllTextAsync(job.Directory.Arguments, Token);
        await File.WriteAllTextAsync(job.Directory.Arguments, arguments.Replace(Recorded, "RandomVerticalFlip p=1", StringComparison.Ordinal), Token);
        await TrainingJob.Resume(_folder["run"], s => s with { Epochs = 2 }).RunAsync(cancellationToken: Token);
        Assert.Equal("RandomVerticalFlip p=1", ModelFile.Load(job.Directory.Model).Card.Augmentation);

        await File.WriteAllTextAsync(job.Directory.Arguments, arguments.Replace(Recorded, "RandomRain p=1", StringComparison.Ordinal), Token);
        var e = Assert.Throws<LanewiseException>(() => TrainingJob.Resume(_folder["run"], s => s with { Epochs = 3 }));
        Assert.Contains("'RandomRain p=1' is not a transform of this version", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Arguments_without_the_new_keys_resume_bitwise()
    {
        var settings = Plain with { Augmentation = "cifar" };
        var straight = await TrainingJob.Create(settings, _folder["straight"]).RunAsync(cancellationToken: Token);
        var job = TrainingJob.Create(settings with { Epochs = 1 }, _folder["old"]);
        await job.RunAsync(cancellationToken: Token);
        string[] added = [.. AugmentationSettings.AllSettings.Select(row => row.JsonKey), "augmentation"];
        using (var document = JsonDocument.Parse(await File.ReadAllTextAsync(job.Directory.Arguments, Token)))
        {
            var kept = document.RootElement.EnumerateObject().Where(property => !added.Contains(property.Name));
            string old = string.Join(",", kept.Select(property => $"\"{property.Name}\": {property.Value.GetRawText()}"));
            await File.WriteAllTextAsync(job.Directory.Arguments, $"{{{old}}}", Token);
        }

        await TrainingJob.Resume(_folder["old"], s => s with { Epochs = 2 }).RunAsync(cancellationToken: Token);
        Assert.Equal(
            Safetensors.Read(straight.Directory.Model).Tensors.Select(tensor => tensor.Values),
            Safetensors.Read(_folder["old/model.safetensors"]).Tensors.Select(tensor => tensor.Values));
    }

    [Fact]
    public async Task A_crop_that_the_named_augmentation_lacks_is_not_changed()
    {
        var settings = Plain with { Augmentation = "digits", AugmentationChanges = new() { Scale = (0.5, 1) } };
        var e = await Assert.ThrowsAsync<SettingException>(
            () => TrainingJob.Create(settings, _folder["run"]).RunAsync(cancellationToken: Token));
        Assert.Equal(
            ("{scale}: only the crop of {aug} imagenet is resized; omit {scale} or use it with {aug} imagenet.", "scale"),
            (e.Text, e.Setting));
        Assert.Equal(
            "RandomResizedCrop scale=0.5,1 ratio=0.75,1.3333333333333333; RandomHorizontalFlip p=0.5",
            settings.AugmentationChanges.Apply(Augmentation.ImageNet).ToString());
        Assert.Equal("none", new AugmentationSettings { HorizontalFlip = 0 }.Apply(new(new RandomHorizontalFlip())).ToString());
    }

    private string? Argument(string key)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(_folder["run/args.json"]));
        return document.RootElement.GetProperty(key).GetString();
    }

    private sealed class Steps(Action<int> at) : IProgress<JobEvent>
    {
        private int _count;

        public void Report(JobEvent value)
        {
            if (value is StepEvent)
            {
                at(++_count);
            }
        }
    }
}
