using System.Text.Json;
using Lanewise.Files;
using Lanewise.Imaging;
using Lanewise.Workflows;

namespace Lanewise.Cli.Tests;

/// <summary>Training, evaluation and prediction on an image folder.</summary>
public sealed class ImageFolderTests
{
    private const int Side = 32;

    [Fact]
    public async Task A_model_is_trained_evaluated_and_used_on_an_image_folder()
    {
        using var folder = Images();
        string data = "folder:" + folder["images"];
        var train = (await CliProgram.RunAsync(
            folder.Path, "train", "residual", "--dataset", data, "--epochs", "4", "-b", "8", "--lr", "0.02",
            "--threads", "1", "--output", "run", "--json")).Ok();
        double accuracy = JsonDocument.Parse(train.Out).RootElement.GetProperty("test_accuracy").GetDouble();
        // Chance level is 0.5.
        Assert.InRange(accuracy, 0.75, 1);

        var card = ModelFile.Load(folder["run/model.safetensors"]).Card;
        Assert.Equal(["lying", "upright"], card.Classes);
        Assert.Equal(data, card.Dataset);
        var arguments = JsonDocument.Parse(File.ReadAllBytes(folder["run/args.json"])).RootElement;
        Assert.Equal(2, arguments.GetProperty("classes").GetInt32());
        Assert.Equal("none", arguments.GetProperty("aug").GetString());
        Assert.Equal("error", arguments.GetProperty("on_corrupt").GetString());

        // The model stores the path of its dataset, also for other working directories.
        var eval = (await CliProgram.RunAsync(Path.GetTempPath(), "eval", folder["run"], "--threads", "1", "--json")).Ok();
        Assert.Equal(accuracy, JsonDocument.Parse(eval.Out).RootElement.GetProperty("test_accuracy").GetDouble());

        // Predictions of the validation images as files match the evaluation.
        string[] files = [.. Directory.GetFiles(folder["images/val"], "*", SearchOption.AllDirectories)];
        var predict = (await CliProgram.RunAsync(folder.Path, ["predict", "run", .. files, "--top-k", "1", "--json"])).Ok();
        int correct = JsonDocument.Parse(predict.Out).RootElement.GetProperty("predictions").EnumerateArray().Count(IsCorrect);
        Assert.Equal(accuracy, (double)correct / files.Length);

        var more = (await CliProgram.RunAsync(folder.Path, "train", "--resume", "run", "--epochs", "5", "--json")).Ok();
        Assert.Equal(5, JsonDocument.Parse(more.Out).RootElement.GetProperty("epochs").GetArrayLength());

        static bool IsCorrect(JsonElement prediction)
        {
            string label = prediction.GetProperty("top")[0].GetProperty("class").GetString()!;
            return prediction.GetProperty("file").GetString()!.Contains(label, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_corrupt_image_stops_training_or_is_skipped()
    {
        using var folder = Images();
        string corrupt = folder["images/train/upright/3.png"];
        File.WriteAllBytes(corrupt, File.ReadAllBytes(corrupt)[..50]);
        string[] command = ["train", "residual", "--dataset", "folder:images", "--epochs", "1", "--threads", "1"];
        var failed = await CliProgram.RunAsync(folder.Path, command);
        failed.AssertError("1 of 48 images cannot be read; repair or remove them, or leave them out with --on-corrupt skip");
        Assert.Contains(failed.ErrorLines, line => line.StartsWith("corrupt: " + corrupt, StringComparison.Ordinal));

        var skipped = (await CliProgram.RunAsync(folder.Path, [.. command, "--on-corrupt", "skip", "--json"])).Ok();
        Assert.Contains(skipped.ErrorLines, line => line.StartsWith("skipped: " + corrupt, StringComparison.Ordinal));
        Assert.Contains(skipped.ErrorLines, line => line.Contains("31 + 16 images", StringComparison.Ordinal));
        var record = RunDirectory.Open(folder["runs/residual-1"]).LoadRecord();
        Assert.Equal(["train/upright/3.png"], record.Facts.LeftOutImages);
    }

    [Fact]
    public async Task An_image_that_is_lost_after_training_steps_keeps_the_checkpoint()
    {
        using var folder = Images();
        string lost = folder["images/val/upright/3.png"], kept = folder["kept.png"];
        var settings = new TrainSettings { Model = "residual", Dataset = folder["images"], Epochs = 1, BatchSize = 8, Threads = 1 };
        var token = TestContext.Current.CancellationToken;
        var job = TrainingJob.Create(settings, folder["run"]);
        var loses = new Handler(e =>
        {
            if (e is StepEvent { Progress.Step: 2 })
            {
                File.Move(lost, kept);
            }
        });
        var interrupted = await Assert.ThrowsAsync<InterruptedRunException>(() => job.RunAsync(loses, token));
        Assert.Contains("3.png could not be read", interrupted.Message, StringComparison.Ordinal);
        File.Move(kept, lost);
        var straight = await TrainingJob.Create(settings, folder["straight"]).RunAsync(cancellationToken: token);
        var resumed = await TrainingJob.Resume(folder["run"]).RunAsync(cancellationToken: token);
        Assert.Equal(straight.Epochs[0].ValLoss, resumed.Epochs[0].ValLoss);
        Assert.Equal(File.ReadAllBytes(straight.Directory.Model), File.ReadAllBytes(resumed.Directory.Model));
    }

    [Fact]
    public async Task Errors_of_image_folders_and_input_options_are_one_line()
    {
        using var folder = Images();
        Directory.CreateDirectory(folder["images/train/empty"]);
        string[] command = ["train", "residual", "--dataset", "folder:images"];
        Assert.Contains("train/empty: there is no image", await ErrorAsync(), StringComparison.Ordinal);
        Directory.Delete(folder["images/train/empty"]);
        Assert.Contains(
            "--img-size 8: residual, designed for 28, does not support this size; choose a larger one. "
                + "conv2 (Conv2d): kernel 5×5 does not fit",
            await ErrorAsync("--img-size", "8"),
            StringComparison.Ordinal);
        string mean = await ErrorAsync("--mean", "0.1,0.2,0.3");
        Assert.Contains("--mean: 3 numbers, but residual takes 1 channel", mean, StringComparison.Ordinal);
        Directory.Delete(folder["images/train"], recursive: true);
        var noTrain = await CliProgram.RunAsync(folder.Path, "train", "residual", "--dataset", "folder:images");
        noTrain.AssertError("it lacks the split train");
        Assert.Empty(Directory.GetDirectories(folder.Path, "runs/*"));

        async Task<string> ErrorAsync(params string[] options) =>
            (await CliProgram.RunAsync(folder.Path, [.. command, .. options])).OneError();
    }

    [Theory]
    [InlineData("--dataset", "folder:", "specify one, as in folder:PATH")]
    [InlineData("--aug", "wild", "there are none, cifar, imagenet, digits")]
    [InlineData("--on-corrupt", "ignore", "there are error, skip")]
    [InlineData("--crop-pct", "0", "expected a number from 0.1 to 1")]
    [InlineData("--std", "1,0", "expected positive numbers")]
    [InlineData("--mean", "0.5,", "expected numbers")]
    [InlineData("--img-size", "0", "expected a whole number from 1 to 4096")]
    public async Task An_invalid_value_is_a_usage_error(string option, string value, string expected)
    {
        var result = await CliProgram.RunAsync(Path.GetTempPath(), "train", "residual", option, value);
        result.AssertError(expected, exitCode: 2);
    }

    private sealed class Handler(Action<JobEvent> handle) : IProgress<JobEvent>
    {
        public void Report(JobEvent value) => handle(value);
    }

    /// <summary>Creates 32 + 16 images of vertical and horizontal stripes, of several widths and colors.</summary>
    internal static TemporaryFolder Images()
    {
        var folder = new TemporaryFolder();
        foreach (var (split, count) in ((string, int)[])[("train", 16), ("val", 8)])
        {
            foreach (string kind in (string[])["upright", "lying"])
            {
                Directory.CreateDirectory(folder[$"images/{split}/{kind}"]);
                for (int i = 0; i < count; i++)
                {
                    byte[] pixels = Stripes(kind == "upright", 3 + i % 4, i + count);
                    ImageWriter.Write(folder[$"images/{split}/{kind}/{i}.png"], new Shape(3, Side, Side), pixels);
                }
            }
        }

        return folder;
    }

    private static byte[] Stripes(bool upright, int width, int start)
    {
        byte[] pixels = new byte[3 * Side * Side];
        for (int i = 0; i < pixels.Length; i++)
        {
            int along = upright ? i % Side : i / Side % Side;
            pixels[i] = (byte)((along + start) / width % 2 == 0 ? 220 - 20 * (i / (Side * Side)) : 30);
        }

        return pixels;
    }
}
