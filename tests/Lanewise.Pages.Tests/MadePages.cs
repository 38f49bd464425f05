using Lanewise.Cli.Tests;
using Lanewise.Data;
using Lanewise.Imaging;

[assembly: AssemblyFixture(typeof(Lanewise.Pages.Tests.MadePages))]

namespace Lanewise.Pages.Tests;

/// <summary>A page that the tool makes.</summary>
/// <param name="Name">What the test calls it.</param>
/// <param name="File">Its file.</param>
/// <param name="Commands">Command lines that make it, run one after the other in a folder of their own, where <c>digit.png</c> is an image.</param>
internal sealed record MadePage(string Name, string File, params string[] Commands);

/// <summary>The pages that are opened in a browser, each made when it is first asked for.</summary>
public sealed class MadePages : IDisposable
{
    private const string Train = "train residual --dataset digits --limit-train 1000 --limit-test 200 --lr 0.03 --threads 1 --output run";

    private static readonly MadePage[] All =
    [
        new("report of a run", "page.html", Train + " --epochs 2", "report run --threads 1 --output page.html"),
        new("report without the test images", "page.html", Train + " --epochs 1", "report run --dataset mnist --data-dir nowhere --output page.html"),
        new("explain, blocks and an image", "seen/explain.html", Train + " --epochs 1", "explain run digit.png --grad-cam --blocks --feature-maps --filters --limit-test 100 --output seen"),
        new("explain, branches", "seen/explain.html", Train.Replace("residual", "inception") + " --epochs 1", "explain run --branches --limit-test 100 --output seen"),
        new("depth", "study/depth.html", "depth --depths 8,14 --dataset digits --limit-train 128 --limit-test 64 --epochs 1 --threads 1 --output study"),
        new("depth, at the start", "study/depth.html", "depth --depths 8,20 --dataset digits --limit-train 64 --no-batch-norm --at-start --threads 1 --output study"),
    ];

    private readonly Dictionary<string, Lazy<Task<string>>> _files;
    private readonly List<TemporaryFolder> _folders = [];

    public MadePages() => _files = All.ToDictionary(page => page.Name, page => new Lazy<Task<string>>(() => MakeAsync(page)), StringComparer.Ordinal);

    public static TheoryData<string> Names => [.. All.Select(page => page.Name)];

    /// <summary>The page's file.</summary>
    public Task<string> FileAsync(string name) => _files[name].Value;

    public void Dispose() => _folders.ForEach(folder => folder.Dispose());

    private async Task<string> MakeAsync(MadePage page)
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
