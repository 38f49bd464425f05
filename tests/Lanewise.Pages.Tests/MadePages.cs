using Lanewise.Cli.Tests;

[assembly: AssemblyFixture(typeof(Lanewise.Pages.Tests.MadePages))]

namespace Lanewise.Pages.Tests;

/// <summary>A page that the tool makes.</summary>
/// <param name="Name">What the test calls it.</param>
/// <param name="Commands">Command lines, run one after the other in a folder of their own; the last makes <c>page.html</c>.</param>
internal sealed record MadePage(string Name, params string[] Commands);

/// <summary>The pages that are opened in a browser, each made when it is first asked for.</summary>
public sealed class MadePages : IDisposable
{
    private const string Train = "train residual --dataset digits --limit-train 1000 --limit-test 200 --lr 0.03 --threads 1 --output run";

    private static readonly MadePage[] All =
    [
        new("report of a run", Train + " --epochs 2", "report run --threads 1 --output page.html"),
        new("report without the test pictures", Train + " --epochs 1", "report run --dataset mnist --data-dir nowhere --output page.html"),
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

        foreach (string command in page.Commands)
        {
            (await CliProgram.RunAsync(folder.Path, command.Split(' '))).Ok();
        }

        return folder["page.html"];
    }
}
