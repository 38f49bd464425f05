using Lanewise.Workflows;

namespace Lanewise.Cli.Tests;

/// <summary>Runs that another training starts from, or that are resumed with other options.</summary>
public sealed class GivenRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static TrainSettings Settings => new()
    {
        Model = "residual",
        Dataset = "digits",
        LimitTrain = 60,
        LimitTest = 20,
        Epochs = 1,
        Threads = 1,
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_run_given_as_pretrained_weights_says_which_of_them_are_taken()
    {
        await TrainingJob.Create(Settings with { Monitor = MonitoredMetric.ValLoss }, _folder["run"]).RunAsync(cancellationToken: Token);
        const string Notice = "taking the weights of the best epoch by val_loss, best.safetensors.";
        Assert.Contains(Notice, (await TrainAsync("one")).Ok().Error, StringComparison.Ordinal);
        Assert.DoesNotContain(Notice, (await TrainAsync("two", "--use", "last")).Ok().Error, StringComparison.Ordinal);
        (await TrainAsync("three", "--use", "ema")).AssertError("the folder has no ema.safetensors");

        Task<CliResult> TrainAsync(string output, params string[] options) => CliProgram.RunAsync(
            _folder.Path,
            [
                "train", "residual", "--pretrained", "./run", "--dataset", "digits", "--limit-train", "20", "--limit-test", "20", "--epochs",
                "1", "--output", output, .. options,
            ]);
    }

    [Fact]
    public async Task Patience_without_a_metric_is_refused_on_resume_too()
    {
        await TrainingJob.Create(Settings, _folder["run"]).RunAsync(cancellationToken: Token);
        (await CliProgram.RunAsync(_folder.Path, "train", "--resume", "run", "--epochs", "2", "--patience", "1"))
            .AssertError("--patience requires --monitor", exitCode: 2);
    }

    [Theory]
    [InlineData("--patience requires --monitor", "--patience", "2")]
    [InlineData("--use requires --weights or --pretrained", "--use", "best")]
    public async Task Options_that_need_another_are_refused(string expected, params string[] options) =>
        (await CliProgram.RunAsync(_folder.Path, ["train", "residual", "--dataset", "digits", .. options])).AssertError(expected, exitCode: 2);

    [Fact]
    public void A_folder_whose_settings_are_damaged_is_refused_only_where_it_has_a_choice()
    {
        File.WriteAllText(_folder["args.json"], "{ nonsense");
        File.WriteAllText(_folder["model.safetensors"], "");
        Assert.Equal(_folder["model.safetensors"], RunDirectory.FindModel(_folder.Path));
        File.WriteAllText(_folder["best.safetensors"], "");
        Assert.Contains(
            "does not say which weights", Assert.Throws<FileAccessException>(() => RunDirectory.FindModel(_folder.Path)).Message, StringComparison.Ordinal);
        Assert.Equal(_folder["best.safetensors"], RunDirectory.FindModel(_folder.Path, RunWeights.Best));
    }
}
