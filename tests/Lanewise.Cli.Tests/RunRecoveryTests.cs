using Lanewise.Cli.Common;
using Lanewise.Imaging;
using Lanewise.IO;
using Lanewise.Workflows;

namespace Lanewise.Cli.Tests;

/// <summary>Run folders of which something is missing, cannot be written, or is in use: none is a dead end.</summary>
public sealed class RunRecoveryTests : IDisposable
{
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
    public async Task A_run_without_progress_is_started_again_with_other_settings_or_resumed_from_the_start()
    {
        var straight = await TrainingJob.Create(Settings, _folder["straight"]).RunAsync(cancellationToken: Token);
        foreach (string run in (string[])["again", "resumed"])
        {
            // What is left of a run that was killed after its first files were written, and while it wrote another.
            var job = TrainingJob.Create(Settings, _folder[run]);
            await Assert.ThrowsAsync<TrainingStoppedException>(() => job.RunAsync(cancellationToken: new(canceled: true)));
            Assert.True(File.Exists(job.Directory.Arguments));
            await File.WriteAllTextAsync(Path.Combine(_folder[run], $".{Guid.NewGuid():N}.tmp"), "half", Token);
            await File.WriteAllTextAsync(Path.Combine(_folder[run], "run.lock"), "", Token);
        }

        var again = await TrainingJob.Create(Settings with { Epochs = 1, Seed = 9 }, _folder["again"]).RunAsync(cancellationToken: Token);
        Assert.Equal((1, 9), (again.Epochs.Count, again.Settings.Seed));
        await TrainingJob.Resume(_folder["resumed"]).RunAsync(cancellationToken: Token);
        Assert.Equal(await BytesAsync(straight.Directory.Model), await BytesAsync(_folder["resumed/model.safetensors"]));
        Assert.All(["again", "resumed"], run => Assert.Equal(
            ["args.json", "checkpoint.safetensors", "gradients.csv", "model.safetensors", "receipt.json", "summary.csv"],
            Directory.GetFiles(_folder[run]).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task A_file_that_another_program_writes_into_the_folder_outlives_a_resumption()
    {
        var first = await TrainingJob.Create(Settings with { Epochs = 1 }, _folder["run"]).RunAsync(cancellationToken: Token);
        AtomicFile.Write(_folder["run/predictions.csv"], stream =>
        {
            stream.Write("image,label"u8);
            TrainingJob.Resume(first.Directory.Path, settings => settings with { Epochs = 2 }).RunAsync(cancellationToken: Token)
                .GetAwaiter().GetResult();
        });
        Assert.Equal("image,label", await File.ReadAllTextAsync(_folder["run/predictions.csv"], Token));
    }

    [Fact]
    public async Task Only_a_run_with_progress_keeps_its_folder_from_being_used()
    {
        Directory.CreateDirectory(_folder["empty"]);
        await File.WriteAllTextAsync(_folder["empty/args.json"], "", Token);
        await TrainingJob.Create(Settings with { Epochs = 1 }, _folder["empty"]).RunAsync(cancellationToken: Token);
        var e = Assert.Throws<JobException>(() => TrainingJob.Create(Settings, _folder["empty"]));
        Assert.EndsWith("choose another {output}, or resume that run with {resume} " + _folder["empty"] + ".", e.Text, StringComparison.Ordinal);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var job = TrainingJob.Create(Settings, _folder["one-step"]);
        await Assert.ThrowsAsync<TrainingStoppedException>(() => job.RunAsync(new On<StepEvent>(_ => stop.Cancel()), stop.Token));
        Assert.Throws<JobException>(() => TrainingJob.Create(Settings, _folder["one-step"]));

        // Advice that would send the user in a circle.
        File.Delete(_folder["empty/checkpoint.safetensors"]);
        e = Assert.Throws<JobException>(() => TrainingJob.Create(Settings, _folder["empty"]));
        Assert.EndsWith("choose another {output}.", e.Text, StringComparison.Ordinal);
        var resumed = await Assert.ThrowsAsync<JobException>(() => TrainingJob.Resume(_folder["empty"]).RunAsync(cancellationToken: Token));
        Assert.EndsWith("start a new run in another {output}.", resumed.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_is_used_by_one_run_at_a_time()
    {
        var refused = new List<string>();
        await TrainingJob.Create(Settings with { Epochs = 1 }, _folder["run"]).RunAsync(
            new On<TrainingStartedEvent>(_ =>
            {
                refused.Add(Assert.Throws<JobException>(() => TrainingJob.Create(Settings, _folder["run"])).Message);
                var second = TrainingJob.Resume(_folder["run"]);
                refused.Add(Assert.Throws<JobException>(() => second.RunAsync(cancellationToken: Token).GetAwaiter().GetResult()).Message);
                var process = CliProgram.RunAsync(_folder.Path, "train", "--resume", "run").GetAwaiter().GetResult();
                refused.Add(process.OneError());
            }),
            Token);
        Assert.Equal(3, refused.Count);
        Assert.All(refused, message => Assert.Contains("is in use", message, StringComparison.Ordinal));
        var more = await TrainingJob.Resume(_folder["run"], settings => settings with { Epochs = 2 }).RunAsync(cancellationToken: Token);
        Assert.Equal(2, more.Epochs.Count);
    }

    [Theory]
    [InlineData("summary.csv", 2)]
    [InlineData("summary.csv", 3)]
    [InlineData("gradients.csv", 3)]
    [InlineData("model.safetensors", 3)]
    [InlineData("checkpoint.safetensors", 3)]
    public async Task A_file_that_cannot_be_written_leaves_a_run_that_is_resumed_to_the_same_files(string file, int epoch)
    {
        var straight = await TrainingJob.Create(Settings, _folder["straight"]).RunAsync(cancellationToken: Token);
        string path = _folder[$"run/{file}"], aside = _folder["aside"];
        var blocked = new On<StepEvent>(e =>
        {
            if (e.Progress.Epoch == epoch && e.Progress.Step == 1)
            {
                // A folder of that name cannot be replaced, like a file that another program holds.
                if (File.Exists(path))
                {
                    File.Move(path, aside);
                }

                Directory.CreateDirectory(path);
            }
        });
        var failed = await Assert.ThrowsAsync<InterruptedRunException>(() => TrainingJob.Create(Settings, _folder["run"]).RunAsync(blocked, Token));
        Assert.Contains(path, failed.Message, StringComparison.Ordinal);
        // The checkpoint has what the other file lacks.
        Assert.True(file == "checkpoint.safetensors" ? failed.Kept.Epoch < epoch : failed.Kept.Epoch == epoch);

        string kept = failed.Kept is { Epoch: 0, Step: 0 } ? "before the first step" : $"after epoch {failed.Kept.Epoch}";
        Assert.EndsWith(
            $" The checkpoint {kept} is kept; after fixing the error, resume with: lanewise train --resume {_folder["run"]}",
            Advice.Explain(failed), StringComparison.Ordinal);
        if (file != "checkpoint.safetensors")
        {
            // It still cannot be written, which is said in the same way.
            var again = await Assert.ThrowsAsync<InterruptedRunException>(
                () => TrainingJob.Resume(_folder["run"]).RunAsync(cancellationToken: Token));
            Assert.Equal(failed.Kept, again.Kept);
        }

        Directory.Delete(path);
        if (File.Exists(aside))
        {
            File.Move(aside, path);
        }

        var result = await TrainingJob.Resume(_folder["run"]).RunAsync(cancellationToken: Token);
        Assert.Equal(straight.Epochs.Select(e => (e.TrainLoss, e.ValLoss)), result.Epochs.Select(e => (e.TrainLoss, e.ValLoss)));
        foreach (string name in (string[])["model.safetensors", "gradients.csv"])
        {
            Assert.Equal(await BytesAsync(_folder[$"straight/{name}"]), await BytesAsync(_folder[$"run/{name}"]));
        }

        Assert.Equal(RunSummary.Format(result.Epochs), await File.ReadAllTextAsync(_folder["run/summary.csv"], Token));
        Assert.True((await TrainingJob.Resume(_folder["run"]).RunAsync(cancellationToken: Token)).WasComplete);
    }

    [Fact]
    public async Task A_lost_summary_is_written_again_from_the_checkpoint()
    {
        await TrainingJob.Create(Settings with { Epochs = 2 }, _folder["run"]).RunAsync(cancellationToken: Token);
        byte[] summary = await BytesAsync(_folder["run/summary.csv"]);
        await File.WriteAllTextAsync(_folder["run/summary.csv"], "{ nonsense", Token);
        await TrainingJob.Resume(_folder["run"]).RunAsync(cancellationToken: Token);
        Assert.Equal(summary, await BytesAsync(_folder["run/summary.csv"]));
    }

    [Fact]
    public async Task A_folder_of_images_that_was_moved_is_taken_and_changed_images_are_not()
    {
        WriteImages(_folder["images"]);
        var settings = new TrainSettings { Model = "residual", Dataset = "folder:" + _folder["images"], Epochs = 2, BatchSize = 4, Threads = 1 };
        var straight = await TrainingJob.Create(settings, _folder["straight"]).RunAsync(cancellationToken: Token);
        await TrainingJob.Create(settings with { Epochs = 1 }, _folder["run"]).RunAsync(cancellationToken: Token);
        Directory.Move(_folder["images"], _folder["elsewhere"]);
        string elsewhere = "folder:" + _folder["elsewhere"];
        var gone = await Assert.ThrowsAsync<JobException>(() => ResumeAsync("run", settings.Dataset!));
        Assert.Contains("name with dataset where they are now", gone.Message, StringComparison.Ordinal);
        var moved = await ResumeAsync("run", elsewhere);
        Assert.Equal(straight.Epochs.Select(e => e.ValLoss), moved.Epochs.Select(e => e.ValLoss));
        Assert.Equal(elsewhere, moved.Settings.Dataset);
        Assert.StartsWith(_folder["elsewhere"], RunRecord<TrainSettings>.Load(_folder["run/args.json"]).Facts.DataSource, StringComparison.Ordinal);

        File.AppendAllText(_folder["elsewhere/train/lying/0.png"], " ");
        await AssertChangedAsync("training images have other sizes");
        File.Move(_folder["elsewhere/val/lying/1.png"], _folder["elsewhere/val/lying/one.png"]);
        File.WriteAllBytes(_folder["elsewhere/train/lying/0.png"], File.ReadAllBytes(_folder["elsewhere/train/lying/0.png"])[..^1]);
        await AssertChangedAsync("names or classes of validation images differ");
        File.Delete(_folder["elsewhere/val/lying/one.png"]);
        await AssertChangedAsync("has 12 + 5 images");

        async Task AssertChangedAsync(string expected)
        {
            var e = await Assert.ThrowsAsync<JobException>(() => ResumeAsync("run", elsewhere, epochs: 3));
            Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        }
    }

    private Task<TrainingResult> ResumeAsync(string run, string dataset, int epochs = 2) => TrainingJob
        .Resume(_folder[run], settings => settings with { Epochs = epochs, Dataset = dataset }).RunAsync(cancellationToken: Token);

    private static void WriteImages(string folder)
    {
        byte[] pixels = new byte[32 * 32];
        foreach (string name in (string[])["train", "val"])
        {
            foreach (string label in (string[])["lying", "upright"])
            {
                string path = Path.Combine(folder, name, label);
                Directory.CreateDirectory(path);
                for (int i = 0; i < (name == "train" ? 6 : 3); i++)
                {
                    new Random(i + label.Length).NextBytes(pixels);
                    File.WriteAllBytes(Path.Combine(path, $"{i}.png"), ImageWriter.Encode(new Shape(1, 32, 32), pixels, 1));
                }
            }
        }
    }

    private static Task<byte[]> BytesAsync(string path) => File.ReadAllBytesAsync(path, Token);

    private sealed class On<T>(Action<T> action) : IProgress<JobEvent>
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
