using Lanewise.Workflows;

namespace Lanewise.Cli.Tests;

/// <summary>Jobs as a program uses them, without the command line.</summary>
public sealed class WorkflowTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static TrainSettings Settings => new()
    {
        Model = "residual",
        Dataset = "digits",
        LimitTrain = 200,
        LimitTest = 40,
        Epochs = 2,
        Threads = 1,
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_job_reports_events_and_its_run_is_evaluated_classified_and_reported()
    {
        var events = new Events();
        var job = TrainingJob.Create(Settings, _folder["run"]);
        var result = await job.RunAsync(events, Token);
        Assert.Equal(2, result.Epochs.Count);
        Assert.Equal([1, 2], events.All.OfType<EpochEvent>().Select(e => e.Epoch.Epoch));
        Assert.Equal(2 * 4, events.All.OfType<StepEvent>().Count());
        Assert.Single(events.All.OfType<TrainingStartedEvent>());
        Assert.IsType<TrainingEndedEvent>(events.All[^1]);

        var model = TrainedModel.Load(_folder["run"]);
        var evaluation = await new EvaluationJob(model, new DataSource { LimitTest = 40 }).RunAsync(cancellationToken: Token);
        Assert.Equal(result.Epochs[^1].ValTop1, evaluation.Evaluation.Top1);
        var page = await new ReportJob(result.Directory).RunAsync(cancellationToken: Token);
        Assert.True(File.Exists(result.Directory.Report));
        // The command line is empty here, and ten epochs are only the default.
        Assert.DoesNotContain(page.Remarks, remark => remark.Contains("resumed", StringComparison.Ordinal));
        Assert.DoesNotContain("started with", await File.ReadAllTextAsync(result.Directory.Report, Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_runs_once_and_its_run_is_continued_by_another()
    {
        var job = TrainingJob.Create(Settings with { Epochs = 1 }, _folder["run"]);
        await job.RunAsync(cancellationToken: Token);
        byte[] model = await File.ReadAllBytesAsync(job.Directory.Model, Token);
        await Assert.ThrowsAsync<InvalidOperationException>(() => job.RunAsync(cancellationToken: Token));
        Assert.Equal(model, await File.ReadAllBytesAsync(job.Directory.Model, Token));

        var more = await TrainingJob.Resume(_folder["run"], settings => settings with { Epochs = 2, Threads = 2 }).RunAsync(cancellationToken: Token);
        var straight = await TrainingJob.Create(Settings, _folder["straight"]).RunAsync(cancellationToken: Token);
        Assert.Equal(straight.Epochs.Select(e => e.ValLoss), more.Epochs.Select(e => e.ValLoss));
        var e = Assert.Throws<SettingException>(() => TrainingJob.Resume(_folder["run"], settings => settings with { BatchSize = 7 }));
        Assert.Equal("batch-size", e.Setting);
    }

    [Fact]
    public void Values_out_of_range_are_refused_before_anything_is_written()
    {
        (string Setting, TrainSettings Settings)[] cases =
        [
            ("batch-size", Settings with { BatchSize = 0 }),
            ("epochs", Settings with { Epochs = 0 }),
            ("lr", Settings with { LearningRate = -1 }),
            ("model", Settings with { Model = "resnet-18" }),
            ("model", Settings with { Model = "../x" }),
            ("dataset", Settings with { Dataset = "minst" }),
            ("std", Settings with { Input = new InputSettings { Std = [0] } }),
        ];
        Assert.All(cases, one =>
        {
            Assert.Equal(one.Setting, Assert.Throws<SettingException>(() => TrainingJob.Create(one.Settings, _folder["run"])).Setting);
            Assert.False(Directory.Exists(_folder["run"]));
        });

        File.WriteAllText(_folder["config.json"], """{ "lr": -1 }""");
        Assert.Throws<SettingException>(() => SettingsFile.Load(_folder["config.json"], TrainSettings.AllSettings));
        File.WriteAllText(_folder["config.json"], """{ "epoch": 3 }""");
        var unknown = Assert.Throws<SettingException>(() => SettingsFile.Load(_folder["config.json"], TrainSettings.AllSettings));
        Assert.Contains("did you mean 'epochs'?", unknown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_a_trainer_saved_is_evaluated_on_its_dataset()
    {
        using var trainer = new Trainer(Residual.Create(), new TrainingOptions { Epochs = 1, Threads = 1 });
        await trainer.FitAsync(BuiltInDigits.Train(100), BuiltInDigits.Test(20), cancellationToken: Token);
        trainer.Save(_folder["m.safetensors"]);
        var job = new EvaluationJob(TrainedModel.Load(_folder["m.safetensors"]), new DataSource { LimitTest = 20 });
        Assert.Equal("digits", (await job.RunAsync(cancellationToken: Token)).Dataset);
    }

    private sealed class Events : IProgress<JobEvent>
    {
        public List<JobEvent> All { get; } = [];

        public void Report(JobEvent value)
        {
            lock (All)
            {
                All.Add(value);
            }
        }
    }
}
