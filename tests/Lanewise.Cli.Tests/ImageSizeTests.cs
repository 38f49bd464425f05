using System.Text.Json;
using Lanewise.Cli.Common;
using Lanewise.Files;
using Lanewise.Workflows;

namespace Lanewise.Cli.Tests;

/// <summary><c>--img-size</c>, from one number for both sides to networks that are wider than high.</summary>
public sealed class ImageSizeTests : IDisposable
{
    private static readonly Setting Row = InputSettings.AllSettings.Single(row => row.Name == "img-size");

    private readonly TemporaryFolder _folder = ImageFolderTests.Images();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("224", "224", 224, 224)]
    [InlineData("128x256", "128x256", 128, 256)]
    [InlineData("128X256", "128x256", 128, 256)]
    [InlineData("128×256", "128x256", 128, 256)]
    [InlineData("224x224", "224", 224, 224)]
    [InlineData("4096x1", "4096x1", 4096, 1)]
    public void A_size_is_one_number_or_height_and_width(string text, string written, int height, int width)
    {
        var value = Row.Parse(text);
        Assert.Equal(written, value.ToString());
        Assert.Equal(new Size2d(height, width), new InputSettings().With([value]).ImageSize);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("4097")]
    [InlineData("128x")]
    [InlineData("x256")]
    [InlineData("x")]
    [InlineData("1x2x3")]
    [InlineData("128x0")]
    [InlineData("128x4097")]
    [InlineData("128 x 256 pixels")]
    public void What_is_no_size_is_refused(string text)
    {
        var e = Assert.Throws<SettingException>(() => Row.Parse(text));
        Assert.Equal($"--img-size {text}: expected a whole number from 1 to 4096, or HEIGHTxWIDTH.", Advice.Explain(e));
    }

    [Theory]
    [InlineData("40", "40")]
    [InlineData("[40]", "40")]
    [InlineData("\"40\"", "40")]
    [InlineData("\"24x40\"", "\"24x40\"")]
    [InlineData("null", "null")]
    public void Files_hold_a_number_for_both_sides_and_a_text_otherwise(string json, string written)
    {
        File.WriteAllText(_folder["config.json"], $$"""{"img_size":{{json}}}""");
        var settings = new TrainSettings().With(SettingsFile.Load(_folder["config.json"], TrainSettings.AllSettings));
        new RunRecord<TrainSettings>(settings with { Model = "residual", Dataset = "digits" }, new RunFacts()).Save(_folder["args.json"]);
        using var saved = JsonDocument.Parse(File.ReadAllBytes(_folder["args.json"]));
        Assert.Equal(written, saved.RootElement.GetProperty("img_size").GetRawText());
        Assert.Equal(settings.Input.ImageSize, RunRecord<TrainSettings>.Load(_folder["args.json"]).Settings.Input.ImageSize);
    }

    [Theory]
    [InlineData("\"24x\"", "img_size is invalid ('24x' is not a size from 1 to 4096, such as 128x256).")]
    [InlineData("5000", "img_size is invalid (5000 is not a number from 1 to 4096).")]
    public void A_file_with_another_value_is_refused(string json, string expected)
    {
        File.WriteAllText(_folder["config.json"], $$"""{"img_size":{{json}}}""");
        var e = Assert.Throws<SettingException>(() => SettingsFile.Load(_folder["config.json"], TrainSettings.AllSettings));
        Assert.EndsWith(expected, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_network_that_is_wider_than_high_is_trained_resumed_and_used_by_its_card()
    {
        string[] command =
            ["train", "resnet20", "--dataset", "images", "--img-size", "24x40", "-b", "16", "--sched", "none", "--threads", "2"];
        var train = (await RunAsync([.. command, "--epochs", "1", "--output", "run", "--json"])).Ok();
        Assert.Equal(new Shape(3, 24, 40), ModelFile.Load(_folder["run"]).Card.Input);
        var eval = (await RunAsync("eval", "run", "--threads", "2", "--json")).Ok();
        Assert.Equal(Number(train, "test_top1"), Number(eval, "test_top1"));
        Assert.Equal(eval.Out, (await RunAsync("eval", "run", "--threads", "2", "--img-size", "24x40", "--json")).Ok().Out);

        (await RunAsync("train", "--resume", "run", "--epochs", "2", "--img-size", "40x24"))
            .AssertError("--img-size 40x24: the run to resume has 24x40;", exitCode: 2);
        (await RunAsync("train", "--resume", "run", "--epochs", "2", "--img-size", "24x40")).Ok();
        (await RunAsync([.. command, "--epochs", "2", "--output", "straight"])).Ok();
        Assert.Equal(File.ReadAllBytes(_folder["straight/model.safetensors"]), File.ReadAllBytes(_folder["run/model.safetensors"]));
        await UseAsync();
    }

    private async Task UseAsync()
    {
        var export = (await RunAsync("export", "run", "wide.onnx", "--json")).Ok();
        Assert.InRange(Number(export, "max_difference"), 0, 1e-4);
        Assert.Equal(new Shape(3, 24, 40), OnnxFile.Read(_folder["wide.onnx"]).Network.Input);
        (await RunAsync("export", "run", "high.onnx", "--img-size", "40x24")).Ok();
        Assert.Equal(new Shape(3, 40, 24), OnnxFile.Read(_folder["high.onnx"]).Network.Input);
        (await RunAsync("convert", "run", "square.safetensors", "--img-size", "32")).Ok();
        Assert.Equal(new Shape(3, 32, 32), ModelFile.Load(_folder["square.safetensors"]).Card.Input);
        (await RunAsync("export", "wide.onnx", "other.onnx", "--img-size", "24"))
            .AssertError("only models of the catalog take other sizes");

        const string Image = "images/val/upright/0.png";
        string wide = await PredictAsync("run");
        Assert.Equal(wide, await PredictAsync("wide.onnx"));
        Assert.Equal(await PredictAsync("run", "--img-size", "32"), await PredictAsync("square.safetensors"));
        Assert.NotEqual(wide, await PredictAsync("run", "--img-size", "40x24"));
        (await RunAsync("embed", "run", Image, "--output", "features.npz")).Ok();
        (await RunAsync("explain", "run", Image, "--grad-cam", "--output", "why")).Ok();
        (await RunAsync("report", "run")).Ok();

        async Task<string> PredictAsync(params string[] words)
        {
            var result = (await RunAsync(["predict", .. words, Image, "--json"])).Ok();
            using var json = JsonDocument.Parse(result.Out);
            return json.RootElement.GetProperty("predictions").GetRawText();
        }
    }

    [Fact]
    public async Task A_size_that_a_model_does_not_support_is_named_as_it_was_given() =>
        (await RunAsync("train", "residual", "--dataset", "images", "--img-size", "64x8")).AssertError(
            "--img-size 64x8: residual, designed for 28, does not support this size; choose a larger one.");

    [Fact]
    public async Task An_onnx_file_that_leaves_its_size_open_takes_one_that_is_not_square()
    {
        WriteOpen(_folder["open.onnx"]);
        Assert.Equal(new Shape(3, 12, 20), OnnxFile.Read(_folder["open.onnx"], new() { ImageSize = (12, 20) }).Network.Input);
        (await RunAsync("predict", "open.onnx", "images/val/upright/0.png")).AssertError("give the size of images");
        (await RunAsync("predict", "open.onnx", "images/val/upright/0.png", "--img-size", "12x20")).Ok();
        (await RunAsync("train", "open.onnx", "--dataset", "images", "--img-size", "12x20", "--epochs", "1", "--output", "run")).Ok();
        Assert.Equal(new Shape(3, 12, 20), ModelFile.Load(_folder["run"]).Card.Input);
        (await RunAsync("eval", "run")).Ok();
    }

    private Task<CliResult> RunAsync(params string[] arguments) => CliProgram.RunAsync(_folder.Path, arguments);

    private static double Number(CliResult result, string key)
    {
        using var json = JsonDocument.Parse(result.Out);
        return json.RootElement.GetProperty(key).GetDouble();
    }

    /// <summary>Writes a file without a card, of no fixed height and width.</summary>
    private static void WriteOpen(string path)
    {
        var network = Network.Define("open", new(3, 16, 16), x => x
            .Conv2d("conv", 4, kernelSize: 3).ReLU().AdaptiveAvgPool2d().Flatten().Linear("fc", 3));
        var card = new ModelCard("open", ["0", "1", "2"], ImageTransform.ImageNet.For(network.Input), network: network);
        OnnxFile.Write(path, new ModelFile(network, Weights.Initialize(network, 1), card));
        var model = Onnx.Schema.ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));
        model.MetadataProps.Clear();
        var sides = model.Graph.Input[0].Type.TensorType.Shape.Dim;
        (sides[2].DimParam, sides[3].DimParam) = ("height", "width");
        using var stream = File.Create(path);
        Google.Protobuf.MessageExtensions.WriteTo(model, stream);
    }
}
