using System.Text.Json;

namespace Lanewise.Cli.Tests;

public sealed class BenchTests(TrainedRun trained)
{
    private static readonly string Anywhere = Path.GetTempPath();

    [Fact]
    public async Task The_table_has_the_peak_and_a_row_per_model_and_mode()
    {
        string[] lines = (await RunAsync("inception", "RESIDUAL", "inception", "-b", "8", "--threads", "1")).Out.Split('\n');
        Assert.Matches(
            @"^peak \d+\.\d GFLOP/s on 1 thread, lane width \d+; clock \d+\.\d\d GHz, \d+\.\d\d FMAs per cycle: \d+ % of two FMA units$",
            lines[0]);
        Assert.Matches("^model +mode +batch +images/s +GFLOP/s +% of peak +bytes/step *$", lines[2]);
        Assert.Matches(@"^inception +train +8 +[\d,]+\.\d +\d+\.\d +\d+\.\d % +[\d,]+ *$", lines[3]);
        Assert.Equal(
            ["inception", "train", "inception", "infer", "residual", "train", "residual", "infer"],
            lines[3..^1].SelectMany(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[..2]));
    }

    [Fact]
    public async Task Json_has_raw_consistent_numbers()
    {
        string[] command = ["residual", "--threads", "2", "--lanes", "1", "--mode", "infer", "--algorithm", "direct", "--json"];
        var json = Parse(await RunAsync(command));
        Assert.Equal(1, json.GetProperty("lane_width").GetInt32());
        Assert.Equal(2, json.GetProperty("threads").GetInt32());
        Assert.Equal("direct", json.GetProperty("algorithm").GetString());
        var result = Assert.Single(json.GetProperty("results").EnumerateArray());
        Assert.Equal("residual", result.GetProperty("model").GetString());
        Assert.Equal("infer", result.GetProperty("mode").GetString());
        Assert.Equal(64, result.GetProperty("batch").GetInt32());
        Assert.Equal(41_514, result.GetProperty("parameters").GetInt32());
        double gflops = Number(result, "gflops");
        Assert.Equal(Number(result, "images_per_second") * Number(result, "flops_per_image") / 1e9, gflops, 6);
        Assert.Equal(gflops / Number(json, "ceiling_gflops"), Number(result, "share"), 9);
        Assert.True(Number(json, "clock_ghz") > 0);
        Assert.True(Number(result, "allocated_bytes_per_step") >= 0);
        Assert.False(result.TryGetProperty("layers", out _));
    }

    [Fact]
    public async Task Layers_lists_tile_and_share_of_every_kernel_call()
    {
        var json = Parse(await RunAsync("residual", "--mode", "train", "-b", "4", "--layers", "--json"));
        var layers = json.GetProperty("results")[0].GetProperty("layers").EnumerateArray().ToArray();
        Assert.Equal("conv1", layers[0].GetProperty("name").GetString());
        Assert.Equal("Conv2d.Forward", layers[0].GetProperty("kernel").GetString());
        Assert.Equal("Conv2d.BackwardWeights", layers[^2].GetProperty("kernel").GetString());
        Assert.Equal("Conv2d.BackwardBias", layers[^1].GetProperty("kernel").GetString());
        Assert.Matches(@"^(taps|F\(\d,\d\)) \d×\d$", layers[0].GetProperty("tile").GetString());
        Assert.Equal(1, layers.Sum(layer => Number(layer, "time_share")), 9);
        Assert.Equal(Number(layers[0], "gflops") / Number(json, "thread_ceiling_gflops"), Number(layers[0], "share"), 9);
        var pool = layers.First(layer => layer.GetProperty("kernel").GetString() == "MaxPool2d.Forward");
        Assert.Equal(JsonValueKind.Null, pool.GetProperty("gflops").ValueKind);
    }

    [Fact]
    public async Task Layers_prints_a_table()
    {
        string text = (await RunAsync("residual", "--mode", "infer", "-b", "4", "--layers")).Out;
        Assert.Matches(@"\nresidual, infer, batch of 4 images, one thread, peak \d+\.\d GFLOP/s: [\d,]+ µs in kernels\n", text);
        Assert.Matches(@"\nconv1 +Conv2d\.Forward +(channels|taps) \d×\d+, pool 2×2 +[\d,]+\.\d +\d+\.\d +\d+\.\d % +\d+\.\d % *\n", text);
        Assert.Matches(@"\n(fc +Linear\.ChannelsOut|flatten1 +Flatten\.Forward) +– +[\d,]+\.\d +– +– +\d+\.\d % *\n", text);
    }

    [Theory]
    [InlineData("bench residal", "There is no model 'residal'")]
    [InlineData("bench --mode fast", "There is no mode 'fast'; there are both, train, infer")]
    [InlineData("bench --lanes 3", "--lanes 3: expected ")]
    [InlineData("bench --seconds 0", "--seconds 0: expected a number above 0")]
    [InlineData("bench --threads 0", "--threads 0: expected a whole number from 1 to 256")]
    [InlineData("bench -b 0", "--batch-size 0: expected a whole number from 1 to 65536")]
    [InlineData("bench --algorithm winograd", "There is no algorithm 'winograd'; there are auto, direct")]
    public async Task An_invalid_option_is_a_usage_error(string words, string expected) =>
        (await CliProgram.RunAsync(Anywhere, words.Split(' '))).AssertError(expected, exitCode: 2);

    [Fact]
    public async Task A_batch_that_exceeds_memory_is_reported_in_one_line()
    {
        var result = await CliProgram.RunAsync(Anywhere, "bench", "resnet152", "-b", "65536", "--mode", "train");
        result.AssertError("memory");
    }

    [Fact]
    public async Task Ctrl_C_stops_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "requires Unix signals");
        // On a loaded machine the program may not yet handle signals, and end without a word; then it gets more time.
        CliResult? stopped = null;
        for (int seconds = 2; seconds <= 32 && stopped is not { ErrorLines.Length: > 0 }; seconds *= 4)
        {
            using var program = CliProgram.Start(Anywhere, "bench", "--seconds", "3600", "-b", "1", "--json");
            await Task.Delay(TimeSpan.FromSeconds(seconds), TestContext.Current.CancellationToken);
            program.Signal("INT");
            stopped = await program.EndAsync();
        }

        Assert.Equal((130, ""), (stopped!.ExitCode, stopped.Out));
        Assert.Equal("stopped.", stopped.ErrorLines.LastOrDefault());
    }

    [Fact]
    public async Task Train_and_eval_take_the_direct_algorithm()
    {
        using var folder = new TemporaryFolder();
        (await CliProgram.RunAsync(
            folder.Path, "train", "residual", "--dataset", "digits", "--limit-train", "64", "--limit-test", "32",
            "--epochs", "1", "--algorithm", "direct", "--output", "run")).Ok();
        string arguments = await File.ReadAllTextAsync(folder["run/args.json"], TestContext.Current.CancellationToken);
        Assert.Contains("\"algorithm\": \"direct\"", arguments, StringComparison.Ordinal);
        string[] eval = ["eval", trained.Run, "--dataset", "digits", "--limit-test", "32", "--json"];
        Assert.NotEqual(await LossAsync(eval), await LossAsync([.. eval, "--algorithm", "direct"]));
    }

    private static async Task<double> LossAsync(string[] arguments) =>
        Number(Parse((await CliProgram.RunAsync(Anywhere, arguments)).Ok()), "test_loss");

    // Stderr is not checked: it may have a note that the measured clock is implausible on a busy machine.
    private static async Task<CliResult> RunAsync(params string[] arguments) =>
        (await CliProgram.RunAsync(Anywhere, ["bench", .. arguments, "--seconds", "0.01"])).Ok();

    private static JsonElement Parse(CliResult result) => JsonDocument.Parse(result.Out).RootElement.Clone();

    private static double Number(JsonElement json, string key) => json.GetProperty(key).GetDouble();
}
