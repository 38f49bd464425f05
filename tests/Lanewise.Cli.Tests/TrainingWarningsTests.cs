using System.Text.Json;
using Lanewise.Imaging;
using Lanewise.Workflows;

namespace Lanewise.Cli.Tests;

/// <summary>What <c>train</c> warns of, and when it says nothing.</summary>
public sealed class TrainingWarningsTests
{
    private const int ResNet18 = 11_177_538, Residual = 41_514;

    [Fact]
    public void Few_images_for_a_large_network_from_random_weights()
    {
        string text = TrainingWarnings.FewImages("resnet18", ResNet18, images: 36, classes: 2, isPretrained: false)!;
        Assert.StartsWith("36 images of 2 classes are few for the 11,177,538 parameters of resnet18", text, StringComparison.Ordinal);
        Assert.EndsWith("{pretrained} resnet18, or the model resnet18-cntk with {pretrained}.", text, StringComparison.Ordinal);
        Assert.EndsWith(
            "weights: the model resnet18-cntk with {pretrained}.",
            TrainingWarnings.FewImages("squeezenet", ResNet18, 36, 2, isPretrained: false), StringComparison.Ordinal);
        Assert.EndsWith(
            "weights: the model resnet18-cntk with {pretrained}.",
            TrainingWarnings.FewImages("resnet18-cntk", ResNet18, 36, 2, isPretrained: false), StringComparison.Ordinal);
        Assert.Null(TrainingWarnings.FewImages("resnet18", ResNet18, 36, 2, isPretrained: true));
        Assert.Null(TrainingWarnings.FewImages("resnet18", ResNet18, 200, 2, isPretrained: false));
        Assert.Null(TrainingWarnings.FewImages("residual", Residual, 36, 2, isPretrained: false));
        Assert.Null(TrainingWarnings.FewImages("residual", Residual, 60_000, 10, isPretrained: false));
    }

    [Theory]
    [InlineData(10, 1, "Each batch has one image")]
    [InlineData(1, 8, "Each batch has one image")]
    [InlineData(65, 32, "The last batch of each epoch has one image (65 of 32 a step)")]
    [InlineData(64, 32, null)]
    [InlineData(60_000, 64, null)]
    public void Batches_of_one_image_with_batch_norm(int images, int batchSize, string? expected)
    {
        string? text = TrainingWarnings.SingleImages(images, batchSize, hasBatchNorm: true);
        Assert.Equal(expected, text?[..Math.Min(text.Length, expected?.Length ?? 0)]);
        Assert.Null(TrainingWarnings.SingleImages(images, batchSize, hasBatchNorm: false));
    }

    [Fact]
    public void A_loss_that_has_stayed_where_guessing_has_it()
    {
        Assert.Contains("stayed at 2.303", TrainingWarnings.StayedAtChance([2.3026, 2.31, 2.2999], 10), StringComparison.Ordinal);
        Assert.Null(TrainingWarnings.StayedAtChance([2.3026, 2.2], 10));
        Assert.Null(TrainingWarnings.StayedAtChance([2.2, 2.3026], 10));
        Assert.Null(TrainingWarnings.StayedAtChance([], 10));
        Assert.Null(TrainingWarnings.StayedAtChance([0], 1));
    }

    [Fact]
    public void Running_statistics_that_have_not_settled()
    {
        Assert.StartsWith(
            "After 12 steps, 28 % of batch norm's running statistics are initial values",
            TrainingWarnings.UnsettledStatistics(12, hasBatchNorm: true, isPretrained: false), StringComparison.Ordinal);
        Assert.Null(TrainingWarnings.UnsettledStatistics(30, true, false));
        Assert.Null(TrainingWarnings.UnsettledStatistics(12, hasBatchNorm: false, isPretrained: false));
        Assert.Null(TrainingWarnings.UnsettledStatistics(12, hasBatchNorm: true, isPretrained: true));
    }

    [Fact]
    public void One_answer_to_everything()
    {
        Assert.StartsWith(
            "All 9 validation images are classified as 'bees'", TrainingWarnings.OneClass(Evaluate([0, 5], [0, 4]), ["ants", "bees"]),
            StringComparison.Ordinal);
        Assert.Null(TrainingWarnings.OneClass(Evaluate([1, 4], [0, 4]), ["ants", "bees"]));
        Assert.Null(TrainingWarnings.OneClass(Evaluate([0, 0], [0, 9]), ["ants", "bees"]));
        Assert.Null(TrainingWarnings.OneClass(Evaluate([0, 3], [0, 4]), ["ants", "bees"]));
    }

    [Fact]
    public async Task Each_is_given_once_in_one_line()
    {
        using var folder = new TemporaryFolder();
        WriteGreyImages(folder["images"]);
        // All images are the same, so all get one answer.
        var result = (await CliProgram.RunAsync(
            folder.Path, "train", "resnet20", "--dataset", "folder:images", "--epochs", "3", "-b", "1", "--lr", "1e-9", "--output", "run",
            "--json")).Ok();
        string[] warnings = [.. result.ErrorLines.Where(line => line.StartsWith("warning: ", StringComparison.Ordinal))];
        Assert.Contains(warnings, line => line.Contains("Choose another --batch-size.", StringComparison.Ordinal));
        Assert.Contains(warnings, line => line.Contains("All 8 validation images", StringComparison.Ordinal));
        Assert.Contains(warnings, line => line.Contains("After 24 steps", StringComparison.Ordinal));
        Assert.Equal(warnings.Length, warnings.Distinct().Count());
        var json = JsonDocument.Parse(result.Out).RootElement;
        Assert.Equal(0.5, json.GetProperty("majority_share").GetDouble());
        Assert.Equal(0.2152, json.GetProperty("top1_interval")[0].GetDouble(), 4);
        Assert.Equal(0.7848, json.GetProperty("top1_interval")[1].GetDouble(), 4);

        var eval = (await CliProgram.RunAsync(folder.Path, "eval", "run")).Ok();
        Assert.Contains("few images: 95 % interval 21.52 % to 78.48 %, majority class alone 50.00 %\n", eval.Out, StringComparison.Ordinal);
        (await CliProgram.RunAsync(folder.Path, "report", "run")).Ok();
        Assert.Contains("21.52 % to 78.48 %", File.ReadAllText(folder["run/report.html"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_usual_run_has_none()
    {
        using var folder = new TemporaryFolder();
        var result = (await CliProgram.RunAsync(
            folder.Path, "train", "residual", "--dataset", "digits", "--limit-train", "2000", "--limit-test", "1000", "--epochs", "1",
            "--output", "run")).Ok();
        Assert.DoesNotContain("warning", result.Error, StringComparison.Ordinal);
        Assert.Matches("^test accuracy [0-9.]+ % after 1 epoch, saved in run; ", result.Out);
        var eval = (await CliProgram.RunAsync(folder.Path, "eval", "run", "--limit-test", "1000")).Ok();
        Assert.DoesNotContain("interval", eval.Out, StringComparison.Ordinal);
    }

    private static Evaluation Evaluate(params int[][] confusion) =>
        new(1, confusion.Select((row, label) => row[label]).Sum(), confusion.Sum(row => row.Sum()), confusion);

    private static void WriteGreyImages(string folder)
    {
        foreach (string name in (string[])["train/a", "train/b", "val/a", "val/b"])
        {
            string path = Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
            for (int i = 0; i < 4; i++)
            {
                ImageWriter.Write(Path.Combine(path, $"{i}.png"), new(1, 28, 28), Enumerable.Repeat((byte)128, 28 * 28).ToArray());
            }
        }
    }
}
