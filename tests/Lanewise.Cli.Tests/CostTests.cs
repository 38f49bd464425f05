using System.Globalization;
using System.Text.Json;

namespace Lanewise.Cli.Tests;

public sealed class CostTests(TrainedRun trained)
{
    private const string TooLarge = "a layer or the parameters would have more than 2,147,483,647 values";

    private static readonly string Anywhere = Path.GetTempPath();
    private static readonly string[] TutorialExample =
        ["cost", "conv", "--input", "192x28x28", "--out", "32", "--kernel", "5", "--padding", "2"];

    [Fact]
    public async Task The_table_ends_with_the_total()
    {
        string[] lines = (await RunAsync("cost", "inception", "--depth", "1")).Out.Split('\n');
        Assert.Equal("inception, 1×28×28 → 10 classes, for one image", lines[0]);
        Assert.Matches(@"^layer +op +output +parameters +MACs +share +KiB *$", lines[2]);
        Assert.Matches(@"^conv1 +Conv2d 5×5 +10×24×24 +260 +144,000 +2\.39 % +22\.5 *$", lines[3]);
        Assert.Matches(@"^maxpool2d1 +MaxPool2d 2×2/2 +10×12×12 +– +– +– +5\.6 *$", lines[4]);
        Assert.Matches(@"^incep1 +9 layers +88×12×12 +19,104 +2,730,240 +45\.36 % +136\.1 *$", lines[6]);
        Assert.Matches(@"^total +10×1×1 +97,298 +6,019,200 +100\.00 % +198\.7 *$", lines[13]);
    }

    [Fact]
    public async Task Json_lists_raw_numbers_in_the_order_of_the_layers()
    {
        var json = Parse(await RunAsync("cost", "residual", "--input", "3x32x32", "--classes", "7", "--json"));
        Assert.Equal("residual", json.GetProperty("model").GetString());
        var layers = json.GetProperty("layers").EnumerateArray().ToArray();
        Assert.Equal(["conv1", "relu1", "maxpool2d1", "rcblock1.conv1"], layers.Take(4).Select(l => l.GetProperty("name").GetString()!));
        Assert.Equal([16, 28, 28], Numbers(layers[0], "output"));
        Assert.Equal([5, 5], Numbers(layers[0], "kernel"));
        Assert.Equal(16 * 28 * 28 * 3 * 25, layers[0].GetProperty("multiply_adds").GetInt64());
        Assert.Equal(4 * 16 * 28 * 28, layers[0].GetProperty("activation_bytes").GetInt64());
        Assert.Equal([7, 1, 1], Numbers(layers[^1], "output"));
        foreach (string key in (string[])["parameters", "multiply_adds", "activation_bytes"])
        {
            Assert.Equal(json.GetProperty(key).GetInt64(), layers.Sum(l => l.GetProperty(key).GetInt64()));
        }

        Assert.False(json.TryGetProperty("timing", out _));
    }

    [Fact]
    public async Task Time_adds_measured_times()
    {
        var json = Parse(await RunAsync("cost", "residual", "--time", "--training", "--batch-size", "3", "--json"));
        var timing = json.GetProperty("timing");
        Assert.Equal(("train", 3), (timing.GetProperty("mode").GetString(), timing.GetProperty("images").GetInt32()));
        var layers = json.GetProperty("layers").EnumerateArray().ToArray();
        Assert.Equal(1, layers.Sum(l => l.GetProperty("time_share").GetDouble()), 9);
        Assert.True(layers[0].GetProperty("backward_seconds").GetDouble() > 0);
    }

    [Fact]
    public async Task Csv_has_a_row_per_layer_and_the_line_ends_of_RFC_4180()
    {
        string text = (await RunAsync("cost", "resnet20", "--csv", "--depth", "1")).Out;
        Assert.EndsWith("\r\n", text, StringComparison.Ordinal);
        string[][] rows = [.. text.Split("\r\n")[..^1].Select(line => line.Split(','))];
        Assert.All(rows, row => Assert.Equal(13, row.Length));
        Assert.Equal(
            "layer,op,kernel_height,kernel_width,stride,channels,height,width,parameters,buffers,macs,share,activation_bytes",
            string.Join(',', rows[0]));
        Assert.Equal(["conv1", "Conv2d", "3", "3", "1", "16", "32", "32", "432", "0", "442368"], rows[1][..11]);
        Assert.Equal(["layer1", "", "", "", ""], rows[4][..5]);
        Assert.Equal(269_722, rows.Skip(1).Sum(row => int.Parse(row[8], CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task A_run_folder_or_weights_file_determines_classes_and_input()
    {
        string run = (await RunAsync("cost", trained.Run, "--csv")).Out;
        Assert.Equal((await RunAsync("cost", "residual", "--csv")).Out, run);
        Assert.Equal(run, (await RunAsync("cost", trained.Model, "--csv")).Out);
    }

    [Fact]
    public async Task The_example_of_the_tutorial_is_counted_and_measured()
    {
        var json = Parse(await RunAsync([.. TutorialExample, "--reduce", "16", "--json"]));
        Assert.Equal(120_422_400, json.GetProperty("direct").GetProperty("multiply_adds").GetInt64());
        Assert.Equal(12_443_648, json.GetProperty("reduced").GetProperty("multiply_adds").GetInt64());
        Assert.Equal(9.68, json.GetProperty("ratio").GetDouble(), 2);
        double direct = json.GetProperty("direct").GetProperty("seconds").GetDouble();
        double reduced = json.GetProperty("reduced").GetProperty("seconds").GetDouble();
        Assert.Equal(direct / reduced, json.GetProperty("time_ratio").GetDouble(), 9);
        Assert.Equal([32, 28, 28], Numbers(json, "output"));
    }

    [Fact]
    public async Task Without_reduce_there_is_no_comparison()
    {
        var json = Parse(await RunAsync([.. TutorialExample, "--stride", "2", "--json"]));
        Assert.Equal(120_422_400 / 4, json.GetProperty("direct").GetProperty("multiply_adds").GetInt64());
        string[] keys = ["reduced", "ratio", "time_ratio"];
        Assert.All(keys, key => Assert.Equal(JsonValueKind.Null, json.GetProperty(key).ValueKind));
    }

    [Fact]
    public async Task The_saving_is_printed_as_a_sentence()
    {
        string text = (await RunAsync([.. TutorialExample, "--reduce", "16"])).Out;
        Assert.Matches(@"\nDirect takes 9\.68 times the MACs and \d+\.\d\d times the time of reduced\.\n", text);
        Assert.Matches(@"\nreduced +Conv2d 1×1 → 16×28×28, Conv2d 5×5 → 32×28×28 +15,920 +12,443,648 +\d+\.\d{3} +\d+\.\d *\n", text);
    }

    [Theory]
    [InlineData(
        "cost inception --input 1x3x3",
        "--input 1×3×3: inception, designed for 1×28×28, does not support this shape; choose another. "
            + "conv1 (Conv2d): kernel 5×5 does not fit")]
    [InlineData("cost inception --input 65536x65536x65536", TooLarge)]
    [InlineData("cost residual --classes 100000 --input 1x8000x8000", TooLarge)]
    [InlineData("cost conv --input 3x3x3 --out 4 --kernel 5", "kernel 5×5 does not fit the 3×3 input")]
    [InlineData("cost conv --input 65536x65536x65536 --out 4 --kernel 5", TooLarge)]
    [InlineData("cost nowhere.safetensors", "nowhere.safetensors could not be read: there is no such file")]
    [InlineData("cost .", ".: the folder has no model.safetensors")]
    public async Task Errors_are_one_line(string arguments, string expected)
    {
        using var folder = new TemporaryFolder();
        (await CliProgram.RunAsync(folder.Path, arguments.Split(' '))).AssertError(expected);
    }

    private static async Task<CliResult> RunAsync(params string[] arguments)
    {
        var result = (await CliProgram.RunAsync(Anywhere, arguments)).Ok();
        Assert.Empty(result.Error);
        return result;
    }

    private static JsonElement Parse(CliResult result) => JsonDocument.Parse(result.Out).RootElement.Clone();

    private static IEnumerable<int> Numbers(JsonElement json, string key) =>
        json.GetProperty(key).EnumerateArray().Select(n => n.GetInt32());
}
