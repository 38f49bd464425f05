using System.Text.Json;
using Lanewise.Files;
using Lanewise.Graphs;
using Lanewise.Imaging;

namespace Lanewise.Cli.Tests;

/// <summary>A new user's way: a folder of images, from training to prediction.</summary>
public sealed class ImageFolderTests
{
    private const int Side = 32;

    [Fact]
    public async Task A_folder_is_trained_on_evaluated_and_predicted()
    {
        using var folder = Images();
        string data = "folder:" + folder["images"];
        var train = (await CliProgram.RunAsync(folder.Path, "train", "residual", "--dataset", data, "--epochs", "4", "-b", "8", "--lr", "0.02", "--threads", "1", "--output", "run", "--json")).Ok();
        double accuracy = JsonDocument.Parse(train.Out).RootElement.GetProperty("test_accuracy").GetDouble();
        // Upright or lying stripes; guessing is right half of the time.
        Assert.InRange(accuracy, 0.75, 1);

        var card = ModelFile.Load(folder["run/model.safetensors"]).Card;
        Assert.Equal(["lying", "upright"], card.Classes);
        Assert.Equal(data, card.Dataset);
        var arguments = JsonDocument.Parse(File.ReadAllBytes(folder["run/args.json"])).RootElement;
        Assert.Equal((2, "none", "error"), (arguments.GetProperty("classes").GetInt32(), arguments.GetProperty("aug").GetString(), arguments.GetProperty("on_corrupt").GetString()));

        // Elsewhere, with nothing said: the dataset is remembered.
        var eval = JsonDocument.Parse((await CliProgram.RunAsync(Path.GetTempPath(), "eval", folder["run"], "--threads", "1", "--json")).Ok().Out).RootElement;
        Assert.Equal(accuracy, eval.GetProperty("test_accuracy").GetDouble());

        // Every test image, predicted as a file, gets the class that evaluation gave it.
        string[] files = [.. Directory.GetFiles(folder["images/val"], "*", SearchOption.AllDirectories)];
        var predict = JsonDocument.Parse((await CliProgram.RunAsync(folder.Path, ["predict", "run", .. files, "--top-k", "1", "--json"])).Ok().Out).RootElement;
        int right = predict.GetProperty("predictions").EnumerateArray().Count(p => p.GetProperty("file").GetString()!.Contains(p.GetProperty("top")[0].GetProperty("class").GetString()!, StringComparison.Ordinal));
        Assert.Equal(accuracy, (double)right / files.Length);

        var more = (await CliProgram.RunAsync(folder.Path, "train", "--resume", "run", "--epochs", "5", "--json")).Ok();
        Assert.Equal(5, JsonDocument.Parse(more.Out).RootElement.GetProperty("epochs").GetArrayLength());
    }

    [Fact]
    public async Task A_bad_image_is_refused_or_left_out()
    {
        using var folder = Images();
        string bad = folder["images/train/upright/3.png"];
        File.WriteAllBytes(bad, File.ReadAllBytes(bad)[..50]);
        string[] command = ["train", "residual", "--dataset", "folder:images", "--epochs", "1", "--threads", "1"];
        var refused = await CliProgram.RunAsync(folder.Path, command);
        Assert.Contains(bad, refused.OneError(), StringComparison.Ordinal);

        var skipped = (await CliProgram.RunAsync(folder.Path, [.. command, "--on-corrupt", "skip", "--json"])).Ok();
        Assert.Contains(skipped.ErrorLines, line => line.StartsWith("left out: " + bad, StringComparison.Ordinal));
        Assert.Contains(skipped.ErrorLines, line => line.Contains("31 + 16 images", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_bad_image_met_late_costs_nothing_that_was_learned()
    {
        using var folder = Images();
        string bad = folder["images/val/upright/3.png"];
        byte[] good = File.ReadAllBytes(bad);
        File.WriteAllBytes(bad, good[..50]);
        string[] command = ["train", "residual", "--dataset", "folder:images", "--epochs", "1", "-b", "8", "--threads", "1", "--json"];
        Assert.Contains("go on with: lanewise train --resume run", (await CliProgram.RunAsync(folder.Path, [.. command, "--output", "run"])).OneError(), StringComparison.Ordinal);
        File.WriteAllBytes(bad, good);
        var straight = (await CliProgram.RunAsync(folder.Path, [.. command, "--output", "straight"])).Ok();
        var resumed = (await CliProgram.RunAsync(folder.Path, "train", "--resume", "run", "--json")).Ok();
        Assert.Equal(Loss(straight), Loss(resumed));
        Assert.Equal(File.ReadAllBytes(folder["straight/model.safetensors"]), File.ReadAllBytes(folder["run/model.safetensors"]));

        static double Loss(CliResult result) => JsonDocument.Parse(result.Out).RootElement.GetProperty("epochs")[0].GetProperty("eval_loss").GetDouble();
    }

    [Fact]
    public async Task What_is_wrong_with_a_folder_or_an_option_is_told()
    {
        using var folder = Images();
        Directory.CreateDirectory(folder["images/train/empty"]);
        string[] command = ["train", "residual", "--dataset", "folder:images"];
        Assert.Contains("train/empty: there is no image", (await CliProgram.RunAsync(folder.Path, command)).OneError(), StringComparison.Ordinal);
        Directory.Delete(folder["images/train/empty"]);
        Assert.Contains("--img-size 8: residual, made for 28, cannot take it; choose a larger one. conv2 (Conv2d): kernel 5×5 does not fit", (await CliProgram.RunAsync(folder.Path, [.. command, "--img-size", "8"])).OneError(), StringComparison.Ordinal);
        Assert.Contains("--mean: 3 numbers, but residual takes 1 channel", (await CliProgram.RunAsync(folder.Path, [.. command, "--mean", "0.1,0.2,0.3"])).OneError(), StringComparison.Ordinal);
        Assert.Contains("it lacks the folder train", (await CliProgram.RunAsync(folder["images"], "train", "residual", "--dataset", "folder:train")).OneError(), StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(folder.Path, "runs/*"));
    }

    [Theory]
    [InlineData("--dataset", "folder:", "name the folder, as in folder:PATH")]
    [InlineData("--aug", "wild", "there are none, cifar, imagenet")]
    [InlineData("--on-corrupt", "ignore", "there are error, skip")]
    [InlineData("--crop-pct", "0", "expected a number from 0.1 to 1")]
    [InlineData("--std", "1,0", "expected positive numbers")]
    [InlineData("--mean", "0.5,", "expected numbers")]
    [InlineData("--img-size", "0", "expected a whole number from 1 to 4096")]
    public async Task A_wrong_value_is_a_usage_error(string option, string value, string expected) =>
        Assert.Contains(expected, (await CliProgram.RunAsync(Path.GetTempPath(), "train", "residual", option, value)).OneError(exitCode: 2), StringComparison.Ordinal);

    /// <summary>32 + 16 images of stripes, upright and lying, of several widths and colours.</summary>
    private static TemporaryFolder Images()
    {
        var folder = new TemporaryFolder();
        foreach (var (split, count) in ((string, int)[])[("train", 16), ("val", 8)])
        {
            foreach (string kind in (string[])["upright", "lying"])
            {
                Directory.CreateDirectory(folder[$"images/{split}/{kind}"]);
                for (int i = 0; i < count; i++)
                {
                    ImageWriter.Write(folder[$"images/{split}/{kind}/{i}.png"], new Shape(3, Side, Side), Stripes(kind == "upright", 3 + i % 4, i + count));
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
