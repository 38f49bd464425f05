using System.Text.Json;
using Lanewise.Files;
using Lanewise.Imaging;

namespace Lanewise.Cli.Tests;

/// <summary>Names in files that a terminal, a spreadsheet or a page would obey: class names, layer names and paths.</summary>
public sealed class HostileNamesTests
{
    private const string Image = "i\u001b]0;owned\u0007\u202e.png";
    private const string Formula = "=HYPERLINK(\"http://x\",\"y\")", Layer = "conv\u001b[8m\u2028";

    // The clipboard, the title, a line, the writing direction, a formula, mark-up, C1 and DEL, a separator, a second column, Hebrew.
    private static readonly string[] Classes =
    [
        "0\u001b]52;c;aGVsbG8=\u0007", "1\u001b]0;owned\u0007", "2\nerror: x", "3\u202egnp.exe", Formula, "<img src=x onerror=alert(1)>",
        "6\u009b31m\u007f", "7\u2028\u2066x", "8\r\t@x", "\u05d0\u05d1",
    ];

    private static readonly string[] Extensions = [".csv", ".html", ".json"];

    [Theory]
    [InlineData("predict", "model.safetensors", Image, "--top-k", "10")]
    [InlineData("predict", "model.safetensors", Image, "--top-k", "10", "--json", "--csv", "out.csv")]
    [InlineData("eval", "model.safetensors", "--limit-test", "50")]
    [InlineData("eval", "model.safetensors", "--limit-test", "50", "--json")]
    [InlineData("explain", "model.safetensors", Image, "--output", "page", "--feature-maps=" + Layer, "--grad-cam")]
    [InlineData("explain", "model.safetensors", "--filters", "--json", "--output", "page")]
    [InlineData("cost", "model.safetensors")]
    [InlineData("cost", "model.safetensors", "--csv")]
    [InlineData("cost", "model.safetensors", "--json")]
    [InlineData("convert", "model.safetensors", "o\u001b[1m.safetensors")]
    [InlineData("convert", "model.safetensors", "out.safetensors", "--json")]
    [InlineData("export", "model.safetensors", "o\u009b1m.onnx")]
    [InlineData("embed", "model.safetensors", Image, "--output", "out.csv")]
    [InlineData("embed", "model.safetensors", Image, "--output", "out.npz", "--json")]
    [InlineData(
        "train", "residual", "--weights", "residual.safetensors", "--dataset", "digits", "--limit-train", "32", "--limit-test", "20",
        "--epochs", "1", "--output", "run\u001b[1m")]
    public async Task What_a_terminal_or_a_page_obeys_is_shown(params string[] arguments)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "file names have no control characters on Windows");
        using var folder = Files();
        var result = (await CliProgram.RunAsync(folder.Path, arguments)).Ok();
        AssertHarmless(result);
        foreach (string file in Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories))
        {
            if (Extensions.Contains(Path.GetExtension(file)))
            {
                AssertHarmless(File.ReadAllText(file).Replace("\r\n", "\n"));
            }
        }
    }

    [Fact]
    public async Task Json_has_the_names_as_they_are()
    {
        using var folder = Files();
        var result = (await CliProgram.RunAsync(folder.Path, "eval", "model.safetensors", "--limit-test", "20", "--json")).Ok();
        AssertHarmless(result);
        Assert.Contains("3\\u202egnp.exe", result.Out, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(result.Out);
        Assert.Equal(Classes, json.RootElement.GetProperty("per_class").EnumerateArray().Select(c => c.GetProperty("class").GetString()));
    }

    [Fact]
    public async Task Text_and_csv_have_the_names_in_visible_form()
    {
        using var folder = Files();
        var digits = BuiltInDigits.Train(1);
        byte[] pixels = new byte[digits.Shape.Count];
        digits.Read(0, pixels);
        ImageWriter.Write(folder["plain.png"], digits.Shape, pixels);
        var text = (await CliProgram.RunAsync(
            folder.Path, "predict", "model.safetensors", "plain.png", "--top-k", "10", "--csv", "out.csv")).Ok();
        Assert.Single(text.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(@"0\x1b]52;c;aGVsbG8=\x07 ", text.Out, StringComparison.Ordinal);
        Assert.Contains(@"2\x0aerror: x ", text.Out, StringComparison.Ordinal);
        string csv = File.ReadAllText(folder["out.csv"]);
        Assert.Contains("\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\",0.", csv, StringComparison.Ordinal);
        Assert.Contains(@"8\x0d\x09@x", csv, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_in_an_onnx_file_are_shown()
    {
        using var folder = Files();
        (await CliProgram.RunAsync(folder.Path, "export", "model.safetensors", "model.onnx")).Ok();
        var cost = (await CliProgram.RunAsync(folder.Path, "cost", "model.onnx")).Ok();
        AssertHarmless(cost);
        Assert.StartsWith("net, 1×28×28", cost.Out, StringComparison.Ordinal);
        AssertHarmless((await CliProgram.RunAsync(folder.Path, "eval", "model.onnx", "--dataset", "digits", "--limit-test", "20")).Ok());
    }

    [Fact]
    public async Task A_report_shows_them()
    {
        using var folder = Files();
        (await CliProgram.RunAsync(
            folder.Path, "train", "residual", "--dataset", "digits", "--limit-train", "32", "--limit-test", "20", "--epochs", "1",
            "--output", "run")).Ok();
        var run = ModelFile.Load(folder["run"]);
        ModelFile.Save(folder["run/model.safetensors"], run.Weights, run.Card with { Classes = Classes });
        File.AppendAllText(folder["run/gradients.csv"], "0,1,\"=a\u001b[8m,b\",1,0\n");
        AssertHarmless((await CliProgram.RunAsync(folder.Path, "report", "run")).Ok());
        string page = File.ReadAllText(folder["run/report.html"]);
        AssertHarmless(page);
        Assert.Contains(@"0\x1b]52;c;aGVsbG8=\x07", page, StringComparison.Ordinal);
        Assert.Contains("<bdi>\u05d0\u05d1</bdi>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<img src=x", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("eval", "named.safetensors")]
    [InlineData("predict", "named.safetensors", "nothing\u001b[8m.png")]
    [InlineData("cost", "miss\u001b[8ming")]
    [InlineData("train", "--resume", "run\u001b[8m")]
    [InlineData("report", "run\u009b8m")]
    [InlineData("eval", "model.safetensors", "--data\u001b[8m")]
    [InlineData("eval", "model.safetensors", "--dataset", "x\u001b[8m")]
    public async Task Errors_show_them_in_one_line(params string[] arguments)
    {
        using var folder = Files();
        var result = await CliProgram.RunAsync(folder.Path, arguments);
        Assert.NotEqual(0, result.ExitCode);
        AssertHarmless(result);
        Assert.Single(result.ErrorLines, line => line.StartsWith("error: ", StringComparison.Ordinal));
        Assert.Matches(@"\\x(1b\[|9b)8m", result.Error);
    }

    [Fact]
    public async Task Folders_of_classes_show_them()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "file names have no control characters on Windows");
        using var folder = new TemporaryFolder();
        byte[] pixels = new byte[28 * 28];
        foreach (string split in (string[])["train", "val"])
        {
            foreach (string name in (string[])["a\u001b]0;owned\u0007", "b\nerror: x"])
            {
                string path = Directory.CreateDirectory(folder[$"images/{split}/{name}"]).FullName;
                pixels.AsSpan().Fill((byte)name[0]);
                ImageWriter.Write(Path.Combine(path, Image), new(1, 28, 28), pixels);
            }
        }

        File.WriteAllText(Path.Combine(folder.Path, "images", "train", "a\u001b]0;owned\u0007", "bad\u001b[8m.png"), "no image");
        AssertHarmless((await CliProgram.RunAsync(
            folder.Path, "train", "residual", "--dataset", "folder:images", "--epochs", "1", "--on-corrupt", "skip", "--output", "run"))
            .Ok());
        AssertHarmless((await CliProgram.RunAsync(folder.Path, "eval", "run")).Ok());
        AssertHarmless((await CliProgram.RunAsync(folder.Path, "report", "run", "--json")).Ok());
        AssertHarmless(File.ReadAllText(folder["run/report.html"]));
    }

    /// <summary>Writes a model whose names are hostile, one of the catalog with such classes, one of such a name, and an image.</summary>
    private static TemporaryFolder Files()
    {
        var folder = new TemporaryFolder();
        var network = Network.Define("net", new(1, 28, 28), x => x
            .Conv2d(Layer, 6, kernelSize: 5, stride: 2).BatchNorm2d("=norm,\u009b").ReLU().AdaptiveAvgPool2d().Flatten()
            .Linear("\u202ehead", 10));
        Save("model.safetensors", network);
        var residual = ModelCatalog.Find("residual").Create(new ModelOptions());
        Save("residual.safetensors", residual);
        var named = new ModelCard("\u001b[8mresidual", Classes, ImageTransform.Mnist);
        ModelFile.Save(folder["named.safetensors"], Weights.Initialize(residual, 1), named);
        if (!OperatingSystem.IsWindows())
        {
            ImageWriter.Write(folder[Image], new(1, 28, 28), [.. Enumerable.Range(0, 28 * 28).Select(i => (byte)i)]);
        }

        return folder;

        void Save(string file, Network network)
        {
            var card = new ModelCard(network.Name, Classes, ImageTransform.Mnist, "digits", network);
            ModelFile.Save(folder[file], Weights.Initialize(network, 1), card);
        }
    }

    private static void AssertHarmless(CliResult result)
    {
        AssertHarmless(result.Out.Replace("\r\n", "\n"));
        AssertHarmless(result.Error);
    }

    private static void AssertHarmless(string text)
    {
        foreach (string line in text.Split('\n'))
        {
            Assert.Equal(VisibleText.Escape(line), line);
        }
    }
}
