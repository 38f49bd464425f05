using Lanewise.Cli.Tests;
using Lanewise.Imaging;

[assembly: AssemblyFixture(typeof(Lanewise.Pages.Tests.GeneratedPages))]

namespace Lanewise.Pages.Tests;

/// <summary>A page that the CLI generates.</summary>
/// <param name="Name">The name in the tests.</param>
/// <param name="File">The page's path in its folder.</param>
/// <param name="Commands">The command lines that generate it, run in order in a new folder that has an image <c>digit.png</c>.</param>
internal sealed record GeneratedPage(string Name, string File, params string[] Commands);

/// <summary>Generates the pages under test, each on first use.</summary>
public sealed class GeneratedPages : IDisposable
{
    private const string Train =
        "train residual --dataset digits --limit-train 1000 --limit-test 200 --lr 0.03 --threads 1 --output run";

    private static readonly GeneratedPage[] All =
    [
        new("report of a run", "page.html", Train + " --epochs 2", "report run --threads 1 --output page.html"),
        new(
            "report without test images", "page.html", Train + " --epochs 1",
            "report run --dataset mnist --data-dir nowhere --output page.html"),
        new(
            "explain, blocks and an image", "explained/explain.html", Train + " --epochs 1",
            "explain run digit.png --grad-cam --blocks --feature-maps --filters --limit-test 100 --output explained"),
        new(
            "explain, branches", "explained/explain.html", Train.Replace("residual", "inception") + " --epochs 1",
            "explain run --branches --limit-test 100 --output explained"),
        new(
            "depth", "study/depth.html",
            "depth --depths 8,14 --dataset digits --limit-train 128 --limit-test 64 --epochs 1 --threads 1 --output study"),
        new(
            "depth, at initialization", "study/depth.html",
            "depth --depths 8,20 --dataset digits --limit-train 64 --no-batch-norm --at-start --threads 1 --output study"),
    ];

    private readonly Dictionary<string, Lazy<Task<string>>> _files;
    private readonly List<TemporaryFolder> _folders = [];

    public GeneratedPages() => _files =
        All.ToDictionary(page => page.Name, page => new Lazy<Task<string>>(() => GenerateAsync(page)), StringComparer.Ordinal);

    public static TheoryData<string> Names => [.. All.Select(page => page.Name)];

    /// <summary>Gets the path of a page, and generates it on first use.</summary>
    public Task<string> FileAsync(string name) => _files[name].Value;

    public void Dispose() => _folders.ForEach(folder => folder.Dispose());

    private async Task<string> GenerateAsync(GeneratedPage page)
    {
        var folder = new TemporaryFolder();
        lock (_folders)
        {
            _folders.Add(folder);
        }

        var digit = BuiltInDigits.Test(1);
        byte[] pixels = new byte[digit.Shape.Count];
        digit.Read(0, pixels);
        ImageWriter.Write(folder["digit.png"], digit.Shape, pixels);
        foreach (string command in page.Commands)
        {
            (await CliProgram.RunAsync(folder.Path, command.Split(' '))).Ok();
        }

        return folder[page.File];
    }
}
