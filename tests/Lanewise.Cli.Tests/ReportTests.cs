namespace Lanewise.Cli.Tests;

public sealed class ReportTests(TrainedRun trained)
{
    [Fact]
    public void Training_prints_one_line_per_epoch_and_writes_a_run_folder()
    {
        string[] lines = trained.Progress.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(4, lines.Length);
        Assert.StartsWith("2 epochs of 64 images a step, sgd with momentum 0.5, learning rate 0.03, constant, ", lines[0], StringComparison.Ordinal);
        Assert.Matches(@"^epoch 2/2  train loss \d\.\d{4}  +\d+\.\d\d %  val loss \d\.\d{4}  +\d+\.\d\d %  [\d,]+/s$", lines[3]);
        Assert.Equal(
            ["args.json", "checkpoint.safetensors", "gradients.csv", "model.safetensors", "receipt.json", "summary.csv"],
            Directory.GetFiles(trained.Run).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        string[] summary = File.ReadAllLines(Path.Combine(trained.Run, "summary.csv"));
        Assert.Equal("epoch,train_loss,train_top1,val_loss,val_top1,lr,seconds,images_per_second", summary[0]);
        Assert.Equal(3, summary.Length);
        Assert.Contains(",0.03,", summary[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Eval_prints_a_table_and_a_confusion_matrix_without_colors()
    {
        var result = (await CliProgram.RunAsync(Path.GetTempPath(), "eval", trained.Model, "--limit-test", "100", "--threads", "1")).Ok();
        Assert.Contains("of 100 correct", result.Out, StringComparison.Ordinal);
        Assert.Contains("precision", result.Out, StringComparison.Ordinal);
        Assert.Contains("confusion", result.Out, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', result.Out);
        Assert.All(result.Out.Split('\n'), line => Assert.InRange(line.Length, 0, 80));
    }

    [Fact]
    public async Task Without_a_dataset_a_notice_says_which_is_used_and_why()
    {
        using var folder = new TemporaryFolder();
        var result = (await CliProgram.RunAsync(
            folder.Path, "train", "residual", "--limit-train", "64", "--limit-test", "10", "--epochs", "1", "--threads", "1")).Ok();
        Assert.Matches(
            "^No dataset was named: using the built-in digits, because mnist is not on disk.*'lanewise data fetch mnist'", result.ErrorLines[0]);
        Assert.Matches(
            @"^test accuracy \d+\.\d\d % after 1 epoch, saved in runs/residual-1; next: lanewise eval runs/residual-1", result.Out);
    }

    [Fact]
    public async Task Data_dir_excludes_all_other_folders()
    {
        using var folder = new TemporaryFolder();
        var result = await CliProgram.RunAsync(folder.Path, "train", "residual", "--data-dir", folder.Path);
        result.AssertError("lanewise data fetch mnist");
        Assert.Empty(Directory.GetDirectories(folder["runs"]));
    }
}
