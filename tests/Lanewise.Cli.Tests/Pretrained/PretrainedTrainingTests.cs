using System.Text.Json;
using Lanewise.Files;
using Lanewise.Imaging;
using Lanewise.Workflows;

namespace Lanewise.Cli.Tests.Pretrained;

/// <summary>Training from pretrained weights: random ones of the published form, in a cache of the test.</summary>
public sealed class PretrainedTrainingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public PretrainedTrainingTests()
    {
        foreach (string split in (string[])["train", "val"])
        {
            foreach (var (name, grey) in ((string, byte)[])[("dark", 40), ("light", 200)])
            {
                Directory.CreateDirectory(_folder[$"photos/{split}/{name}"]);
                for (int i = 0; i < 2; i++)
                {
                    byte[] pixels = new byte[3 * 40 * 40];
                    Array.Fill(pixels, (byte)(grey + i));
                    File.WriteAllBytes(_folder[$"photos/{split}/{name}/{i}.png"], ImageWriter.Encode(new Shape(3, 40, 40), pixels));
                }
            }
        }
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private TrainSettings Settings => new()
    {
        Model = "googlenet",
        Dataset = $"folder:{_folder["photos"]}",
        DataDir = _folder.Path,
        Input = new() { ImageSize = 64 },
        Epochs = 1,
        BatchSize = 2,
        Threads = 1,
        Freeze = true,
        Augmentation = "none",
        Schedule = ScheduleKind.None,
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_run_starts_from_the_models_own_weights_and_needs_none_to_resume()
    {
        var published = Published.WriteFetched(_folder.Path, "googlenet");
        var job = TrainingJob.Create(Settings with { Pretrained = "default" }, _folder["run"]);
        Assert.Equal("googlenet", job.Settings.Pretrained);
        var notices = new Notices();
        await job.RunAsync(notices, Token);
        Assert.Contains(notices.All, text => text.StartsWith("pretrained weights: torchvision, IMAGENET1K_V1", StringComparison.Ordinal));
        Assert.Contains(notices.All, text => text.StartsWith("googlenet has no fc.weight, fc.bias for 2 classes", StringComparison.Ordinal));

        var model = ModelFile.Load(job.Directory.Model);
        Assert.Equal(published["inception5b.branch1.conv.weight"].Values, model.Weights["inception5b.branch1.conv.weight"].Values);
        AssertCard(model.Card);
        using var arguments = JsonDocument.Parse(await File.ReadAllTextAsync(job.Directory.Arguments, Token));
        Assert.Equal("googlenet", arguments.RootElement.GetProperty("pretrained").GetString());
        Assert.Equal("BSD-3-Clause", arguments.RootElement.GetProperty("weights_license").GetString());

        Directory.Delete(_folder["weights"], recursive: true);
        var resumed = await TrainingJob.Resume(job.Directory.Path, settings => settings with { Epochs = 2 }).RunAsync(cancellationToken: Token);
        Assert.Equal(2, resumed.Epochs.Count);
        AssertCard(ModelFile.Load(job.Directory.Model).Card);

        Published.WriteFetched(_folder.Path, "googlenet");
        var straight = await TrainingJob.Create(Settings with { Pretrained = "googlenet", Epochs = 2 }, _folder["straight"])
            .RunAsync(cancellationToken: Token);
        Assert.Equal(straight.Epochs.Select(e => e.ValLoss), resumed.Epochs.Select(e => e.ValLoss));

        static void AssertCard(ModelCard card)
        {
            // The published weights are of networks that re-normalize inside, unlike the model's default.
            Assert.Equal([0.5f, 0.5f, 0.5f], card.Transform!.Mean);
            Assert.Equal(0.875f, card.Transform.CropPct);
            Assert.Equal(["dark", "light"], card.Classes);
            Assert.Equal("BSD-3-Clause", card.License);
            Assert.Equal("torchvision, IMAGENET1K_V1: trained on the 1,000 classes of ImageNet", card.Origin);
        }
    }

    [Fact]
    public async Task What_a_person_sets_comes_before_the_weights_own_preprocessing()
    {
        Published.WriteFetched(_folder.Path, "googlenet");
        var settings = Settings with { Pretrained = "googlenet", Input = new() { ImageSize = 64, Mean = [0.25f], CropPct = 1 } };
        var job = TrainingJob.Create(settings, _folder["run"]);
        await job.RunAsync(cancellationToken: Token);
        var transform = ModelFile.Load(job.Directory.Model).Card.Transform!;
        Assert.Equal([0.25f, 0.25f, 0.25f], transform.Mean);
        Assert.Equal([0.5f, 0.5f, 0.5f], transform.Std);
        Assert.Equal(1, transform.CropPct);
    }

    [Fact]
    public async Task A_file_of_another_run_keeps_its_licence_and_preprocessing()
    {
        Published.WriteFetched(_folder.Path, "googlenet");
        var first = TrainingJob.Create(Settings with { Pretrained = "googlenet" }, _folder["first"]);
        await first.RunAsync(cancellationToken: Token);
        var second = TrainingJob.Create(Settings with { Pretrained = first.Directory.Model }, _folder["second"]);
        await second.RunAsync(cancellationToken: Token);
        var card = ModelFile.Load(second.Directory.Model).Card;
        Assert.Equal("BSD-3-Clause", card.License);
        Assert.Equal([0.5f, 0.5f, 0.5f], card.Transform!.Mean);
    }

    [Fact]
    public async Task Missing_weights_are_fetched_and_a_failure_leaves_no_run()
    {
        var job = TrainingJob.Create(Settings with { Pretrained = "googlenet", DataDir = null }, _folder["run"]);
        job.Fetching = new() { Mirror = new Uri("http://127.0.0.1:9/") };
        Assert.SkipWhen(new PretrainedStore().Locate(PretrainedCatalog.Find("googlenet")) is not null, "the weights are on this machine");
        var e = await Assert.ThrowsAsync<PretrainedException>(() => job.RunAsync(cancellationToken: Token));
        Assert.Equal(PretrainedError.FetchFailed, e.Error);
        Assert.False(Directory.Exists(_folder["run"]));
    }

    [Fact]
    public void Contradictions_are_found_before_anything_is_read()
    {
        AssertRefused(Settings with { Model = "inception", Pretrained = "default" }, "pretrained: there are no pretrained weights of inception");
        AssertRefused(Settings with { Pretrained = "resnet18" }, "pretrained resnet18: these are weights of resnet18, not of googlenet;");
        AssertRefused(Settings with { Pretrained = "googlenet", Weights = "w" }, "pretrained and weights cannot be combined");
        AssertRefused(Settings with { Pretrained = "resnet81" }, "did you mean 'resnet18'?");

        void AssertRefused(TrainSettings settings, string expected)
        {
            var e = Assert.Throws<SettingException>(() => TrainingJob.Create(settings, _folder["run"]));
            Assert.Contains(expected, e.Message, StringComparison.Ordinal);
            Assert.False(Directory.Exists(_folder["run"]));
        }
    }

    [Fact]
    public async Task Names_are_models_for_all_verbs_that_take_one()
    {
        string cache = _folder["cache"], image = _folder["photos/val/dark/0.png"];
        Published.WriteFetched(Path.Combine(cache, "lanewise"), "googlenet");
        var predicted = (await CliProgram.RunWithCacheAsync(cache, _folder.Path, "predict", "googlenet", image, "--json")).Ok();
        Assert.DoesNotContain("does not say how images are prepared", predicted.Error, StringComparison.Ordinal);
        var logits = JsonDocument.Parse(predicted.Out).RootElement.GetProperty("predictions")[0].GetProperty("logits");
        Assert.Equal(1000, logits.GetArrayLength());

        (await CliProgram.RunWithCacheAsync(cache, _folder.Path, "convert", "googlenet", "out.safetensors")).Ok();
        var card = ModelFile.Load(_folder["out.safetensors"]).Card;
        Assert.Equal(("googlenet", "BSD-3-Clause"), (card.Model, card.License));
        Assert.Equal([0.5f, 0.5f, 0.5f], card.Transform!.Mean);

        var started = (await CliProgram.RunWithCacheAsync(
            cache, _folder.Path, "train", "googlenet", "--pretrained", "--freeze", "--dataset", $"folder:{_folder["photos"]}",
            "--img-size", "64", "--epochs", "1", "--output", "run")).Ok();
        Assert.Contains("training only fc.weight, fc.bias.", started.Error, StringComparison.Ordinal);

        // An existing path comes before a name.
        File.Copy(_folder["run/model.safetensors"], _folder["googlenet"]);
        var own = (await CliProgram.RunWithCacheAsync(cache, _folder.Path, "predict", "googlenet", image, "--json")).Ok();
        Assert.Equal(2, JsonDocument.Parse(own.Out).RootElement.GetProperty("predictions")[0].GetProperty("logits").GetArrayLength());
    }

    private sealed class Notices : IProgress<JobEvent>
    {
        public List<string> All { get; } = [];

        public void Report(JobEvent value)
        {
            if (value is NoticeEvent notice)
            {
                All.Add(notice.Message);
            }
        }
    }
}
