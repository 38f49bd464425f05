using System.Globalization;
using System.Text.Json;
using Lanewise.Files;
using Lanewise.Workflows;

namespace Lanewise.Cli.Tests;

/// <summary>Run folders, checkpoints and model files of version 0.1 load, and give what that version gave (tests/fixtures).</summary>
public sealed class OldVersionTests
{
    // Sums in another order differ in their last bits; some dozens of training steps amplify that.
    private const double Tolerance = 2e-4;

    private static readonly string Fixtures = Path.Combine(AppContext.BaseDirectory, "fixtures", "0.1");

    // Prose, which later versions may word differently.
    private static readonly string[] Prose = ["treatment"];

    // Version 0.1 did not frame an image of 28×28, which had to be framed as MNIST's are.
    private const string Unframed = "--ink invert";

    [Theory]
    [InlineData("eval finished --limit-test 100 --threads 1", "eval.json")]
    [InlineData("eval converted.safetensors --limit-test 100 --threads 1", "eval-converted.json")]
    [InlineData($"predict finished seven.png {Unframed}", "predict.json")]
    [InlineData("report finished --threads 1 --output report.html", "report.json")]
    [InlineData("explain finished --blocks --filters --limit-test 100 --threads 1 --output explain", "explain-blocks.json")]
    [InlineData($"explain finished seven.png --grad-cam --threads 1 --output explain-seven {Unframed}", "explain-seven.json")]
    [InlineData("depth --resume depth --threads 1", "depth.json")]
    public async Task A_verb_prints_the_results_of_version_0_1(string arguments, string expected)
    {
        using var folder = CopyFixtures();
        var result = (await CliProgram.RunAsync(folder.Path, [.. arguments.Split(' '), "--json"])).Ok();
        using var now = JsonDocument.Parse(result.Out);
        using var before = JsonDocument.Parse(File.ReadAllText(Path.Combine(Fixtures, "expected", expected)));
        AssertContains(before.RootElement, now.RootElement, expected);
    }

    [Fact]
    public void The_classifier_answers_as_predict_of_version_0_1()
    {
        using var framing = ImageClassifier.Load(Path.Combine(Fixtures, "finished"));
        Assert.Equal(new InkFraming(28, 28), framing.Transform!.Ink);
        Assert.Equal("7", framing.Classify(Path.Combine(Fixtures, "seven.png")).Label);

        var unframed = framing.Transform with { Ink = new InkFraming(28, 28) { CropsToInk = false } };
        using var classifier = ImageClassifier.Load(
            Path.Combine(Fixtures, "finished"), new ImageClassifierOptions { Transform = unframed });
        var result = classifier.Classify(Path.Combine(Fixtures, "seven.png"));

        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Fixtures, "expected", "predict.json")));
        var before = document.RootElement.GetProperty("predictions")[0];
        double[] logits = [.. before.GetProperty("logits").EnumerateArray().Select(v => v.GetDouble())];
        Assert.All(result.Logits.Zip(logits), pair => Assert.Equal(pair.Second, pair.First, Tolerance * logits.Max(Math.Abs)));
        Assert.Equal(before.GetProperty("top")[0].GetProperty("class").GetString(), result.Label);
    }

    [Theory]
    [InlineData("interrupted", "resumed")]
    [InlineData("adamw", "resumed-adamw")]
    public async Task A_resumed_run_ends_with_the_results_of_version_0_1(string run, string expected)
    {
        using var folder = CopyFixtures();
        Assert.Equal(1, RunRecord<TrainSettings>.Load(folder[$"{run}/args.json"]).Facts.OrderOfSums);
        var result = (await CliProgram.RunAsync(folder.Path, "train", "--resume", run, "--epochs", "2")).Ok();
        Assert.Contains("a version that summed in another order or by other algorithms (order of sums 1; ", result.Error, StringComparison.Ordinal);

        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Fixtures, "expected", $"{expected}.json")));
        AssertTensors(document.RootElement.GetProperty("tensors"), WeightsFile.Read(folder[$"{run}/model.safetensors"]));

        double[][] before = Metrics(Path.Combine(Fixtures, "expected", $"{expected}.csv")), now = Metrics(folder[$"{run}/summary.csv"]);
        Assert.Equal(2, now.Length);
        // The first epoch was not trained again.
        Assert.Equal(before[0], now[0]);
        Assert.All(before[1].Zip(now[1]), pair => Assert.Equal(pair.First, pair.Second, Tolerance));
    }

    [Fact]
    public void Arguments_under_earlier_names_are_read()
    {
        var finished = RunRecord<TrainSettings>.Load(Path.Combine(Fixtures, "finished", "args.json"));
        Assert.Equal(CorruptImagePolicy.Skip, finished.Settings.OnCorrupt);
        Assert.Equal("0.1.0", finished.Facts.Version);
        Assert.Equal(16, finished.Facts.LaneWidth);
    }

    [Fact]
    public void A_summary_under_earlier_column_names_is_read()
    {
        var epochs = RunSummary.Load(Path.Combine(Fixtures, "finished", "summary.csv"));
        Assert.Equal([0.34, 0.63], epochs.Select(epoch => epoch.ValTop1));
        Assert.Equal(1.8569324893563175, epochs[0].ValLoss);
    }

    private static TemporaryFolder CopyFixtures()
    {
        var folder = new TemporaryFolder();
        foreach (string file in Directory.GetFiles(Fixtures, "*", SearchOption.AllDirectories))
        {
            string copy = folder[Path.GetRelativePath(Fixtures, file)];
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        return folder;
    }

    /// <summary>Asserts that everything in <paramref name="before"/> is in <paramref name="now"/>, which may have more keys.</summary>
    private static void AssertContains(JsonElement before, JsonElement now, string path)
    {
        Assert.True(before.ValueKind == now.ValueKind, $"{path} was {before}, is {now}");
        switch (before.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in before.EnumerateObject().Where(p => !Prose.Contains(p.Name, StringComparer.Ordinal)))
                {
                    Assert.True(now.TryGetProperty(property.Name, out var value), $"{path}: there is no key '{property.Name}'");
                    AssertContains(property.Value, value, $"{path}.{property.Name}");
                }

                break;
            case JsonValueKind.Array:
                Assert.True(before.GetArrayLength() == now.GetArrayLength(), $"{path} was {before}, is {now}");
                for (int i = 0; i < before.GetArrayLength(); i++)
                {
                    AssertContains(before[i], now[i], $"{path}[{i}]");
                }

                break;
            case JsonValueKind.Number:
                AssertNear(before.GetDouble(), now.GetDouble(), path);
                break;
            default:
                Assert.True(before.ToString() == now.ToString(), $"{path} was {before}, is {now}");
                break;
        }
    }

    private static void AssertTensors(JsonElement before, WeightsFile now)
    {
        Assert.Equal(before.EnumerateObject().Select(tensor => tensor.Name), now.Tensors.Select(tensor => tensor.Name));
        foreach (var tensor in now.Tensors)
        {
            var expected = before.GetProperty(tensor.Name);
            AssertNear(expected.GetProperty("norm").GetDouble(), Math.Sqrt(tensor.Values.Sum(v => (double)v * v)), tensor.Name);
            double[] first = [.. expected.GetProperty("first").EnumerateArray().Select(v => v.GetDouble())];
            Assert.All(first.Index(), value => AssertNear(value.Item, tensor.Values[value.Index], tensor.Name));
        }
    }

    private static void AssertNear(double before, double now, string path) =>
        Assert.True(Math.Abs(before - now) <= Tolerance * Math.Max(1, Math.Abs(before)), $"{path} was {before:R}, is {now:R}");

    /// <summary>Reads what does not depend on the clock: losses, shares of correct answers, learning rate.</summary>
    private static double[][] Metrics(string summary) =>
        [.. File.ReadAllLines(summary).Skip(1).Select(line => Array.ConvertAll(line.Split(',')[..6], Parse))];

    private static double Parse(string cell) => double.Parse(cell, CultureInfo.InvariantCulture);
}
