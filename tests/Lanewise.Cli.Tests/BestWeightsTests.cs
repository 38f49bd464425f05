using System.Text.Json;
using Lanewise.Files;
using Lanewise.Workflows;

namespace Lanewise.Cli.Tests;

/// <summary><c>train --monitor</c> and <c>--patience</c>: which weights a run keeps, and which of them answer.</summary>
public sealed class BestWeightsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // A learning rate with which the validation loss goes up and down.
    private static TrainSettings Settings => new()
    {
        Model = "residual",
        Dataset = "digits",
        LimitTrain = 300,
        LimitTest = 60,
        BatchSize = 20,
        LearningRate = 0.1,
        Epochs = 5,
        Threads = 1,
        CheckpointMinutes = 0,
        Monitor = MonitoredMetric.ValLoss,
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_best_epoch_is_kept_beside_the_last()
    {
        var result = await TrainingJob.Create(Settings, _folder["run"]).RunAsync(cancellationToken: Token);
        int best = result.Best!.Epoch.Epoch;
        Assert.Equal(result.Epochs.Min(epoch => epoch.ValLoss), result.Best.Epoch.ValLoss);
        // Otherwise the test shows nothing.
        Assert.InRange(best, 2, 4);

        // As many epochs alone end with these weights.
        var shorter = await TrainingJob.Create(Settings with { Epochs = best, Monitor = null }, _folder["short"]).RunAsync(cancellationToken: Token);
        AssertSameWeights(shorter.Directory.Model, result.Directory.Best);
        Assert.Equal((best, null), (result.Directory.EpochOfBest(), ModelFile.Load(result.Directory.Model).Card.Epoch));
        Assert.False(File.Exists(shorter.Directory.Best));
        var whole = await TrainingJob.Create(Settings with { Monitor = null, Threads = 2 }, _folder["whole"]).RunAsync(cancellationToken: Token);
        Assert.Equal(await BytesAsync(whole.Directory.Model), await BytesAsync(result.Directory.Model));
    }

    [Fact]
    public void Of_equal_epochs_the_first_is_the_best()
    {
        List<EpochResult> epochs = [Epoch(1, 0.5, 0.8), Epoch(2, 0.3, 0.9), Epoch(3, 0.3, 0.85), Epoch(4, 0.4, 0.9)];
        Assert.Equal(2, BestEpoch.Of(epochs, MonitoredMetric.ValLoss)!.Epoch.Epoch);
        Assert.Equal(2, BestEpoch.Of(epochs, MonitoredMetric.ValTop1)!.Epoch.Epoch);
        Assert.Null(BestEpoch.Of(epochs, monitor: null));
        Assert.Null(BestEpoch.Of([], MonitoredMetric.ValLoss));
        Assert.True(BestEpoch.Of(epochs, MonitoredMetric.ValLoss)!.HasRunOut(2));
        Assert.False(BestEpoch.Of(epochs, MonitoredMetric.ValLoss)!.HasRunOut(3));
        Assert.False(BestEpoch.Of(epochs, MonitoredMetric.ValLoss)!.HasRunOut(null));

        static EpochResult Epoch(int number, double loss, double top1) => new(number, 1, 0.5, loss, top1, 0.01, 1, 1);
    }

    [Fact]
    public async Task A_run_without_patience_left_is_complete_until_it_gets_more()
    {
        var whole = await TrainingJob.Create(Settings, _folder["whole"]).RunAsync(cancellationToken: Token);
        Assert.False(whole.StoppedEarly);
        int end = FirstWithout(whole.Epochs, patience: 1);
        Assert.InRange(end, 2, 4);
        var stopped = await TrainingJob.Create(Settings with { Patience = 1 }, _folder["run"]).RunAsync(cancellationToken: Token);
        Assert.Equal((end, true), (stopped.Epochs.Count, stopped.StoppedEarly));
        Assert.Equal(end - 1, stopped.Best!.Epoch.Epoch);

        // More epochs alone change nothing: patience is what ended it.
        var again = await TrainingJob.Resume(_folder["run"], settings => settings with { Epochs = 9 }).RunAsync(cancellationToken: Token);
        Assert.Equal((end, true, true), (again.Epochs.Count, again.WasComplete, again.StoppedEarly));
        var printed = (await CliProgram.RunAsync(_folder.Path, "train", "--resume", "run")).Ok();
        Assert.Contains($"stopped after epoch {end} of 5: 1 epoch without a better val_loss", printed.Out, StringComparison.Ordinal);
        Assert.Contains("continue with a larger --patience", printed.Out, StringComparison.Ordinal);
        (await CliProgram.RunAsync(_folder.Path, "report", "run")).Ok();
        string page = await File.ReadAllTextAsync(_folder["run/report.html"], Token);
        Assert.Contains($"Training ended after epoch {end}: 1 epoch had passed without a better val_loss.", page, StringComparison.Ordinal);
        Assert.DoesNotContain("The run is incomplete", page, StringComparison.Ordinal);

        var more = await TrainingJob.Resume(_folder["run"], settings => settings with { Patience = 5 }).RunAsync(cancellationToken: Token);
        Assert.Equal(5, more.Epochs.Count);
        Assert.Equal(await BytesAsync(whole.Directory.Model), await BytesAsync(more.Directory.Model));
        Assert.Equal(await BytesAsync(whole.Directory.Best), await BytesAsync(more.Directory.Best));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_killed_run_ends_with_the_same_best_weights(bool all)
    {
        // Once with everything that a step or an epoch keeps beside the weights.
        var settings = all ? Settings with { ModelEma = true, ModelEmaDecay = 0.9, Balance = true, Threads = 2 } : Settings;
        var whole = await TrainingJob.Create(settings, _folder["whole"]).RunAsync(cancellationToken: Token);
        string[] train =
        [
            "train", "residual", "--dataset", "digits", "--limit-train", "300", "--limit-test", "60", "--batch-size", "20", "--lr", "0.1",
            "--epochs", "5", "--threads", "1", "--monitor", "val_loss", "--output", "run", "--checkpoint-minutes", "0.0001",
            .. all ? (string[])["--model-ema", "--model-ema-decay", "0.9", "--balance"] : [],
        ];
        for (int kills = 0; kills < 6; kills++)
        {
            bool isBegun = File.Exists(_folder["run/checkpoint.safetensors"]);
            using var program = CliProgram.Start(_folder.Path, isBegun ? ["train", "--resume", "run"] : train);
            // From the first step to the last epoch, whatever the speed of the machine.
            await UntilAsync(() => program.HasExited || File.Exists(_folder["run/checkpoint.safetensors"]));
            await Task.Delay(400 + (150 * kills), Token);
            program.Signal("KILL");
        }

        (await CliProgram.RunAsync(_folder.Path, "train", "--resume", "run")).Ok();
        Assert.Equal(await BytesAsync(whole.Directory.Best), await BytesAsync(_folder["run/best.safetensors"]));
        Assert.Equal(await BytesAsync(whole.Directory.Model), await BytesAsync(_folder["run/model.safetensors"]));
        Assert.Equal(all, File.Exists(_folder["run/ema.safetensors"]));
        if (all)
        {
            Assert.Equal(await BytesAsync(whole.Directory.Ema), await BytesAsync(_folder["run/ema.safetensors"]));
        }
    }

    [Fact]
    public async Task Best_weights_that_cannot_be_written_keep_the_checkpoint_before_them()
    {
        var whole = await TrainingJob.Create(Settings, _folder["whole"]).RunAsync(cancellationToken: Token);
        int best = whole.Best!.Epoch.Epoch;
        string path = _folder["run/best.safetensors"];
        var blocked = new On<StepEvent>(e =>
        {
            if (e.Progress.Epoch == best && e.Progress.Step == 1)
            {
                File.Delete(path);
                Directory.CreateDirectory(path);
            }
        });
        var failed = await Assert.ThrowsAsync<InterruptedRunException>(
            () => TrainingJob.Create(Settings, _folder["run"]).RunAsync(blocked, Token));
        Assert.Contains(path, failed.Message, StringComparison.Ordinal);
        Assert.True(failed.Kept.Epoch < best);
        Directory.Delete(path);
        var result = await TrainingJob.Resume(_folder["run"]).RunAsync(cancellationToken: Token);
        Assert.Equal(whole.Epochs.Select(e => e.ValLoss), result.Epochs.Select(e => e.ValLoss));
        Assert.Equal(await BytesAsync(whole.Directory.Best), await BytesAsync(path));
    }

    [Fact]
    public async Task Every_verb_takes_the_best_weights_and_says_so()
    {
        var run = await TrainingJob.Create(Settings, _folder["run"]).RunAsync(cancellationToken: Token);
        using (var args = JsonDocument.Parse(await BytesAsync(run.Directory.Arguments)))
        {
            Assert.Equal("best", args.RootElement.GetProperty("answers").GetString());
            Assert.Equal("val_loss", args.RootElement.GetProperty("monitor").GetString());
        }

        string notice = "run: taking the weights of the best epoch by val_loss, best.safetensors.";
        var (best, last) = (run.Best!.Epoch, run.Epochs[^1]);
        Assert.Equal(best.ValLoss, await LossAsync(notice), 1e-6);
        Assert.Equal(best.ValLoss, await LossAsync(notice: null, "--use", "best"), 1e-6);
        Assert.Equal(last.ValLoss, await LossAsync(notice: null, "--use", "last"), 1e-6);
        (await CliProgram.RunAsync(_folder.Path, "eval", "run", "--use", "ema"))
            .AssertError("run: the folder has no ema.safetensors; a training that averages its weights writes it. "
                + "Use another set; it has: last, best.");
        (await CliProgram.RunAsync(_folder.Path, "eval", "run/model.safetensors", "--use", "best"))
            .AssertError("run/model.safetensors is not a run folder");

        foreach (string[] verb in (string[][])[["convert", "run", "out.safetensors"], ["export", "run", "out.onnx"]])
        {
            Assert.Contains(notice, (await CliProgram.RunAsync(_folder.Path, verb)).Ok().Error, StringComparison.Ordinal);
        }

        Assert.Equal(ModelFile.Load(run.Directory.Best).Weights.Tensors[0].Values, ModelFile.Load(_folder["out.safetensors"]).Weights.Tensors[0].Values);
        var tuned = (await CliProgram.RunAsync(
            _folder.Path, "train", "residual", "--weights", "run", "--epochs", "1", "--dataset", "digits", "--limit-train", "20", "--limit-test",
            "20", "--output", "tuned")).Ok();
        Assert.Contains(notice, tuned.Error, StringComparison.Ordinal);
        var report = (await CliProgram.RunAsync(_folder.Path, "report", "run", "--json")).Ok();
        using var json = JsonDocument.Parse(report.Out);
        Assert.Equal(
            [("model.safetensors", 5, false), ("best.safetensors", best.Epoch, true)],
            json.RootElement.GetProperty("weights").EnumerateArray().Select(kept => (
                kept.GetProperty("file").GetString()!, kept.GetProperty("epoch").GetInt32(), kept.GetProperty("is_used").GetBoolean())));
        Assert.Contains("Weights that the run keeps", await File.ReadAllTextAsync(_folder["run/report.html"], Token), StringComparison.Ordinal);

        File.Delete(run.Directory.Best);
        (await CliProgram.RunAsync(_folder.Path, "eval", "run"))
            .AssertError("args.json says that best.safetensors answers, and the file is missing. Use another set; it has: last.");

        async Task<double> LossAsync(string? notice, params string[] options)
        {
            var result = (await CliProgram.RunAsync(_folder.Path, ["eval", "run", "--limit-test", "60", "--json", .. options])).Ok();
            Assert.Equal(notice is not null, result.Error.Contains(notice ?? "taking the weights", StringComparison.Ordinal));
            using var json = JsonDocument.Parse(result.Out);
            return json.RootElement.GetProperty("test_loss").GetDouble();
        }
    }

    [Fact]
    public async Task The_result_has_both_sets()
    {
        string[] train =
        [
            "train", "residual", "--dataset", "digits", "--limit-train", "200", "--limit-test", "40", "--epochs", "2", "--threads", "1",
            "--json",
        ];
        var plain = (await CliProgram.RunAsync(_folder.Path, [.. train, "--output", "plain"])).Ok();
        using var json = JsonDocument.Parse(plain.Out);
        Assert.Equal("last", json.RootElement.GetProperty("answers").GetString());
        Assert.False(json.RootElement.GetProperty("best").GetProperty("is_kept").GetBoolean());

        var kept = (await CliProgram.RunAsync(_folder.Path, [.. train, "--output", "kept", "--monitor", "val_top1"])).Ok();
        using var other = JsonDocument.Parse(kept.Out);
        var (root, best) = (other.RootElement, other.RootElement.GetProperty("best"));
        Assert.Equal("best", root.GetProperty("answers").GetString());
        Assert.True(best.GetProperty("is_kept").GetBoolean());
        var epochs = root.GetProperty("epochs").EnumerateArray().Select(epoch => epoch.GetProperty("val_top1").GetDouble()).ToArray();
        Assert.Equal(epochs.Max(), best.GetProperty("val_top1").GetDouble());
        Assert.Equal(Array.IndexOf(epochs, epochs.Max()) + 1, best.GetProperty("epoch").GetInt32());
        Assert.Equal(epochs[^1], root.GetProperty("test_top1").GetDouble());
    }

    [Fact]
    public async Task Averaged_weights_are_kept_and_answer_and_the_best_epoch_is_theirs()
    {
        var settings = Settings with { ModelEma = true, ModelEmaDecay = 0.9 };
        var both = await TrainingJob.Create(settings, _folder["run"]).RunAsync(cancellationToken: Token);
        Assert.Equal(both.Epochs.Min(epoch => epoch.EmaValLoss), both.Best!.ValLoss);
        var averaged = await TrainingJob.Create(
            settings with { Monitor = null, Epochs = both.Best.Epoch.Epoch }, _folder["averaged"]).RunAsync(cancellationToken: Token);
        AssertSameWeights(averaged.Directory.Ema, both.Directory.Best);
        Assert.NotEqual(await BytesAsync(averaged.Directory.Model), await BytesAsync(averaged.Directory.Ema));
        Assert.Equal(averaged.Epochs.Select(e => e.EmaValTop1), RunSummary.Load(averaged.Directory.Summary).Select(e => e.EmaValTop1));

        var eval = (await CliProgram.RunAsync(_folder.Path, "eval", "averaged", "--limit-test", "60", "--json")).Ok();
        Assert.Contains("averaged: taking the averaged weights, ema.safetensors.", eval.Error, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(eval.Out);
        Assert.Equal(averaged.Epochs[^1].EmaValLoss!.Value, json.RootElement.GetProperty("test_loss").GetDouble(), 1e-6);

        // Stopped within an epoch, on another number of threads.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var inEpoch = new On<StepEvent>(e =>
        {
            if (e.Progress is { Epoch: 2, Step: 3 })
            {
                stop.Cancel();
            }
        });
        await Assert.ThrowsAsync<TrainingStoppedException>(
            () => TrainingJob.Create(settings with { Threads = 2 }, _folder["stopped"]).RunAsync(inEpoch, stop.Token));
        File.Delete(_folder["stopped/ema.safetensors"]);
        var resumed = await TrainingJob.Resume(_folder["stopped"]).RunAsync(cancellationToken: Token);
        foreach (var (one, other) in ((string, string)[])[
            (both.Directory.Model, resumed.Directory.Model), (both.Directory.Ema, resumed.Directory.Ema), (both.Directory.Best, resumed.Directory.Best)])
        {
            Assert.Equal(await BytesAsync(one), await BytesAsync(other));
        }

        // A lost average of the last epoch is in the checkpoint.
        byte[] ema = await BytesAsync(resumed.Directory.Ema);
        File.Delete(resumed.Directory.Ema);
        Assert.False((await TrainingJob.Resume(_folder["stopped"]).RunAsync(cancellationToken: Token)).WasComplete);
        Assert.Equal(ema, await BytesAsync(resumed.Directory.Ema));
    }

    private static void AssertSameWeights(string expected, string actual) => Assert.Equal(
        ModelFile.Load(expected).Weights.Tensors.SelectMany(tensor => tensor.Values),
        ModelFile.Load(actual).Weights.Tensors.SelectMany(tensor => tensor.Values));

    private static int FirstWithout(IReadOnlyList<EpochResult> epochs, int patience) =>
        Enumerable.Range(1, epochs.Count).First(n => BestEpoch.Of([.. epochs.Take(n)], MonitoredMetric.ValLoss)!.HasRunOut(patience));

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(10, Token);
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
