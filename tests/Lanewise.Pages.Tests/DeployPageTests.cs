using System.ComponentModel;
using System.Diagnostics;
using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using Deque.AxeCore.Playwright;
using Lanewise.Cli.Tests;
using Lanewise.Imaging;
using Lanewise.Tests.Data;
using Microsoft.Playwright;

namespace Lanewise.Pages.Tests;

/// <summary>The page of samples/deploy runs an exported model with onnxruntime-web and answers as Lanewise does.</summary>
public sealed class DeployPageTests(Browser browser) : IDisposable
{
    private const string Package = "onnxruntime-web@1.30.0", Page = "index.html", Model = "model.onnx";
    private const int Timeout = 120_000;

    private static readonly string[] RuntimeFiles = ["ort.wasm.bundle.min.mjs", "ort-wasm-simd-threaded.wasm"];

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_page_gives_the_probabilities_of_Lanewise()
    {
        var page = await browser.OpenAsync(width: 800, ColorScheme.Light, isOffline: false);
        page.SetDefaultTimeout(Timeout);
        await FetchRuntimeAsync();
        foreach (string command in (string[])[
            "train residual --dataset digits --limit-train 1000 --limit-test 200 --lr 0.03 --threads 1 --epochs 1 --output run",
            $"export run {Model} --input uint8 --probabilities"])
        {
            (await CliProgram.RunAsync(_folder.Path, command.Split(' '))).Ok();
        }

        string source = Path.Combine(AppContext.BaseDirectory, "../../../../../samples/deploy", Page);
        File.Copy(source, _folder[Page]);
        using var server = new LocalMirror(name => File.Exists(_folder[name]) ? File.ReadAllBytes(_folder[name]) : null);
        var problems = new List<string>();
        page.PageError += (_, error) => problems.Add(error);
        await page.GotoAsync(new Uri(server.Address, Page).AbsoluteUri);

        using var classifier = ImageClassifier.Load(_folder["run"]);
        for (int i = 0; i < 3; i++)
        {
            string image = WriteDigit(i);
            var expected = classifier.Classify(image).Top(10);
            await page.Locator("#file:enabled").SetInputFilesAsync(image);
            // The name and the list change together.
            await page.Locator($"#name:text-is('{Path.GetFileName(image)}')").WaitForAsync();
            var actual = await ShownAsync(page);
            Assert.Equal(expected[0].Label, actual[0].Label);
            Assert.Equal(10, actual.Length);
            Assert.All(expected, c => Assert.Equal(c.Probability, actual.Single(shown => shown.Label == c.Label).Probability, tolerance: 1e-4));
        }

        Assert.Equal("", string.Join('\n', problems));
        Assert.Equal("", string.Join('\n', (await page.RunAxe()).Violations.Select(v => $"{v.Id}: {v.Help}")));
    }

    private static async Task<(string Label, double Probability)[]> ShownAsync(IPage page)
    {
        const string Lines = "() => [...document.querySelectorAll('#classes li')].map(e => [e.firstChild.data, e.querySelector('data').value])";
        string[][] lines = await page.EvaluateAsync<string[][]>(Lines);
        return Array.ConvertAll(lines, line => (line[0].Trim(), double.Parse(line[1], CultureInfo.InvariantCulture)));
    }

    /// <summary>Fetches the package by the user's own npm, and unpacks the files that the page needs. Without it the test is skipped.</summary>
    private async Task FetchRuntimeAsync()
    {
        string problem = await PackAsync();
        Assert.SkipWhen(problem.Length > 0, $"npm pack {Package}: {problem}");
        string archive = Directory.GetFiles(_folder.Path, "*.tgz").Single();
        await using var gzip = new GZipStream(File.OpenRead(archive), CompressionMode.Decompress);
        await using var tar = new TarReader(gzip);
        while (await tar.GetNextEntryAsync(copyData: false, Token) is { } entry)
        {
            if (RuntimeFiles.Contains(Path.GetFileName(entry.Name)))
            {
                await entry.ExtractToFileAsync(_folder[Path.GetFileName(entry.Name)], overwrite: false, Token);
            }
        }
    }

    /// <summary>Runs npm pack in the folder, and returns what went wrong.</summary>
    private async Task<string> PackAsync()
    {
        try
        {
            using var npm = Process.Start(new ProcessStartInfo("npm", ["pack", Package, "--silent"])
            {
                WorkingDirectory = _folder.Path,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            using var late = CancellationTokenSource.CreateLinkedTokenSource(Token);
            late.CancelAfter(Timeout);
            var output = npm.StandardOutput.ReadToEndAsync(late.Token);
            string error = await npm.StandardError.ReadToEndAsync(late.Token);
            await npm.WaitForExitAsync(late.Token);
            _ = await output;
            return npm.ExitCode == 0 ? "" : $"exit {npm.ExitCode} {error.ReplaceLineEndings(" ")}";
        }
        catch (Win32Exception)
        {
            return "npm is not installed";
        }
        catch (OperationCanceledException) when (!Token.IsCancellationRequested)
        {
            return "no answer in time";
        }
    }

    private string WriteDigit(int index)
    {
        var digits = BuiltInDigits.Test(index + 1);
        byte[] pixels = new byte[digits.Shape.Count];
        digits.Read(index, pixels);
        string path = _folder[$"{index}.png"];
        ImageWriter.Write(path, digits.Shape, pixels);
        return path;
    }
}
