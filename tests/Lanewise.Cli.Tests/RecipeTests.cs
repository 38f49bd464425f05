using Lanewise.Files;
using Lanewise.Workflows;

namespace Lanewise.Cli.Tests;

/// <summary>Settings that a model of the catalog brings, and features of frozen layers that are computed once.</summary>
public sealed class RecipeTests : IDisposable
{
    private static readonly TrainingRecipe Frozen = ModelCatalog.Find("resnet18-cntk").FrozenFeatures!;
    private static readonly TrainingRecipe FineTuning = ModelCatalog.Find("resnet18-cntk").FineTuning!;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static TrainSettings Pretrained => new() { Model = "resnet18-cntk", Weights = "body.safetensors" };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_models_recipe_is_the_default_for_pretrained_weights(bool freeze)
    {
        var (settings, recipe) = (Pretrained with { Freeze = freeze }, freeze ? Frozen : FineTuning);
        Assert.Equal(
            (recipe.Epochs, recipe.BatchSize, recipe.LearningRate, recipe.Momentum, recipe.WeightDecay),
            (settings.Epochs, settings.BatchSize, settings.LearningRate, settings.Momentum, settings.WeightDecay));
        Assert.Equal((OptimizerKind.Sgd, ScheduleKind.Cosine), (settings.Optimizer, settings.Schedule));
        Assert.Equal(!freeze, settings.FreezeBatchNorm);
        settings.Check();

        var given = settings with { Epochs = 7, LearningRate = 0.25, Schedule = ScheduleKind.None };
        Assert.Equal((7, 0.25, ScheduleKind.None, recipe.BatchSize), (given.Epochs, given.LearningRate, given.Schedule, given.BatchSize));

        // The recipe's learning rate is for its optimizer.
        var adamw = settings with { Optimizer = OptimizerKind.AdamW };
        Assert.Equal((0.001, 0, 0.01, recipe.Epochs), (adamw.LearningRate, adamw.Momentum, adamw.WeightDecay, adamw.Epochs));
    }

    [Fact]
    public void Without_weights_and_for_other_models_the_tutorials_settings_are_the_default()
    {
        TrainSettings[] others = [new() { Model = "resnet18-cntk" }, Pretrained with { Model = "resnet18" }, new()];
        Assert.All(others, settings => Assert.Equal(
            (10, 64, 0.01, 0.5, 0, ScheduleKind.None),
            (settings.Epochs, settings.BatchSize, settings.LearningRate, settings.Momentum, settings.WeightDecay, settings.Schedule)));
    }

    [Fact]
    public async Task Frozen_batch_norm_keeps_its_statistics_and_parameters_while_convolutions_are_trained()
    {
        var start = Weights.Initialize(CifarResNet.ResNet20(), 5);
        start.Save(_folder["start.safetensors"]);
        var settings = new TrainSettings
        {
            Model = "resnet20",
            Weights = _folder["start.safetensors"],
            FreezeBatchNorm = true,
            Dataset = "digits",
            LimitTrain = 20,
            LimitTest = 10,
            Epochs = 1,
        };
        var job = TrainingJob.Create(settings, _folder["run"]);
        await job.RunAsync(cancellationToken: Token);
        Assert.All(ModelFile.Load(job.Directory.Model).Weights.Tensors, t => Assert.Equal(
            t.Name.Contains("bn", StringComparison.Ordinal), t.Values.AsSpan().SequenceEqual(start[t.Name].Values)));
        Assert.True(job.Directory.LoadRecord().Settings.FreezeBatchNorm);

        var e = Assert.Throws<SettingException>(() => TrainingJob.Create(settings with { Weights = null }, _folder["other"]));
        Assert.Equal("freeze-bn", e.Setting);
        Assert.False((Pretrained with { FreezeBatchNorm = false }).FreezeBatchNorm);
    }

    [Fact]
    public async Task Features_of_frozen_layers_are_computed_once_with_the_recipe_that_the_run_records()
    {
        var network = ModelCatalog.Find("resnet18-cntk").Create(new() { Classes = 10, Input = new(3, 32, 32) });
        Weights.Initialize(network, 5).Save(_folder["body.safetensors"]);
        var settings = Pretrained with
        {
            Weights = _folder["body.safetensors"],
            Freeze = true,
            Dataset = "digits",
            LimitTrain = 70,
            LimitTest = 20,
            Input = new InputSettings { ImageSize = 32 },
        };
        var notices = new Notices();
        var job = TrainingJob.Create(settings, _folder["run"]);
        var result = await job.RunAsync(notices, Token);
        Assert.Equal(Frozen.Epochs, result.Epochs.Count);
        Assert.Single(notices.All, notice => notice.StartsWith("computing the features of 90 images once, 512×1×1", StringComparison.Ordinal));

        var record = job.Directory.LoadRecord().Settings;
        Assert.All(record.Table, row => Assert.Equal(row.Format(row.ValueIn(result.Settings)), row.Format(row.ValueIn(record))));
        Assert.True(record.IsGiven(record.Table.Single(row => row.Name == "lr")));
        Assert.Equal(("none", Frozen.LearningRate), (record.Augmentation, record.LearningRate));

        var (before, after) = (ModelFile.Load(_folder["body.safetensors"], "resnet18-cntk"), ModelFile.Load(job.Directory.Model));
        Assert.All(after.Weights.Tensors, t => Assert.Equal(
            !t.Name.StartsWith("fc.", StringComparison.Ordinal), t.Values.AsSpan().SequenceEqual(before.Weights[t.Name].Values)));
        Assert.Equal(ChannelOrder.Rgb, after.Card.Transform!.ChannelOrder);
    }

    [Fact]
    public async Task A_run_on_features_is_interrupted_and_resumed_to_the_byte()
    {
        var settings = new TrainSettings
        {
            Model = "residual",
            Weights = _folder["start.safetensors"],
            Freeze = true,
            Dataset = "digits",
            LimitTrain = 150,
            LimitTest = 20,
            Epochs = 3,
            Threads = 1,
        };
        Weights.Initialize(Residual.Create(), 5).Save(_folder["start.safetensors"]);
        await TrainingJob.Create(settings, _folder["straight"]).RunAsync(cancellationToken: Token);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var job = TrainingJob.Create(settings, _folder["stopped"]);
        await Assert.ThrowsAsync<TrainingStoppedException>(() => job.RunAsync(new StopsAfter(steps: 4, stop), stop.Token));
        File.Delete(_folder["start.safetensors"]);
        var notices = new Notices();
        await TrainingJob.Resume(_folder["stopped"]).RunAsync(notices, Token);
        Assert.Contains(notices.All, notice => notice.StartsWith("computing the features", StringComparison.Ordinal));
        Assert.All(["model.safetensors", "gradients.csv"], name => Assert.Equal(
            File.ReadAllBytes(Path.Combine(_folder["straight"], name)), File.ReadAllBytes(Path.Combine(_folder["stopped"], name))));
    }

    [Fact]
    public async Task With_augmentation_features_are_computed_in_each_epoch()
    {
        Weights.Initialize(CifarResNet.ResNet20(), 5).Save(_folder["start.safetensors"]);
        var notices = new Notices();
        await TrainingJob.Create(
            new TrainSettings
            {
                Model = "resnet20",
                Weights = _folder["start.safetensors"],
                Freeze = true,
                Dataset = "digits",
                Augmentation = "cifar",
                LimitTrain = 20,
                LimitTest = 10,
                Epochs = 1,
            },
            _folder["run"]).RunAsync(notices, Token);
        Assert.DoesNotContain(notices.All, notice => notice.Contains("features", StringComparison.Ordinal));
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

    private sealed class StopsAfter(int steps, CancellationTokenSource stop) : IProgress<JobEvent>
    {
        private int _steps;

        public void Report(JobEvent value)
        {
            if (value is StepEvent && ++_steps == steps)
            {
                stop.Cancel();
            }
        }
    }
}
