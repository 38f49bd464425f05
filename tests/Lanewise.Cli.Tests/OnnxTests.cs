using System.Text.Json;
using Lanewise.Files;

namespace Lanewise.Cli.Tests;

/// <summary>ONNX files written by <c>export</c>, and taken wherever a run or file is.</summary>
public sealed class OnnxTests(TrainedRun trained)
{
    private static readonly string Image = Path.Combine(AppContext.BaseDirectory, "goldens", "photograph.png");

    [Fact]
    public async Task An_exported_model_answers_as_its_run_in_every_verb()
    {
        using var folder = new TemporaryFolder();
        var export = (await CliProgram.RunAsync(folder.Path, "export", trained.Run, "model.onnx", "--json")).Ok();
        using var json = JsonDocument.Parse(export.Out);
        Assert.Equal(0, json.RootElement.GetProperty("max_difference").GetDouble());
        string[] digits = ["--dataset", "digits", "--limit-test", "50", "--json"];
        Assert.Equal(
            (await CliProgram.RunAsync(folder.Path, ["eval", trained.Run, .. digits])).Ok().Out,
            (await CliProgram.RunAsync(folder.Path, ["eval", "model.onnx", .. digits])).Ok().Out);
        Assert.Equal(
            (await CliProgram.RunAsync(folder.Path, "cost", "residual", "--csv")).Ok().Out,
            (await CliProgram.RunAsync(folder.Path, "cost", "model.onnx", "--csv")).Ok().Out);
        var convert = (await CliProgram.RunAsync(folder.Path, "convert", "model.onnx", "back.safetensors")).Ok();
        Assert.Contains("read model.onnx: ONNX, 14 tensors (14 f32)", convert.Out, StringComparison.Ordinal);
        Assert.Equal(
            ModelFile.Load(trained.Model).Weights.Tensors.Select(tensor => tensor.Values),
            ModelFile.Load(folder["back.safetensors"]).Weights.Tensors.Select(tensor => tensor.Values));
    }

    [Fact]
    public async Task Options_say_what_a_file_of_another_tool_does_not()
    {
        using var folder = new TemporaryFolder();
        WriteForeign(folder["foreign.onnx"]);
        File.WriteAllLines(folder["names.txt"], ["cat", "dog", "owl"]);
        var plain = (await CliProgram.RunAsync(folder.Path, "predict", "foreign.onnx", Image, "--json")).Ok();
        Assert.Contains("foreign.onnx does not say how images are prepared", plain.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("owl", plain.Out, StringComparison.Ordinal);

        string[] options = ["--mean", "0.1,0.2,0.3", "--std", "0.4", "--channel-order", "bgr", "--labels", "names.txt"];
        var told = (await CliProgram.RunAsync(folder.Path, ["predict", "foreign.onnx", Image, "--json", .. options])).Ok();
        Assert.Empty(told.Error.Trim());
        Assert.Contains("owl", told.Out, StringComparison.Ordinal);
        Assert.NotEqual(plain.Out, told.Out);

        (await CliProgram.RunAsync(folder.Path, ["convert", "foreign.onnx", "own.safetensors", .. options])).Ok();
        var card = ModelFile.Load(folder["own.safetensors"]).Card;
        Assert.Equal(["cat", "dog", "owl"], card.Classes);
        Assert.Equal((ChannelOrder.Bgr, 0.3f, 0.4f), (card.Transform!.ChannelOrder, card.Transform.Mean[2], card.Transform.Std[2]));
        Assert.Equal(told.Out, (await CliProgram.RunAsync(folder.Path, "predict", "own.safetensors", Image, "--json")).Ok().Out);
    }

    [Fact]
    public async Task The_network_of_a_file_is_trained_and_resumed_without_the_file()
    {
        using var folder = new TemporaryFolder();
        OnnxFile.Write(folder["small.onnx"], Gray(classes: 4));
        string[] settings = ["--dataset", "digits", "--limit-train", "200", "--limit-test", "50", "--threads", "1", "--sched", "none"];
        (await CliProgram.RunAsync(folder.Path, ["train", "small.onnx", .. settings, "--epochs", "2", "--output", "whole"])).Ok();
        var first = (await CliProgram.RunAsync(folder.Path, ["train", "small.onnx", .. settings, "--epochs", "1", "--output", "run"])).Ok();
        Assert.Contains("has no head.weight, head.bias for 10 classes; re-initialized", first.Error, StringComparison.Ordinal);
        File.Delete(folder["small.onnx"]);
        (await CliProgram.RunAsync(folder.Path, "train", "--resume", "run", "--epochs", "2")).Ok();
        Assert.Equal(File.ReadAllBytes(folder["whole/model.safetensors"]), File.ReadAllBytes(folder["run/model.safetensors"]));
        var model = ModelFile.Load(folder["run"]);
        Assert.Equal(("small", 10), (model.Network.Name, model.Network.OutputCount));
    }

    [Fact]
    public async Task Weights_of_a_file_are_taken_by_name_or_by_structure()
    {
        using var folder = new TemporaryFolder();
        (await CliProgram.RunAsync(folder.Path, "export", trained.Run, "model.onnx")).Ok();
        string[] settings = ["--dataset", "digits", "--limit-train", "64", "--limit-test", "50", "--epochs", "1", "--lr", "1e-6", "--json"];
        string from = Accuracy(await CliProgram.RunAsync(folder.Path, ["train", "residual", "--weights", "model.onnx", .. settings]));
        Assert.Equal(from, Accuracy(await CliProgram.RunAsync(folder.Path, ["train", "residual", "--weights", trained.Run, .. settings])));
    }

    [Theory]
    [InlineData("OUT model.pb: expected a name that ends in .onnx.", "export", "run", "model.pb")]
    [InlineData("--opset 99: expected a whole number from 13 to 21.", "export", "run", "model.onnx", "--opset", "99")]
    [InlineData("--batch 0: expected a number of at least 1, or dynamic.", "export", "run", "model.onnx", "--batch", "0")]
    public async Task Wrong_options_are_usage_errors(string message, params string[] arguments) =>
        Assert.Contains(message, (await InProcess.RunAsync(arguments)).OneError(exitCode: 2), StringComparison.Ordinal);

    [Fact]
    public async Task A_file_is_overwritten_only_with_force()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["model.onnx"], "mine");
        var refused = await CliProgram.RunAsync(folder.Path, "export", trained.Run, "model.onnx");
        Assert.Contains("model.onnx exists; choose another name", refused.OneError(exitCode: 1), StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(folder["model.onnx"]));
        (await CliProgram.RunAsync(folder.Path, "export", trained.Run, "model.onnx", "--force", "--input", "uint8", "--fold")).Ok();
    }

    private static string Accuracy(CliResult result)
    {
        using var json = JsonDocument.Parse(result.Ok().Out);
        return json.RootElement.GetProperty("test_top1").ToString();
    }

    private static ModelFile Gray(int classes)
    {
        var network = Network.Define("small", new(1, 28, 28), x => x
            .Conv2d("conv", 6, kernelSize: 5, stride: 2).BatchNorm2d("norm").Then(new Hardswish()).AdaptiveAvgPool2d().Flatten()
            .Linear("head", classes));
        string[] names = [.. Enumerable.Range(0, classes).Select(i => $"{i}")];
        return new(network, Weights.Initialize(network, 1), new ModelCard("small", names, ImageTransform.Mnist, network: network));
    }

    /// <summary>Writes a file without a card.</summary>
    private static void WriteForeign(string path)
    {
        var network = Network.Define("foreign", new(3, 16, 16), x => x
            .Conv2d("conv", 4, kernelSize: 3).ReLU().AdaptiveAvgPool2d().Flatten().Linear("fc", 3));
        var card = new ModelCard("foreign", ["0", "1", "2"], ImageTransform.ImageNet.For(network.Input), network: network);
        OnnxFile.Write(path, new ModelFile(network, Weights.Initialize(network, 1), card));
        var model = Onnx.Schema.ModelProto.Parser.ParseFrom(File.ReadAllBytes(path));
        model.MetadataProps.Clear();
        using var stream = File.Create(path);
        Google.Protobuf.MessageExtensions.WriteTo(model, stream);
    }
}
