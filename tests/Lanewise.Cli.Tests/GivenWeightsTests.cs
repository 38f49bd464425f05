using System.Text.Json;
using Lanewise.Files;

namespace Lanewise.Cli.Tests;

/// <summary>Weights files of other programs, given to the verbs.</summary>
public sealed class GivenWeightsTests(TrainedRun trained)
{
    private const string Expected = "conv2.weight[0, 0, 0, 1] is infinite";

    private static readonly string Sets = Path.Combine(AppContext.BaseDirectory, "goldens", "sets.pth");

    [Fact]
    public async Task Convert_lists_the_tensors_of_every_set()
    {
        using var folder = new TemporaryFolder();
        string text = (await CliProgram.RunAsync(folder.Path, "convert", "--list", Sets)).Ok().Out;
        var json = JsonDocument.Parse((await CliProgram.RunAsync(folder.Path, "convert", "--list", Sets, "--json")).Ok().Out).RootElement;

        Assert.Contains($"{Sets}, --key state_dict_ema: 9 tensors", text, StringComparison.Ordinal);
        Assert.Matches(@"module\.conv\.weight +4×1×3×3 +F32", text);
        var tensors = json.GetProperty("tensors").EnumerateArray().ToArray();
        Assert.Equal(27, tensors.Length);
        Assert.Equal("ema.shadow.v2", tensors[^1].GetProperty("set").GetString());
        var count = tensors.First(t => t.GetProperty("name").GetString() == "bn.num_batches_tracked");
        Assert.Equal("I64", count.GetProperty("dtype").GetString());
        Assert.Equal([4, 1, 3, 3], tensors[0].GetProperty("shape").EnumerateArray().Select(size => size.GetInt32()));
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public async Task A_key_takes_another_set_and_a_wrong_one_lists_the_sets()
    {
        using var folder = new TemporaryFolder();
        var usual = (await CliProgram.RunAsync(folder.Path, "convert", Sets, "usual.safetensors")).Ok();
        (await CliProgram.RunAsync(folder.Path, "convert", Sets, "ema.safetensors", "--key", "ema.shadow.v2")).Ok();

        Assert.Contains("--key takes 'state_dict_ema' (9 tensors) or 'ema.shadow.v2' (9 tensors)", usual.Error, StringComparison.Ordinal);
        Assert.Equal(
            WeightsFile.Read(folder["usual.safetensors"]).Tensors[0].Values.Select(value => value + 1),
            WeightsFile.Read(folder["ema.safetensors"]).Tensors[0].Values);
        foreach (string verb in (string[])["eval", "predict", "embed", "explain"])
        {
            (await CliProgram.RunAsync(folder.Path, [verb, Sets, "--model", "residual", "--key", "emma", .. Images(verb)]))
                .AssertError("under 'emma'; it has 'state_dict' (9 tensors), 'state_dict_ema' (9 tensors), 'ema.shadow.v2' (9 tensors).");
        }

        (await CliProgram.RunAsync(folder.Path, "export", Sets, "out.onnx", "--model", "residual", "--key", "emma"))
            .AssertError("under 'emma'");
        (await CliProgram.RunAsync(folder.Path, "train", "residual", "--weights", Sets, "--key", "emma")).AssertError("under 'emma'");
        (await CliProgram.RunAsync(folder.Path, "train", "residual", "--key", "ema"))
            .AssertError("--key requires --weights or --pretrained", 2);
    }

    [Fact]
    public async Task A_weight_that_is_not_finite_is_named_by_every_verb()
    {
        using var folder = new TemporaryFolder();
        var model = ModelFile.Load(trained.Model);
        var weights = new Weights(model.Weights.Tensors.Select(t => t with { Values = [.. t.Values] }));
        weights["conv2.weight"].Values[1] = float.PositiveInfinity;
        ModelFile.Save(folder["m.safetensors"], weights, model.Card);
        foreach (string verb in (string[])["eval", "predict", "embed", "explain"])
        {
            (await CliProgram.RunAsync(folder.Path, [verb, "m.safetensors", .. Images(verb)])).AssertError(Expected);
        }

        (await CliProgram.RunAsync(folder.Path, "convert", "m.safetensors", "n.safetensors")).AssertError(Expected);
        (await CliProgram.RunAsync(folder.Path, "export", "m.safetensors", "n.onnx")).AssertError(Expected);
        foreach (string option in (string[])["--weights", "--pretrained"])
        {
            (await CliProgram.RunAsync(folder.Path, "train", "residual", option, "m.safetensors", "--dataset", "digits"))
                .AssertError(Expected);
        }
    }

    private static string[] Images(string verb) => verb switch
    {
        "eval" => ["--dataset", "digits", "--limit-test", "10"],
        "embed" => ["none.png", "--output", "out.npz"],
        "predict" => ["none.png"],
        _ => ["--grad-cam", "none.png", "--output", "page.html"],
    };
}
