using System.Text.Json;
using System.Text.RegularExpressions;

namespace Lanewise.Cli.Tests;

public sealed class PlanTests
{
    [Fact]
    public async Task The_plan_names_layout_order_algorithms_and_memory()
    {
        string[] lines = (await RunAsync("plan", "residual", "--training", "--threads", "2")).Out.Split('\n');
        Assert.Matches(@"^residual, training, batch of 64 images, 2 threads, lane width \d+$", lines[0]);
        string[] expected =
            ["^order +block by block", "^slots +4 of 16 images", "^gradients +", "^fc +Linear.Forward .* no other applies", " Conv2d.BackwardInput "];
        Assert.All(expected, pattern => Assert.Contains(lines, line => Regex.IsMatch(line, pattern)));
    }

    [Theory]
    [InlineData("layout       a vector holds one channel of", "plan", "residual")]
    [InlineData("channels of one image", "plan", "residual", "-b", "1")]
    [InlineData("layer by layer, because batch norm takes the whole batch", "plan", "resnet20", "--training")]
    [InlineData("as the option says", "plan", "residual", "--algorithm", "direct")]
    [InlineData("rcblock1.relu2  ", "plan", "residual", "--values")]
    public async Task Each_part_is_shown(string expected, params string[] arguments) =>
        Assert.Contains(expected, (await RunAsync(arguments)).Out, StringComparison.Ordinal);

    [Fact]
    public async Task The_form_is_shown_after_each_pass()
    {
        string text = (await RunAsync("plan", "residual", "--training", "--passes")).Out;
        Assert.Contains("DeferReLU:\n", text, StringComparison.Ordinal);
        Assert.Contains("RemoveUnused: no change\n", text, StringComparison.Ordinal);
        Assert.Contains("\n  d(relu2) ", text.Replace("rcblock1.", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("  weights of conv1 += Conv2d.BackwardWeights(", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_has_the_calls_with_all_candidates_and_the_values_with_their_memory()
    {
        var result = (await CliProgram.RunAsync(Path.GetTempPath(), "plan", "inception", "--json", "--threads", "1")).Ok();
        var json = JsonDocument.Parse(result.Out).RootElement;
        Assert.Equal("inception", json.GetProperty("model").GetString());
        Assert.Equal("blocks", json.GetProperty("order").GetString());
        Assert.Empty(json.GetProperty("backward").EnumerateArray());
        var call = json.GetProperty("forward").EnumerateArray().Single(one => one.GetProperty("layer").GetString() == "incep1.branch3x3_2");
        Assert.Equal("estimate", call.GetProperty("reason").GetString());
        var candidates = call.GetProperty("candidates").EnumerateArray().ToArray();
        Assert.Equal(("direct", 1), (candidates[0].GetProperty("algorithm").GetString(), candidates[0].GetProperty("cost").GetDouble()));
        Assert.Equal(5, candidates.Length);
        double best = candidates.Min(candidate => candidate.GetProperty("cost").GetDouble());
        Assert.Equal(
            best, candidates.Single(one => one.GetProperty("algorithm").GetString() == call.GetProperty("algorithm").GetString())
                .GetProperty("cost").GetDouble());
        var values = json.GetProperty("values").EnumerateArray().ToArray();
        Assert.Equal(json.GetProperty("unshared_bytes").GetInt64(), values.Sum(value => value.GetProperty("bytes").GetInt64()));
        Assert.InRange(json.GetProperty("block_bytes").GetInt64(), 1, json.GetProperty("unshared_bytes").GetInt64());
        var branch = values.Single(value => value.GetProperty("name").GetString() == "incep1.branch_pool");
        Assert.Equal("incep1.concat1", branch.GetProperty("part_of").GetString());
    }

    [Fact]
    public async Task Tune_measures_once_and_keeps_it_in_the_cache()
    {
        using var cache = new TemporaryFolder();
        for (int i = 0; i < 2; i++)
        {
            var result = (await CliProgram.RunWithCacheAsync(cache.Path, cache.Path, "plan", "residual", "--tune", "-b", "1")).Ok();
            Assert.Contains(" measured; ", result.Out, StringComparison.Ordinal);
        }

        Assert.Single(Directory.GetFiles(Path.Combine(cache.Path, "lanewise", "tuning")));
        string line = (await InProcess.RunAsync("plan", "residual", "--tune", "--training")).OneError(exitCode: 2);
        Assert.StartsWith("error: --tune and --training cannot be combined", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("4", false)]
    [InlineData("5", true)]
    [InlineData("wide", true)]
    public async Task A_lane_width_that_the_processor_lacks_is_said_to_have_no_effect(string lanes, bool isIgnored)
    {
        var variables = new Dictionary<string, string> { ["LANEWISE_LANES"] = lanes };
        var result = (await CliProgram.RunWithAsync(variables, Path.GetTempPath(), "plan", "residual")).Ok();
        Assert.Equal(isIgnored, result.Error.Contains($"note: LANEWISE_LANES={lanes} has no effect", StringComparison.Ordinal));
        Assert.Equal(!isIgnored, result.Out.Contains("lane width 4\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_plan_needs_a_model()
    {
        string line = (await InProcess.RunAsync("plan")).OneError(exitCode: 2);
        Assert.StartsWith("error: lanewise plan: specify a model (inception, ", line, StringComparison.Ordinal);
    }

    private static async Task<CliResult> RunAsync(params string[] arguments) => (await InProcess.RunAsync(arguments)).Ok();
}
