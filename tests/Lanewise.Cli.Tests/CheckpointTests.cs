using Lanewise.Files;
using Lanewise.Workflows;

namespace Lanewise.Cli.Tests;

/// <summary>When a run saves its state, and that a run that was stopped or killed anywhere ends with the same weights.</summary>
public sealed class CheckpointTests : IDisposable
{
    // 200 images are four steps an epoch.
    private const int Steps = 4;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static TrainSettings Settings => new()
    {
        Model = "residual",
        Dataset = "digits",
        LimitTrain = 200,
        LimitTest = 40,
        Epochs = 3,
        Threads = 1,
        CheckpointMinutes = 0,
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_run_stopped_after_any_step_or_while_it_evaluates_ends_with_the_same_files()
    {
        await TrainingJob.Create(Settings, _folder["straight"]).RunAsync(cancellationToken: Token);
        for (int steps = 1; steps < 3 * Steps; steps += 1)
        {
            string run = _folder[$"stopped-{steps}"];
            int left = steps;
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
            var job = TrainingJob.Create(Settings, run);
            var stopped = await Assert.ThrowsAsync<TrainingStoppedException>(() => job.RunAsync(
                On<StepEvent>(_ =>
                {
                    if (--left == 0)
                    {
                        stop.Cancel();
                    }
                }),
                stop.Token));
            // After the last step of an epoch, evaluation is stopped and takes place when the run is resumed.
            Assert.Equal(((steps - 1) / Steps, (steps - 1) % Steps + 1), (stopped.Position.Epoch, stopped.Position.Step));
            Assert.Equal(stopped.Position, Checkpoint.ReadPosition(job.Directory.Checkpoint));
            await ResumeAndCompareAsync(run);
        }
    }

    [Fact]
    public async Task A_run_killed_at_any_moment_is_resumed_from_its_last_checkpoint()
    {
        await TrainingJob.Create(Settings, _folder["straight"]).RunAsync(cancellationToken: Token);
        // What a killed process leaves is the folder at that moment; a checkpoint is due after every step.
        int copies = 0;
        await TrainingJob.Create(Settings with { CheckpointMinutes = 1e-6 }, _folder["run"])
            .RunAsync(On<JobEvent>(_ => Copy(_folder["run"], _folder[$"killed-{copies++}"])), Token);
        Assert.True(copies > 3 * Steps);
        var positions = new HashSet<(int, int)>();
        for (int i = 0; i < copies; i++)
        {
            // There is none yet while the images are read.
            if (File.Exists(_folder[$"killed-{i}/checkpoint.safetensors"]))
            {
                var position = Checkpoint.ReadPosition(_folder[$"killed-{i}/checkpoint.safetensors"]);
                positions.Add((position.Epoch, position.Step));
            }

            await ResumeAndCompareAsync(_folder[$"killed-{i}"]);
        }

        Assert.Contains((0, 0), positions);
        Assert.Contains((1, 2), positions);
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1e-6, 1, 2)]
    public async Task Checkpoints_within_an_epoch_come_after_the_given_time(double minutes, int epoch, int step)
    {
        var seen = new List<(int, int)>();
        await TrainingJob.Create(Settings with { CheckpointMinutes = minutes }, _folder["run"]).RunAsync(
            On<StepEvent>(e =>
            {
                if (e.Progress is { Epoch: 1 or 2, Step: 1 or 3 })
                {
                    var position = Checkpoint.ReadPosition(_folder["run/checkpoint.safetensors"]);
                    seen.Add((position.Epoch, position.Step));
                }
            }),
            Token);
        Assert.Equal(4, seen.Count);
        if (minutes > 0)
        {
            Assert.Equal((epoch, step), seen[^1]);
        }
        else
        {
            Assert.Equal((epoch, step), seen[1]);
            Assert.All(seen, position => Assert.Equal(0, position.Item2));
        }
    }

    [Fact]
    public async Task At_the_end_of_an_epoch_all_is_saved_only_if_that_takes_little_of_the_time()
    {
        var setup = Settings with { Epochs = 40, LimitTrain = 10, LimitTest = 1 };
        int ahead = 0;
        var result = await TrainingJob.Create(setup, _folder["run"]).RunAsync(
            On<EpochEvent>(e =>
            {
                Assert.Equal(e.Epoch.Epoch, RunSummary.Load(_folder["run/summary.csv"]).Count);
                ahead += Checkpoint.ReadPosition(_folder["run/checkpoint.safetensors"]).Epoch < e.Epoch.Epoch ? 1 : 0;
                if (e.Epoch.Epoch == 25)
                {
                    Copy(_folder["run"], _folder["killed"]);
                }
            }),
            Token);
        // An epoch of one step takes about as long as saving.
        Assert.InRange(ahead, 10, 39);
        Assert.Equal(40, Checkpoint.ReadPosition(result.Directory.Checkpoint).Epoch);
        await TrainingJob.Resume(_folder["killed"]).RunAsync(cancellationToken: Token);
        AssertSame(_folder["run"], _folder["killed"]);
    }

    [Fact]
    public async Task A_killed_process_goes_on_from_a_checkpoint_within_the_epoch()
    {
        string[] settings = ["--dataset", "digits", "--limit-train", "6000", "--limit-test", "200", "--epochs", "1", "--threads", "1"];
        (await CliProgram.RunAsync(_folder.Path, ["train", "residual", .. settings, "--output", "straight"])).Ok();
        using (var program = CliProgram.Start(
            _folder.Path, ["train", "residual", .. settings, "--output", "killed", "--checkpoint-minutes", "0.001"]))
        {
            string checkpoint = _folder["killed/checkpoint.safetensors"];
            while (!File.Exists(checkpoint) || Checkpoint.ReadPosition(checkpoint).Step == 0)
            {
                Assert.False(program.HasExited);
                await Task.Delay(10, Token);
            }
        }

        Assert.True(Checkpoint.ReadPosition(_folder["killed/checkpoint.safetensors"]) is { Epoch: 0, Step: > 0 });
        (await CliProgram.RunAsync(_folder.Path, "train", "--resume", "killed")).Ok();
        AssertSame(_folder["straight"], _folder["killed"]);
        Assert.DoesNotContain(Directory.GetFiles(_folder["killed"]), file => Path.GetFileName(file) is "run.lock" or ['.', ..]);
    }

    [Fact]
    public async Task A_second_signal_of_a_program_does_not_stop_the_run_from_being_saved()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "requires Unix signals");
        using var program = CliProgram.Start(
            _folder.Path, "train", "residual", "--dataset", "digits", "--epochs", "50", "--threads", "1", "--output", "run");
        while (!File.Exists(_folder["run/checkpoint.safetensors"]))
        {
            await Task.Delay(20, Token);
        }

        program.Signal("TERM");
        program.Signal("TERM");
        program.Signal("HUP");
        var stopped = await program.EndAsync();
        Assert.Equal(143, stopped.ExitCode);
        Assert.Matches("^stopped .*; resume with: lanewise train --resume run$", stopped.ErrorLines[^1]);
    }

    private static Events<T> On<T>(Action<T> action)
        where T : JobEvent => new(action);

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.GetFiles(from).Where(file => Path.GetFileName(file) != RunLock.FileName))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }

    private async Task ResumeAndCompareAsync(string run)
    {
        await TrainingJob.Resume(run, settings => settings with { CheckpointMinutes = 0 }).RunAsync(cancellationToken: Token);
        AssertSame(_folder["straight"], run);
    }

    private static void AssertSame(string expected, string run)
    {
        Assert.All(["model.safetensors", "gradients.csv"], name => Assert.Equal(
            File.ReadAllBytes(Path.Combine(expected, name)), File.ReadAllBytes(Path.Combine(run, name))));
        Assert.Equal(Metrics(expected), Metrics(run));
    }

    private static string[] Metrics(string run) =>
        [.. File.ReadAllLines(Path.Combine(run, "summary.csv")).Select(line => string.Join(',', line.Split(',').Take(6)))];

    private sealed class Events<T>(Action<T> action) : IProgress<JobEvent>
        where T : JobEvent
    {
        public void Report(JobEvent value)
        {
            if (value is T expected)
            {
                action(expected);
            }
        }
    }
}
