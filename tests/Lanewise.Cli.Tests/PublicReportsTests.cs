using Lanewise.Imaging;
using Lanewise.Workflows;

namespace Lanewise.Cli.Tests;

/// <summary>
/// What people reported of other trainers, tried on this one, as far as no other test does; bench/results/inputs.md lists all, with the
/// reports.
/// </summary>
public sealed class PublicReportsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Paths_with_special_characters_are_read()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "some of these characters are not allowed there.");
        string root = "föto #1 (50%) & more+;=[x]/写真/'q\"uote";
        Write($"{root}/train/a b/%20.png", 1);
        Write($"{root}/train/a b/?q=1&x.png", 2);
        Write($"{root}/train/-dash/*.png", 60);
        Write($"{root}/train/-dash/\\back.png", 61);
        var result = (await CliProgram.RunAsync(
            _folder.Path, "train", "residual", "--dataset", root, "--val-split", "0.5", "--epochs", "1", "--threads", "1", "--output", "r n")).Ok();
        Assert.Contains(result.ErrorLines, line => line.Contains("2 + 2 images", StringComparison.Ordinal));
        var predicted = (await CliProgram.RunAsync(_folder.Path, "predict", "r n", root, "--top-k", "1")).Ok();
        Assert.Equal(4, predicted.Out.Trim().Split('\n').Length);
    }

    [Fact]
    public async Task A_last_batch_of_one_image_does_not_end_the_training()
    {
        for (int i = 0; i < 5; i++)
        {
            Write($"data/train/a/{i}.png", i);
            Write($"data/train/b/{i}.png", 100 + i);
        }

        Write("data/val/a/x.png", 3);
        var settings = new TrainSettings { Model = "resnet20", Dataset = _folder["data"], Epochs = 1, BatchSize = 3, Threads = 1 };
        var result = await TrainingJob.Create(settings, _folder["run"]).RunAsync(cancellationToken: Token);
        Assert.True(double.IsFinite(result.Epochs[0].TrainLoss));
    }

    [Fact]
    public async Task An_empty_class_folder_beside_the_images_to_evaluate_counts_as_none()
    {
        foreach (string name in (string[])["0", "180", "270", "90"])
        {
            for (int i = 0; i < 4; i++)
            {
                Write($"data/train/{name}/{i}.png", 10 * i + name.Length);
                Write($"data/val/{name}/{i}.png", 10 * i + name.Length);
            }
        }

        Write("data/test/0/x.png", 1);
        Write("data/test/90/x.png", 2);
        Directory.CreateDirectory(_folder["data/test/180"]);
        var settings = new TrainSettings { Model = "residual", Dataset = _folder["data"], Epochs = 1, Threads = 1 };
        await TrainingJob.Create(settings, _folder["run"]).RunAsync(cancellationToken: Token);
        var source = new DataSource { Split = "test" };
        var result = await new EvaluationJob(TrainedModel.Load(_folder["run"]), source).RunAsync(cancellationToken: Token);
        Assert.Equal([1, 0, 0, 1], result.Evaluation.PerClass().Select(score => score.Support));
    }

    private void Write(string name, int shade)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
        ImageWriter.Write(_folder[name], new(1, 28, 28), [.. Enumerable.Range(0, 28 * 28).Select(i => (byte)(shade + i % 90))]);
    }
}
