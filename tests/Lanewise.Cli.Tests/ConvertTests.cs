using System.Text.Json;
using Lanewise.Files;

namespace Lanewise.Cli.Tests;

public sealed class ConvertTests(TrainedRun trained)
{
    private static readonly string Checkpoint = Path.Combine(AppContext.BaseDirectory, "goldens", "pytorch-wrapped-legacy.pth");

    [Fact]
    public async Task A_PyTorch_checkpoint_is_converted_to_safetensors()
    {
        using var folder = new TemporaryFolder();
        var result = (await CliProgram.RunAsync(folder.Path, "convert", Checkpoint, "out.safetensors")).Ok();

        Assert.Equal($"{Checkpoint}: all names began with 'module.', which was removed.", Assert.Single(result.ErrorLines));
        Assert.Contains("PyTorch legacy format, 9 tensors (8 f32, 1 i64), 107 values", result.Out, StringComparison.Ordinal);
        Assert.Contains("wrote out.safetensors: f32, ", result.Out, StringComparison.Ordinal);
        var expected = WeightsFile.Read(Checkpoint);
        var actual = WeightsFile.Read(folder["out.safetensors"]);
        Assert.Equal(WeightsFormat.Safetensors, actual.Format);
        Assert.Equal(expected.Tensors.Select(t => t.Name), actual.Tensors.Select(t => t.Name));
        Assert.Equal(expected.Tensors.SelectMany(t => t.Values), actual.Tensors.SelectMany(t => t.Values));
    }

    [Fact]
    public async Task Float16_output_keeps_the_model_card()
    {
        using var folder = new TemporaryFolder();
        var result = (await CliProgram.RunAsync(folder.Path, "convert", trained.Run, "half.safetensors", "--dtype", "f16", "--json")).Ok();

        var json = JsonDocument.Parse(result.Out).RootElement;
        Assert.Equal("safetensors", json.GetProperty("format").GetString());
        Assert.Equal(41_514, json.GetProperty("values").GetInt32());
        Assert.Equal("f16", json.GetProperty("dtype").GetString());
        Assert.Equal("residual", json.GetProperty("model").GetString());
        Assert.Equal(json.GetProperty("stored_types").GetProperty("f32").GetInt32(), json.GetProperty("tensors").GetInt32());
        Assert.Equal(new FileInfo(folder["half.safetensors"]).Length, json.GetProperty("bytes").GetInt64());
        Assert.InRange(new FileInfo(folder["half.safetensors"]).Length, 83_028, 85_000);
        var eval = (await CliProgram.RunAsync(folder.Path, "eval", "half.safetensors", "--limit-test", "100", "--threads", "1")).Ok();
        Assert.StartsWith("residual on digits: ", eval.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Model_checks_the_weights_and_stores_the_model_card()
    {
        using var folder = new TemporaryFolder();
        Safetensors.Write(folder["bare.safetensors"], WeightsFile.Read(trained.Model).Tensors);
        File.WriteAllLines(folder["names.txt"], [.. Enumerable.Range(0, 10).Select(i => $"  number {i}"), ""]);
        (await CliProgram.RunAsync(
            folder.Path, "convert", "bare.safetensors", "named.safetensors", "--model", "residual", "--labels", "names.txt")).Ok();

        var model = ModelFile.Load(folder["named.safetensors"]);
        Assert.Equal("residual", model.Network.Name);
        Assert.Equal("number 9", model.Card.Classes[^1]);

        File.WriteAllLines(folder["names.txt"], ["one"]);
        string[] convert = ["convert", "bare.safetensors", "new.safetensors", "--model"];
        string error = (await CliProgram.RunAsync(folder.Path, [.. convert, "residual", "--labels", "names.txt"])).OneError();
        Assert.Contains("names.txt has 1 names, but the weights have 10 classes", error, StringComparison.Ordinal);
        (await CliProgram.RunAsync(folder.Path, [.. convert, "inception"])).AssertError("not weights of 'inception'");
        Assert.False(File.Exists(folder["new.safetensors"]));
    }

    [Fact]
    public async Task An_existing_file_is_overwritten_only_with_force()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["out.safetensors"], "existing content");

        (await CliProgram.RunAsync(folder.Path, "convert", Checkpoint, "out.safetensors")).AssertError("out.safetensors exists");
        Assert.Equal("existing content", File.ReadAllText(folder["out.safetensors"]));
        (await CliProgram.RunAsync(folder.Path, "convert", Checkpoint, "out.safetensors", "--force")).Ok();
        Assert.Equal(9, WeightsFile.Read(folder["out.safetensors"]).Tensors.Count);
    }

    [Fact]
    public async Task Files_without_weights_are_rejected_and_nothing_is_written()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["evil.pth"], "\u0080\u0002cposix\nsystem\n(X\u0002\0\0\0idtR.", System.Text.Encoding.Latin1);
        File.WriteAllText(folder["text.pth"], "weights");

        (await RunAsync("convert", "evil.pth", "out.safetensors")).AssertError("evil.pth is refused: it asks for posix.system");
        (await RunAsync("convert", "text.pth", "out.safetensors")).AssertError("text.pth is not a weights file");
        (await RunAsync("eval", "none.pth", "--model", "residual")).AssertError("no such file");
        Assert.False(File.Exists(folder["out.safetensors"]));

        Task<CliResult> RunAsync(params string[] arguments) => CliProgram.RunAsync(folder.Path, arguments);
    }
}
