using Lanewise.Files;
using Lanewise.Workflows;

namespace Lanewise.Cli.Tests;

/// <summary>
/// Defaults that follow the model, its weights and the number of images, and features of frozen layers that are computed once.
/// </summary>
public sealed class TrainingDefaultsTests : IDisposable
{
    private static readonly TrainingDefaults Frozen = ModelCatalog.Find("resnet18-cntk").FrozenFeatures!;
    private static readonly TrainingDefaults FineTuning = ModelCatalog.Find("resnet18-cntk").FineTuning!;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static TrainSettings Pretrained => new() { Model = "resnet18-cntk", Weights = "body.safetensors" };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_models_own_settings_are_the_default_for_pretrained_weights(bool freeze)
    {
        var (settings, defaults) = (Pretrained with { Freeze = freeze }, freeze ? Frozen : FineTuning);
        Assert.Equal(
            (defaults.Epochs, defaults.BatchSize, defaults.LearningRate, defaults.Momentum, defaults.WeightDecay),
            (settings.Epochs, settings.BatchSize, settings.LearningRate, settings.Momentum, settings.WeightDecay));
        Assert.Equal((OptimizerKind.Sgd, ScheduleKind.Cosine), (settings.Optimizer, settings.Schedule));
        Assert.Equal((!freeze, defaults.ClipGrad), (settings.FreezeBatchNorm, settings.ClipGrad));
        settings.Check();

        var given = settings with { Epochs = 7, LearningRate = 0.25, Schedule = ScheduleKind.None };
        Assert.Equal((7, 0.25, ScheduleKind.None, defaults.BatchSize), (given.Epochs, given.LearningRate, given.Schedule, given.BatchSize));

        // The learning rate and the limit of the gradients are for their optimizer.
        var adamw = settings with { Optimizer = OptimizerKind.AdamW };
        Assert.Equal((0.001, 0, 0.01, defaults.Epochs), (adamw.LearningRate, adamw.Momentum, adamw.WeightDecay, adamw.Epochs));
        Assert.Null(adamw.ClipGrad);
        var muon = settings with { Optimizer = OptimizerKind.Muon };
        Assert.Equal((0.003, 0.95, 0.01, defaults.Epochs), (muon.LearningRate, muon.Momentum, muon.WeightDecay, muon.Epochs));
        var rmsprop = settings with { Optimizer = OptimizerKind.RMSprop };
        Assert.Equal((0.002, 0.9, 0, defaults.Epochs), (rmsprop.LearningRate, rmsprop.Momentum, rmsprop.WeightDecay, rmsprop.Epochs));
    }

    [Fact]
    public void The_tutorials_networks_keep_its_settings_and_the_families_have_those_of_torchvision_and_the_paper()
    {
        TrainSettings[] tutorial = [new() { Model = "residual" }, new() { Model = "inception", Weights = "file.safetensors" }, new()];
        Assert.All(tutorial, settings => Assert.Equal(
            (10, 64, 0.01, 0.5, 0, ScheduleKind.None, 0),
            (settings.Epochs, settings.BatchSize, settings.LearningRate, settings.Momentum, settings.WeightDecay, settings.Schedule,
                settings.WarmupEpochs)));

        var imagenet = new TrainSettings { Model = "resnet18" };
        Assert.Equal(
            (90, 32, 0.0125, 0.9, 1e-4, ScheduleKind.Cosine, 5),
            (imagenet.Epochs, imagenet.BatchSize, imagenet.LearningRate, imagenet.Momentum, imagenet.WeightDecay, imagenet.Schedule,
                imagenet.WarmupEpochs));
        Assert.Equal(0.5, (imagenet with { Epochs = 5 }).WarmupEpochs);
        Assert.Equal(0, (imagenet with { Schedule = ScheduleKind.None }).WarmupEpochs);

        var cifar = new TrainSettings { Model = "resnet20" };
        Assert.Equal((164, 128, 0.1, 0.9, 1e-4), (cifar.Epochs, cifar.BatchSize, cifar.LearningRate, cifar.Momentum, cifar.WeightDecay));
        Assert.Equal([82, 123], cifar.Milestones);
        Assert.Equal([10, 15], (cifar with { Epochs = 20 }).Milestones);
        Assert.Empty((cifar with { DecayEpochs = 7 }).Milestones);
        Assert.Empty((cifar with { Schedule = ScheduleKind.Cosine }).Milestones);
        TrainSettings[] all = [imagenet, imagenet with { Epochs = 1 }, cifar, cifar with { Epochs = 1 }, cifar with { DecayEpochs = 7 }];
        Assert.All(all, s => s.Check());
    }

    [Theory]
    [InlineData(36, 9, 24)]
    [InlineData(245, 16, 6)]
    [InlineData(5, 4, 48)]
    [InlineData(1, 4, 96)]
    public void Few_images_are_passed_over_more_often_in_smaller_batches(int images, int batch, int epochs)
    {
        var settings = Pretrained.For(images);
        Assert.Equal((batch, epochs), (settings.BatchSize, settings.Epochs));
        Assert.Equal(32, (Pretrained with { BatchSize = 32 }).For(images).BatchSize);
        Assert.Equal(7, (Pretrained with { Epochs = 7 }).For(images).Epochs);
    }

    [Fact]
    public void Args_of_a_run_whose_images_are_not_counted_yet_leave_open_what_depends_on_their_number()
    {
        var job = TrainingJob.Create(new TrainSettings { Model = "resnet18", Dataset = "digits", LimitTrain = 20 }, _folder["run"]);
        var settings = job.Directory.LoadRecord().Settings;
        Assert.All(["epochs", "batch-size", "warmup-epochs"], name => Assert.False(settings.IsGiven(TrainSettings.AllSettings.Single(
            row => row.Name == name))));
        Assert.Equal(job.Settings.For(20).Epochs, settings.For(20).Epochs);
        Assert.Equal((5, 90), (settings.For(20).BatchSize, settings.For(20).Epochs));
    }

    [Fact]
    public void What_args_of_an_earlier_version_lack_is_what_it_was_then()
    {
        var job = TrainingJob.Create(new TrainSettings { Model = "resnet20", Dataset = "digits" }, _folder["run"]);
        string text = File.ReadAllText(job.Directory.Arguments);
        string[] newer = ["\"recipe\"", "\"sched\"", "\"milestones\"", "\"momentum\""];
        var lines = text.Split('\n').Where(line => !newer.Any(key => line.Contains(key, StringComparison.Ordinal)));
        File.WriteAllLines(job.Directory.Arguments, lines);
        var settings = job.Directory.LoadRecord().Settings;
        Assert.Equal((ScheduleKind.None, 0.5, 0), (settings.Schedule, settings.Momentum, settings.Milestones.Count));
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
    public async Task Features_of_frozen_layers_are_computed_once_with_the_settings_that_the_run_records()
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
