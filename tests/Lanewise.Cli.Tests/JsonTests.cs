using System.Text.Json;
using Lanewise.Imaging;

namespace Lanewise.Cli.Tests;

public sealed class JsonTests(TrainedRun trained)
{
    private static readonly string Anywhere = Path.GetTempPath();

    [Fact]
    public void Train_reports_every_epoch()
    {
        using var document = JsonDocument.Parse(trained.Json);
        var json = document.RootElement;
        AssertKeys(json, "model", "dataset", "run", "seed", "test_accuracy", "epochs");
        Assert.Equal("residual", json.GetProperty("model").GetString());
        Assert.Equal("digits", json.GetProperty("dataset").GetString());
        Assert.Equal(2, json.GetProperty("epochs").GetArrayLength());
        AssertKeys(json.GetProperty("epochs")[1], "epoch", "train_loss", "eval_loss", "eval_top1", "seconds", "images_per_second");
        Assert.Equal(json.GetProperty("epochs")[1].GetProperty("eval_top1").GetDouble(), json.GetProperty("test_accuracy").GetDouble());
    }

    [Fact]
    public async Task Eval_reports_the_accuracy_of_the_last_epoch()
    {
        var json = await RunAsync("eval", trained.Run, "--limit-test", "400", "--threads", "1", "--json");
        AssertKeys(json, "model", "dataset", "correct", "total", "test_accuracy", "per_class", "confusion");
        AssertKeys(json.GetProperty("per_class")[0], "class", "precision", "recall", "support");
        Assert.Equal(400, json.GetProperty("total").GetInt32());
        Assert.Equal(400, json.GetProperty("confusion").EnumerateArray().Sum(row => row.EnumerateArray().Sum(n => n.GetInt32())));
        using var train = JsonDocument.Parse(trained.Json);
        Assert.Equal(train.RootElement.GetProperty("test_accuracy").GetDouble(), json.GetProperty("test_accuracy").GetDouble());
    }

    [Fact]
    public async Task Predict_classifies_image_files()
    {
        using var folder = new TemporaryFolder();
        var digits = BuiltInDigits.Train(20);
        byte[] pixels = new byte[digits.Shape.Count];
        digits.Read(3, pixels);
        ImageWriter.Write(folder["plain.png"], digits.Shape, pixels);
        ImageWriter.Write(folder["ink.png"], digits.Shape, Array.ConvertAll(pixels, p => (byte)(255 - p)), scale: 4);

        var result = (await CliProgram.RunAsync(
            folder.Path, "predict", trained.Run, "plain.png", "ink.png", "--top-k", "2", "--json")).Ok();
        Assert.Matches("^ink.png: dark on a light background; preprocessing: 112×112; inverted", Assert.Single(result.ErrorLines));
        var json = Parse(result);
        AssertKeys(json, "predictions");
        Assert.Equal(2, json.GetProperty("predictions").GetArrayLength());
        var prediction = json.GetProperty("predictions")[0];
        AssertKeys(prediction, "file", "logits", "top");
        Assert.Equal(10, prediction.GetProperty("logits").GetArrayLength());
        Assert.Equal(2, prediction.GetProperty("top").GetArrayLength());
        AssertKeys(prediction.GetProperty("top")[0], "class", "probability");
        Assert.Equal($"{digits.Label(3)}", prediction.GetProperty("top")[0].GetProperty("class").GetString());
    }

    [Fact]
    public async Task Models_lists_the_catalog()
    {
        var json = await RunAsync("models", "--json");
        var residual = json.GetProperty("models").EnumerateArray().Single(m => m.GetProperty("name").GetString() == "residual");
        AssertKeys(residual, "name", "parameters", "multiply_adds", "input");
        Assert.Equal(41_514, residual.GetProperty("parameters").GetInt32());
        Assert.Equal([1, 28, 28], residual.GetProperty("input").EnumerateArray().Select(n => n.GetInt32()));
    }

    [Fact]
    public async Task Info_describes_the_machine()
    {
        var json = await RunAsync("info", "--json");
        AssertKeys(json, "version", "lane_width", "threads", "ceiling_gflops", "data_roots");
        Assert.InRange(json.GetProperty("ceiling_gflops").GetDouble(), 0.05, 1e5);
        Assert.Contains(json.GetProperty("lane_width").GetInt32(), (int[])[1, 4, 8, 16]);
    }

    [Fact]
    public async Task Data_verbs_report_the_state_of_datasets()
    {
        using var folder = new TemporaryFolder();
        var list = await RunAsync("data", "list", "--data-dir", folder.Path, "--json");
        var datasets = list.GetProperty("datasets").EnumerateArray().ToDictionary(d => d.GetProperty("name").GetString()!);
        Assert.True(datasets["digits"].GetProperty("available").GetBoolean());
        Assert.False(datasets["mnist"].GetProperty("available").GetBoolean());
        Assert.True((await RunAsync("data", "verify", "digits", "--json")).GetProperty("ok").GetBoolean());
        Assert.True((await RunAsync("data", "fetch", "digits", "--json")).GetProperty("built_in").GetBoolean());
    }

    private static async Task<JsonElement> RunAsync(params string[] arguments)
    {
        var result = (await CliProgram.RunAsync(Anywhere, arguments)).Ok();
        Assert.Empty(result.Error);
        return Parse(result);
    }

    // Parse rejects anything after the first document.
    private static JsonElement Parse(CliResult result) => JsonDocument.Parse(result.Out).RootElement.Clone();

    private static void AssertKeys(JsonElement json, params string[] keys) =>
        Assert.All(keys, key => Assert.True(json.TryGetProperty(key, out _), $"there is no key '{key}'"));
}
