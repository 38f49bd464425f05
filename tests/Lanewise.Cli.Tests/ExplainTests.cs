using System.Text.Json;
using System.Xml.Linq;
using Lanewise.Files;
using Lanewise.Imaging;

namespace Lanewise.Cli.Tests;

public sealed class ExplainTests(TrainedRun trained)
{
    [Fact]
    public async Task Grad_cam_and_feature_maps_are_written_as_images_and_a_page()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["other"]);
        WriteDigit(folder["six.png"]);
        WriteDigit(folder["other/six.png"]);
        string[] command =
        [
            "explain", trained.Run, "six.png", "other/six.png", "--grad-cam", "--layer", "rcblock1.relu2", "--class", "3",
            "--output", "out",
        ];
        var result = await CliProgram.RunAsync(folder.Path, [.. command, "--feature-maps=rcblock3"]);
        result.AssertError("no layer 'rcblock3'");
        Assert.False(Directory.Exists(folder["out"]));

        var json = await JsonAsync(folder.Path, [.. command, "--feature-maps=rcblock2.conv1", "--json"]);
        Assert.Equal("residual", json.GetProperty("model").GetString());
        var images = json.GetProperty("images").EnumerateArray().ToArray();
        Assert.Equal(["six.png", "other/six.png"], images.Select(p => p.GetProperty("file").GetString()));
        Assert.All(images, p =>
        {
            Assert.Equal("3", p.GetProperty("class").GetString());
            Assert.Equal("rcblock1.relu2", p.GetProperty("layer").GetString());
            Assert.Equal([12, 12], p.GetProperty("map").EnumerateArray().Select(n => n.GetInt32()));
            Assert.True(p.GetProperty("peak").GetDouble() >= 0);
            Assert.Equal(3, p.GetProperty("top").GetArrayLength());
        });
        string[] files = [.. images.SelectMany(p => p.GetProperty("files").EnumerateArray()).Select(f => f.GetString()!)];
        Assert.Equal(6, files.Distinct().Count());
        Assert.All(files, file => AssertPng(Path.Combine(folder.Path, file)));
        AssertPage(Path.Combine(folder.Path, json.GetProperty("page").GetString()!), count: 2 * 4);
    }

    [Fact]
    public async Task Without_options_it_computes_what_needs_no_image()
    {
        using var folder = new TemporaryFolder();
        File.Copy(trained.Model, folder["net.safetensors"]);
        var result = (await CliProgram.RunAsync(folder.Path, "explain", "net.safetensors", "--limit-test", "200", "--threads", "1")).Ok();
        Assert.Contains("residual on digits: ", result.Out, StringComparison.Ordinal);
        Assert.Contains("rcblock2", result.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("branch", result.Out, StringComparison.Ordinal);
        Assert.Equal("1 of 5: the whole network", result.ErrorLines[0]);
        Assert.Equal($"wrote {Path.Combine("net-explain", "explain.html")} and 1 image next to it", result.ErrorLines[^1]);
        AssertPng(folder["net-explain/filters.png"]);
        AssertPage(folder["net-explain/explain.html"], count: 1);
    }

    [Fact]
    public async Task Branches_and_blocks_have_the_documented_keys()
    {
        using var folder = new TemporaryFolder();
        var network = Inception.Create();
        var card = new ModelCard("inception", [.. BuiltInDigits.Test(1).Classes], ImageTransform.Mnist, "digits");
        ModelFile.Save(folder["inception.safetensors"], Weights.Initialize(network, 1), card);
        var json = await JsonAsync(folder.Path, "explain", "inception.safetensors", "--branches", "--limit-test", "50", "--json");
        Assert.Equal("digits", json.GetProperty("dataset").GetString());
        var branches = json.GetProperty("branches").EnumerateArray().ToArray();
        Assert.Equal(8, branches.Length);
        Assert.Equal("incep1.branch5x5_2", branches[1].GetProperty("name").GetString());
        Assert.All(branches, b => Assert.InRange(b.GetProperty("accuracy_without").GetDouble(), 0, 1));
        Assert.Equal(1, branches.Take(4).Sum(b => b.GetProperty("energy_share").GetDouble()), 1e-9);

        var blocks = await JsonAsync(
            folder.Path, "explain", trained.Run, "--blocks", "--limit-test", "400", "--output", "blocks", "--json");
        using var train = JsonDocument.Parse(trained.Json);
        Assert.Equal(train.RootElement.GetProperty("test_accuracy").GetDouble(), blocks.GetProperty("accuracy").GetDouble());
        var results = blocks.GetProperty("blocks").EnumerateArray().ToArray();
        Assert.Equal(["rcblock1", "rcblock2"], results.Select(b => b.GetProperty("name").GetString()));
        Assert.All(results, b => Assert.True(b.GetProperty("ratio").GetDouble() > 0));
        Assert.False(blocks.TryGetProperty("branches", out _));
    }

    [Fact]
    public async Task An_image_after_feature_maps_is_not_taken_for_its_layer()
    {
        using var folder = new TemporaryFolder();
        WriteDigit(folder["six.png"]);
        var json = await JsonAsync(folder.Path, "explain", trained.Run, "--output", "out", "--json", "--feature-maps", "six.png");
        var image = Assert.Single(json.GetProperty("images").EnumerateArray());
        var file = Assert.Single(image.GetProperty("files").EnumerateArray());
        Assert.EndsWith("six-feature-maps.png", file.GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("six.png --class 12", "--class 12: the model has no such class; did you mean '1'? It has 10 classes")]
    [InlineData(
        "six.png --layer rcblock1.conv1",
        "no layer 'rcblock1.conv1' that everything passes through; did you mean 'rcblock1.add1'? "
            + "There are conv1, relu1, maxpool2d1, rcblock1.add1, ")]
    [InlineData("six.png --layer cnv1", "did you mean 'conv1'?")]
    [InlineData("six.png --feature-maps=input", "input is its input")]
    [InlineData(
        "--branches",
        "--branches: residual has no parallel branches; "
            + "models with parallel branches: inception, inception-relu, googlenet, googlenet-paper.")]
    [InlineData("text.png", "text.png is not an image")]
    [InlineData("none.png", "none.png")]
    [InlineData("six.png --output six.png", "six.png cannot be created")]
    public async Task Errors_are_one_line_and_leave_no_files(string arguments, string expected)
    {
        using var folder = new TemporaryFolder();
        WriteDigit(folder["six.png"]);
        File.WriteAllText(folder["text.png"], "no image");
        File.Copy(trained.Model, folder["net.safetensors"]);
        var result = await CliProgram.RunAsync(folder.Path, ["explain", "net.safetensors", .. arguments.Split(' ')]);
        result.AssertError(expected);
        Assert.Equal(3, Directory.GetFileSystemEntries(folder.Path).Length);
    }

    private static void WriteDigit(string path)
    {
        var digits = BuiltInDigits.Train(20);
        byte[] pixels = new byte[digits.Shape.Count];
        digits.Read(3, pixels);
        ImageWriter.Write(path, digits.Shape, pixels);
    }

    private static async Task<JsonElement> JsonAsync(string folder, params string[] arguments) =>
        JsonDocument.Parse((await CliProgram.RunAsync(folder, arguments)).Ok().Out).RootElement.Clone();

    private static void AssertPng(string path) =>
        Assert.Equal("\u0089PNG", string.Concat(File.ReadAllBytes(path)[..4].Select(b => (char)b)));

    private static void AssertPage(string path, int count)
    {
        string page = File.ReadAllText(path);
        var html = XElement.Parse(page.Replace("<!DOCTYPE html>", "", StringComparison.Ordinal));
        var images = html.Descendants("img").ToArray();
        Assert.Equal(count, images.Length);
        Assert.All(images, image =>
        {
            Assert.StartsWith("data:image/png;base64,", image.Attribute("src")!.Value, StringComparison.Ordinal);
            Assert.False(string.IsNullOrWhiteSpace(image.Attribute("alt")!.Value));
        });
        Assert.DoesNotContain("://", page, StringComparison.Ordinal);
    }
}
