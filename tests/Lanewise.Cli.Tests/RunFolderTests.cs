using System.Collections.Concurrent;
using Lanewise.Workflows;

namespace Lanewise.Cli.Tests;

public sealed class RunFolderTests(TrainedRun trained)
{
    [Fact]
    public async Task An_existing_folder_is_never_overwritten()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["precious.txt"], "mine");
        string error = (await CliProgram.RunAsync(Path.GetTempPath(), "train", "residual", "--output", folder.Path)).OneError();
        Assert.Contains("exists and is not empty; choose another --output", error, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(Assert.Single(Directory.GetFileSystemEntries(folder.Path))));
    }

    [Fact]
    public void Concurrent_runs_get_different_folders()
    {
        using var folder = new TemporaryFolder();
        var results = Concurrently(() => RunReservation.Take(null, "residual", folder.Path).Directory.Path);
        Assert.All(results, result => Assert.Null(result.Error));
        Assert.Equal(results.Count, results.Select(result => result.Path).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void Of_concurrent_runs_with_the_same_folder_one_succeeds()
    {
        for (int attempt = 0; attempt < 20; attempt++)
        {
            using var folder = new TemporaryFolder();
            var jobs = new ConcurrentBag<TrainingJob>();
            var results = Concurrently(() =>
            {
                var job = TrainingJob.Create(new TrainSettings { Model = "residual" }, folder["run"]);
                jobs.Add(job);
                return job.Directory.Path;
            });
            Assert.Single(jobs);
            Assert.Single(results, result => result.Error is null);
            Assert.All(results.Where(result => result.Path is null), result => Assert.Matches("is in use|is not empty", result.Error));
            Assert.Equal("residual", RunRecord<TrainSettings>.Load(folder["run/args.json"]).Settings.Model);
        }
    }

    [Fact]
    public async Task A_failed_run_keeps_an_empty_folder_of_the_user()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["mine"]);
        string[] command = ["train", "residual", "--dataset", "mnist", "--data-dir", folder.Path, "--output", "mine"];
        (await CliProgram.RunAsync(folder.Path, command)).OneError();
        Assert.Empty(Directory.GetFileSystemEntries(folder["mine"]));
    }

    [Fact]
    public async Task Output_must_not_be_a_file()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["file"], "mine");
        Assert.Contains("is a file", await ErrorAsync("file"), StringComparison.Ordinal);
        Assert.Contains("choose another --output", await ErrorAsync("file/below"), StringComparison.Ordinal);

        async Task<string> ErrorAsync(string output) =>
            (await CliProgram.RunAsync(folder.Path, "train", "residual", "--output", output)).OneError();
    }

    [Fact]
    public async Task Output_must_be_writable()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "requires /proc");
        var result = await CliProgram.RunAsync(Path.GetTempPath(), "train", "residual", "--output", "/proc/lanewise");
        result.AssertError("choose another --output");
    }

    [Fact]
    public async Task Divergence_stops_training_and_keeps_the_weights_of_the_last_epoch()
    {
        using var folder = new TemporaryFolder();
        string arguments = Copy(folder);
        byte[] good = File.ReadAllBytes(folder["model.safetensors"]);
        string text = File.ReadAllText(arguments).Replace("\"lr\": 0.03", "\"lr\": 1000", StringComparison.Ordinal);
        File.WriteAllText(arguments, text);
        string error = (await CliProgram.RunAsync(folder.Path, "train", "--resume", folder.Path, "--epochs", "3")).OneError();
        // --resume refuses another --lr.
        Assert.Matches(
            "no longer finite .* of epoch 3; the checkpoint after epoch 2 is kept, and .*model.safetensors has the weights after epoch 2. "
            + @"Start a new run with --lr 0.01 \(not 1E\+03\) or a larger --batch-size, from the beginning or, with --weights ",
            error);
        Assert.Equal(good, File.ReadAllBytes(folder["model.safetensors"]));
    }

    [Fact]
    public async Task Divergence_in_the_first_epoch_says_that_nothing_was_saved()
    {
        using var folder = new TemporaryFolder();
        string error = (await CliProgram.RunAsync(
            folder.Path, "train", "residual", "--dataset", "digits", "--limit-train", "1000", "--limit-test", "10",
            "--lr", "1000", "--output", "run", "--json")).OneError();
        Assert.Contains("No epoch was completed, so no weights were saved; start again with --lr 0.01 ", error, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["run/model.safetensors"]));
        (await CliProgram.RunAsync(
            folder.Path, "train", "residual", "--dataset", "digits", "--limit-train", "100", "--limit-test", "10", "--epochs", "1",
            "--output", "run")).Ok();
    }

    [Theory]
    [InlineData(OptimizerKind.Sgd, 1e30, 0.01)]
    [InlineData(OptimizerKind.Sgd, 0.05, 0.005)]
    [InlineData(OptimizerKind.AdamW, 1, 0.001)]
    [InlineData(OptimizerKind.RMSprop, 1, 0.002)]
    [InlineData(OptimizerKind.AdamW, 0.002, 0.0002)]
    public void After_a_divergence_a_learning_rate_is_advised_that_may_work(OptimizerKind optimizer, double given, double expected) =>
        Assert.Equal(expected, new TrainSettings { Optimizer = optimizer, LearningRate = given }.LowerLearningRate, 1e-12);

    [Theory]
    [InlineData("--lr", "0.5", "--lr 0.5: the run to resume has 0.03")]
    [InlineData("--dataset", "mnist", "--dataset mnist: the run to resume has digits")]
    [InlineData("--epochs", "1", "--epochs 1: ")]
    public async Task A_resumed_run_keeps_its_settings(string option, string value, string expected)
    {
        using var folder = new TemporaryFolder();
        Copy(folder);
        var result = await CliProgram.RunAsync(folder.Path, "train", "--resume", folder.Path, option, value);
        result.AssertError(expected, exitCode: 2);
    }

    [Theory]
    [InlineData("args.json", "not the arguments of a run")]
    [InlineData("checkpoint.safetensors", "checkpoint.safetensors")]
    public async Task A_damaged_run_is_not_resumed(string file, string expected)
    {
        using var folder = new TemporaryFolder();
        Copy(folder);
        File.WriteAllText(folder[file], "{ nonsense");
        string[] resume = ["train", "--resume", folder.Path, "--epochs", "3"];
        (await CliProgram.RunAsync(folder.Path, resume)).AssertError(expected);
        File.Delete(folder[file]);
        (await CliProgram.RunAsync(folder.Path, resume)).AssertError(file);
    }

    [Fact]
    public async Task A_run_without_gradients_csv_is_resumed_and_records_later_gradients()
    {
        using var folder = new TemporaryFolder();
        Copy(folder);
        File.WriteAllText(folder["gradients.csv"], "1,2,3");
        string[] resume = ["train", "--resume", folder.Path, "--epochs", "3"];
        (await CliProgram.RunAsync(folder.Path, resume)).AssertError("gradients.csv: the first line is not");
        File.Delete(folder["gradients.csv"]);
        (await CliProgram.RunAsync(folder.Path, resume)).Ok();
        string[] lines = File.ReadAllLines(folder["gradients.csv"]);
        Assert.Equal("step,epoch,layer,norm,zero_share", lines[0]);
        // 2,000 images are 32 steps per epoch.
        Assert.StartsWith("64,3,conv1,", lines[1], StringComparison.Ordinal);
        Assert.Equal(8, lines.Skip(1).Select(line => line.Split(',')[0]).Distinct(StringComparer.Ordinal).Count());
    }

    private static List<(string? Path, string? Error)> Concurrently(Func<string> create)
    {
        const int Runs = 8;
        var results = new List<(string?, string?)>();
        using var together = new Barrier(Runs);
        var threads = Enumerable.Range(0, Runs).Select(_ => new Thread(() =>
        {
            together.SignalAndWait();
            (string?, string?) result;
            try
            {
                result = (create(), null);
            }
            catch (LanewiseException e)
            {
                result = (null, e.Message);
            }

            lock (results)
            {
                results.Add(result);
            }
        })).ToArray();
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        return results;
    }

    private string Copy(TemporaryFolder to)
    {
        trained.CopyTo(to.Path);
        return to["args.json"];
    }
}
