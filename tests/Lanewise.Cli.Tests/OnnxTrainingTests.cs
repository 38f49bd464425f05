using System.Text.Json;

namespace Lanewise.Cli.Tests;

/// <summary><c>train FILE.onnx</c> trains the file's own network from its weights.</summary>
public sealed class OnnxTrainingTests(TrainedRun trained) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Training_continues_from_the_weights_of_the_file()
    {
        (await CliProgram.RunAsync(_folder.Path, "export", trained.Run, "digits.onnx", "--input", "uint8")).Ok();
        // With a learning rate as small as this, one step leaves the accuracy as it is.
        var result = (await CliProgram.RunAsync(
            _folder.Path, "train", "digits.onnx", "--dataset", "digits", "--limit-train", "64", "--limit-test", "400", "--epochs", "1", "--sched", "none",
            "--lr", "1e-7", "--output", "again", "--json")).Ok();
        double expected = Top1(trained.Json);
        Assert.InRange(expected, 0.5, 1);
        Assert.Equal(expected, Top1(result.Out), tolerance: 0.01);

        (await CliProgram.RunAsync(_folder.Path, "train", "--resume", "again", "--epochs", "2")).Ok();
        (await CliProgram.RunAsync(_folder.Path, "export", "again", "again.onnx")).Ok();
        var (first, second) = (OnnxFile.Read(_folder["digits.onnx"]), OnnxFile.Read(_folder["again.onnx"]));
        Assert.Equal(first.Network.ParameterCount, second.Network.ParameterCount);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_named() =>
        (await CliProgram.RunAsync(_folder.Path, "train", "missing.onnx", "--dataset", "digits"))
            .AssertError("missing.onnx could not be read");

    private static double Top1(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.GetProperty("test_top1").GetDouble();
    }
}
