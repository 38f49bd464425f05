using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text.Json;
using Lanewise.Imaging;

namespace Lanewise.Cli.Tests;

public sealed class EmbedTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TrainedRun _trained;
    private readonly string[] _images;

    public EmbedTests(TrainedRun trained)
    {
        _trained = trained;
        _images = [.. Enumerable.Range(0, 20).Select(i => $"digit {i}, ü.png")];
        var digits = BuiltInDigits.Test(_images.Length);
        byte[] pixels = new byte[digits.Shape.Count];
        for (int i = 0; i < _images.Length; i++)
        {
            digits.Read(i, pixels);
            File.WriteAllBytes(_folder[_images[i]], ImageWriter.Encode(digits.Shape, pixels));
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Features_are_rows_of_NumPys_arrays()
    {
        var result = (await RunAsync("features.npz")).Ok();
        Assert.Contains("wrote features.npz: 20 images, 512 features each", result.Out, StringComparison.Ordinal);
        using var archive = ZipFile.OpenRead(_folder["features.npz"]);
        Assert.Equal(["features.npy", "files.npy"], archive.Entries.Select(entry => entry.FullName));
        byte[] features = Read(archive, "features.npy"), files = Read(archive, "files.npy");
        Assert.Equal(Expected().SelectMany(row => row), MemoryMarshal.Cast<byte, float>(features.AsSpan(128)).ToArray());
        Assert.Equal(_images, System.Text.Encoding.UTF32.GetString(files.AsSpan(128)).Chunk(MaxLength).Select(c => new string(c).TrimEnd('\0')));
        Assert.Empty(Directory.GetFiles(_folder.Path, ".*.tmp"));
    }

    [Fact]
    public async Task Features_in_a_table_read_back_to_the_same_floats()
    {
        (await RunAsync("features.csv")).Ok();
        string[] lines = await File.ReadAllLinesAsync(_folder["features.csv"], TestContext.Current.CancellationToken);
        Assert.StartsWith("file,f0,f1,", lines[0], StringComparison.Ordinal);
        Assert.EndsWith(",f511", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("\"digit 3, ü.png\",", lines[4], StringComparison.Ordinal);
        float[][] rows = [.. lines.Skip(1).Select(line => line[(line.LastIndexOf('"') + 2)..].Split(',')
            .Select(cell => float.Parse(cell, System.Globalization.CultureInfo.InvariantCulture)).ToArray())];
        Assert.Equal(Expected(), rows);
    }

    [Fact]
    public async Task Images_that_cannot_be_read_are_named_and_the_others_go_on()
    {
        await File.WriteAllTextAsync(_folder["text.png"], "no image", TestContext.Current.CancellationToken);
        var result = await CliProgram.RunAsync(
            _folder.Path, "embed", _trained.Run, _images[0], "text.png", "none.png", _images[1], "--output", "features.npz", "--json");
        Assert.Equal(1, result.ExitCode);
        Assert.Equal(2, result.ErrorLines.Count(line => line.StartsWith("error: ", StringComparison.Ordinal)));
        var json = JsonDocument.Parse(result.Out).RootElement;
        Assert.Equal(2, json.GetProperty("images").GetInt32());
        Assert.Equal(["text.png", "none.png"], json.GetProperty("errors").EnumerateArray().Select(e => e.GetProperty("file").GetString()));
        using var archive = ZipFile.OpenRead(_folder["features.npz"]);
        Assert.Equal(128 + 2 * 512 * sizeof(float), archive.GetEntry("features.npy")!.Length);
    }

    [Fact]
    public async Task Where_no_image_can_be_read_nothing_is_written()
    {
        var result = await CliProgram.RunAsync(_folder.Path, "embed", _trained.Run, "none.png", "--output", "features.csv");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("none of the 1 images can be read, so features.csv was not written.", result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["features.csv"]));
    }

    [Fact]
    public async Task The_output_is_needed_and_of_a_known_kind()
    {
        (await InProcess.RunAsync("embed", "run", "a.png", "--output", "features.txt"))
            .AssertError("--output features.txt: expected a name that ends in .npz or .csv.", exitCode: 2);
        (await InProcess.RunAsync("embed", "run", "a.png")).AssertError("lanewise embed: --output is missing; name the file", exitCode: 2);
        (await InProcess.RunAsync("embed", "run", "a.png", "--output", "none/features.npz")).AssertError("run could not be read");
    }

    private int MaxLength => _images.Max(name => name.Length);

    private float[][] Expected()
    {
        using var classifier = ImageClassifier.Load(_trained.Run);
        return [.. _images.Select(name => classifier.Embed(_folder[name]))];
    }

    private Task<CliResult> RunAsync(string output) =>
        CliProgram.RunAsync(_folder.Path, ["embed", _trained.Run, .. _images, "--output", output, "--threads", "2"]);

    private static byte[] Read(ZipArchive archive, string name)
    {
        using var stream = archive.GetEntry(name)!.Open();
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
