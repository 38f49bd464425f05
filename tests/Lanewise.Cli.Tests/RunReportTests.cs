using System.Text.Json;
using System.Text.Json.Nodes;
using Lanewise.Files;

namespace Lanewise.Cli.Tests;

/// <summary><c>lanewise report</c> on complete, unfinished and damaged runs.</summary>
public sealed class RunReportTests(TrainedRun trained)
{
    [Fact]
    public async Task The_page_is_written_to_the_run_folder()
    {
        using var folder = Copy();
        var result = (await ReportAsync(folder)).Ok();
        Assert.Equal("wrote run/report.html, the report of the run run; open it in a browser.\n", result.Out);
        Assert.Equal("evaluating on train of digits.\n", result.Error);
        string page = File.ReadAllText(folder["run/report.html"]);
        Assert.Contains("rcblock1.conv1", page, StringComparison.Ordinal);
        Assert.Contains("How to reproduce", page, StringComparison.Ordinal);
        Assert.Contains("lanewise train residual --dataset digits --limit-train 2000", page, StringComparison.Ordinal);
        Assert.Contains("Processor", page, StringComparison.Ordinal);
        Assert.DoesNotContain("not complete", page, StringComparison.Ordinal);

        // A run folder with a page can still be resumed.
        var resumed = (await CliProgram.RunAsync(folder.Path, "train", "--resume", "run")).Ok();
        Assert.StartsWith("run is complete", resumed.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_has_the_path_and_content_of_the_page()
    {
        using var folder = Copy();
        var json = await JsonAsync(folder, "--output", "page.html", "--mistakes", "3");
        Assert.Equal(("run", "page.html"), (Text(json, "run"), Text(json, "file")));
        Assert.Equal(("residual", "digits"), (Text(json, "model"), Text(json, "dataset")));
        using var train = JsonDocument.Parse(trained.Json);
        Assert.Equal(train.RootElement.GetProperty("test_accuracy").GetDouble(), json.GetProperty("test_accuracy").GetDouble());
        var mistakes = json.GetProperty("mistakes").EnumerateArray().ToArray();
        Assert.Equal(3, mistakes.Length);
        Assert.All(mistakes, m => Assert.NotEqual(Text(m, "class"), Text(m, "predicted")));
        double[] probabilities = [.. mistakes.Select(m => m.GetProperty("probability").GetDouble())];
        Assert.Equal(probabilities.OrderDescending(), probabilities);
        var trainMistakes = json.GetProperty("train_mistakes").EnumerateArray().ToArray();
        Assert.Equal(3, trainMistakes.Length);
        Assert.All(trainMistakes, m => Assert.NotEqual(Text(m, "class"), Text(m, "predicted")));
        Assert.Equal((2000, 2000), (json.GetProperty("train_images").GetInt32(), json.GetProperty("train_images_evaluated").GetInt32()));
        Assert.Equal(6, File.ReadAllText(folder["page.html"]).Split("<img ").Length - 1);
    }

    [Fact]
    public async Task Of_many_training_images_some_are_looked_at_or_none()
    {
        using var folder = Copy();
        var json = await JsonAsync(folder, "--train-images", "100", "--mistakes", "500");
        Assert.Equal((2000, 100), (json.GetProperty("train_images").GetInt32(), json.GetProperty("train_images_evaluated").GetInt32()));
        // Every 20th image was looked at.
        Assert.All(json.GetProperty("train_mistakes").EnumerateArray(), m => Assert.Equal(0, m.GetProperty("image").GetInt32() % 20));
        string page = File.ReadAllText(folder["run/report.html"]);
        Assert.Contains("of 100 images, evenly spaced among the 2,000 that the model was trained on", page, StringComparison.Ordinal);

        json = await JsonAsync(folder, "--train-images", "0");
        Assert.Equal(0, json.GetProperty("train_images_evaluated").GetInt32());
        Assert.DoesNotContain("may be mislabelled", File.ReadAllText(folder["run/report.html"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_test_images_the_page_omits_their_sections()
    {
        using var folder = Copy();
        var result = (await ReportAsync(folder, "--dataset", "mnist", "--data-dir", "nowhere", "--json")).Ok();
        string notice = Assert.Single(result.ErrorLines);
        Assert.StartsWith("the page omits sections that require the test images: ", notice, StringComparison.Ordinal);
        var json = JsonDocument.Parse(result.Out).RootElement;
        Assert.Contains("nowhere: there is no such data folder", Text(json, "test_missing"), StringComparison.Ordinal);
        Assert.InRange(json.GetProperty("test_accuracy").GetDouble(), 0.5, 1);
        string page = File.ReadAllText(folder["run/report.html"]);
        Assert.Contains("The model was not evaluated", page, StringComparison.Ordinal);
        Assert.Contains("Loss by epoch", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Runs_of_earlier_and_newer_versions_are_reported()
    {
        using var folder = Copy();
        File.Delete(folder["run/gradients.csv"]);
        var arguments = JsonNode.Parse(File.ReadAllText(folder["run/args.json"]))!.AsObject();
        foreach (string key in (string[])["environment", "aug", "sched", "classes", "weights", "freeze", "milestones", "on_corrupt"])
        {
            arguments.Remove(key);
        }

        arguments["warp_factor"] = 9;
        File.WriteAllText(folder["run/args.json"], arguments.ToJsonString());
        (await ReportAsync(folder)).Ok();
        string page = File.ReadAllText(folder["run/report.html"]);
        Assert.Contains("no gradients.csv", page, StringComparison.Ordinal);
        Assert.Contains("did not record the machine", page, StringComparison.Ordinal);
        Assert.Contains("warp_factor", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_without_a_model_is_reported()
    {
        using var folder = Copy();
        File.Delete(folder["run/model.safetensors"]);
        File.Delete(folder["run/summary.csv"]);
        var json = await JsonAsync(folder);
        Assert.Equal(JsonValueKind.Null, json.GetProperty("test_accuracy").ValueKind);
        Assert.Equal(0, json.GetProperty("epochs").GetInt32());
        string page = File.ReadAllText(folder["run/report.html"]);
        Assert.Contains("No epoch is complete yet", page, StringComparison.Ordinal);
        Assert.Contains("lanewise train --resume run", page, StringComparison.Ordinal);
        Assert.Contains("Gradient norm of the first and last layers", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_with_NaN_weights_is_named()
    {
        using var folder = Copy();
        string file = folder["run/model.safetensors"];
        var model = ModelFile.Load(file);
        var nan = model.Weights.Tensors.Select(t => t with { Values = Array.ConvertAll(t.Values, _ => float.NaN) });
        ModelFile.Save(file, new Weights(nan), model.Card);
        (await ReportAsync(folder)).AssertError("conv1.weight[0, 0, 0, 0] is NaN");
    }

    [Theory]
    [InlineData("summary.csv", "epoch,train_loss\n1,", "the first line is not")]
    [InlineData("gradients.csv", "step,epoch,layer,norm,zero_share\n0,1,conv1\n", "line 2 is not a row of")]
    [InlineData("args.json", "{", "not the arguments of a run")]
    [InlineData("args.json", "", "not the arguments of a run")]
    [InlineData("model.safetensors", "short", "model.safetensors")]
    public async Task Messages_name_the_damaged_file(string file, string content, string expected)
    {
        using var folder = Copy();
        File.WriteAllText(folder["run/" + file], content);
        string error = (await ReportAsync(folder)).OneError();
        Assert.Contains("run/" + file, error, StringComparison.Ordinal);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["run/report.html"]));
    }

    [Fact]
    public async Task Invalid_output_and_run_folders_are_rejected()
    {
        using var folder = Copy();
        var missing = await ReportAsync(folder, "--output", "not/there.html");
        missing.AssertError("its folder does not exist");
        var invalid = await ReportAsync(folder, "--output", "run/model.safetensors");
        invalid.AssertError("expected a name that ends in .html", exitCode: 2);
        var empty = await CliProgram.RunAsync(folder.Path, "report", ".");
        empty.AssertError("the folder has no args.json");
        var nowhere = await CliProgram.RunAsync(folder.Path, "report", "elsewhere");
        nowhere.AssertError("the folder does not exist");
    }

    private static Task<CliResult> ReportAsync(TemporaryFolder folder, params string[] options) =>
        CliProgram.RunAsync(folder.Path, ["report", "run", "--threads", "1", .. options]);

    private static async Task<JsonElement> JsonAsync(TemporaryFolder folder, params string[] options) =>
        JsonDocument.Parse((await ReportAsync(folder, [.. options, "--json"])).Ok().Out).RootElement;

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString() ?? "";

    /// <summary>The trained run as <c>run</c> in a folder of its own.</summary>
    private TemporaryFolder Copy()
    {
        var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["run"]);
        trained.CopyTo(folder["run"]);
        return folder;
    }
}
