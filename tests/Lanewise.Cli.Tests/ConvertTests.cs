using System.Text.Json;
using Lanewise.Files;

namespace Lanewise.Cli.Tests;

public sealed class ConvertTests(TrainedRun trained)
{
    private static readonly string Checkpoint = Path.Combine(AppContext.BaseDirectory, "goldens", "pytorch-wrapped-legacy.pth");

    [Fact]
    public async Task A_checkpoint_of_PyTorchs_becomes_safetensors()
    {
        using var folder = new TemporaryFolder();
        var result = (await CliProgram.RunAsync(folder.Path, "convert", Checkpoint, "out.safetensors")).Ok();

        Assert.Empty(result.Error);
        Assert.Contains("PyTorch's older kind, 9 tensors (8 f32, 1 i64), 107 values", result.Out, StringComparison.Ordinal);
        Assert.Contains("wrote out.safetensors: f32, ", result.Out, StringComparison.Ordinal);
        var expected = WeightsFile.Read(Checkpoint);
        var actual = WeightsFile.Read(folder["out.safetensors"]);
        Assert.Equal(WeightsFormat.Safetensors, actual.Format);
        Assert.Equal(expected.Tensors.Select(t => t.Name), actual.Tensors.Select(t => t.Name));
        Assert.Equal(expected.Tensors.SelectMany(t => t.Values), actual.Tensors.SelectMany(t => t.Values));
    }

    [Fact]
    public async Task Halves_are_written_and_the_model_stays_known()
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
    public async Task A_model_that_is_named_is_checked_and_written_into_the_file()
    {
        using var folder = new TemporaryFolder();
        Safetensors.Write(folder["bare.safetensors"], WeightsFile.Read(trained.Model).Tensors);
        File.WriteAllLines(folder["names.txt"], [.. Enumerable.Range(0, 10).Select(i => $"  number {i}"), ""]);
        (await CliProgram.RunAsync(
            folder.Path, "convert", "bare.safetensors", "named.safetensors", "--model", "residual", "--classes-from", "names.txt")).Ok();

        var model = ModelFile.Load(folder["named.safetensors"]);
        Assert.Equal("residual", model.Network.Name);
        Assert.Equal("number 9", model.Card.Classes[^1]);

        File.WriteAllLines(folder["names.txt"], ["one"]);
        string[] convert = ["convert", "bare.safetensors", "new.safetensors", "--model"];
        Assert.Contains("names.txt has 1 names, and the weights are for 10 classes", (await CliProgram.RunAsync(folder.Path, [.. convert, "residual", "--classes-from", "names.txt"])).OneError(), StringComparison.Ordinal);
        Assert.Contains("not weights of 'inception'", (await CliProgram.RunAsync(folder.Path, [.. convert, "inception"])).OneError(), StringComparison.Ordinal);
        Assert.False(File.Exists(folder["new.safetensors"]));
    }

    [Fact]
    public async Task A_file_that_is_there_is_replaced_only_by_force()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["out.safetensors"], "dear to somebody");

        Assert.Contains("already there", (await CliProgram.RunAsync(folder.Path, "convert", Checkpoint, "out.safetensors")).OneError(), StringComparison.Ordinal);
        Assert.Equal("dear to somebody", File.ReadAllText(folder["out.safetensors"]));
        (await CliProgram.RunAsync(folder.Path, "convert", Checkpoint, "out.safetensors", "--force")).Ok();
        Assert.Equal(9, WeightsFile.Read(folder["out.safetensors"]).Tensors.Count);
    }

    [Fact]
    public async Task What_is_no_file_of_weights_is_refused_and_nothing_is_written()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["evil.pth"], "\u0080\u0002cposix\nsystem\n(X\u0002\0\0\0idtR.", System.Text.Encoding.Latin1);
        File.WriteAllText(folder["text.pth"], "weights");

        Assert.Contains("evil.pth is refused: it asks for posix.system", (await CliProgram.RunAsync(folder.Path, "convert", "evil.pth", "out.safetensors")).OneError(), StringComparison.Ordinal);
        Assert.Contains("text.pth is not a weights file", (await CliProgram.RunAsync(folder.Path, "convert", "text.pth", "out.safetensors")).OneError(), StringComparison.Ordinal);
        Assert.Contains("no such file", (await CliProgram.RunAsync(folder.Path, "eval", "none.pth", "--model", "residual")).OneError(), StringComparison.Ordinal);
        Assert.False(File.Exists(folder["out.safetensors"]));
    }
}
