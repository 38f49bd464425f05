using System.Diagnostics;
using System.Globalization;
using Lanewise.Cli.Common;
using Lanewise.Files;

namespace Lanewise.Cli.Tests.Terminals;

/// <summary>Standard streams that are closed or on a full disk: the work is done and saved, and the exit code says whether it is all.</summary>
public sealed class ClosedStreamTests : IDisposable
{
    private const string Closed = "error: standard output cannot be written: it is closed. The run is saved in run.";
    private const string Full = "error: standard output cannot be written: the disk is full; free some space or choose another file. "
        + "The run is saved in run.";

    private const string Train = "train residual --dataset digits --limit-train 64 --limit-test 10 --epochs 1 --threads 1 --output run";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("2>/dev/full", 0, null)]
    [InlineData("2>&-", 0, null)]
    [InlineData("<&- 2>&-", 0, null)]
    [InlineData(">&-", 1, Closed)]
    [InlineData("--json >&-", 1, Closed)]
    [InlineData(">/dev/full", 1, Full)]
    [InlineData("--json >/dev/full", 1, Full)]
    [InlineData("<&- >&- 2>&-", 1, null)]
    [InlineData(">/dev/full 2>/dev/full", 1, null)]
    public async Task A_run_is_trained_and_saved(string redirections, int exitCode, string? error)
    {
        var (code, text) = await RunAsync($"{Train} {redirections}");
        Assert.Equal(exitCode, code);
        Assert.True(File.Exists(_folder["run/model.safetensors"]));
        Assert.Equal(2, (await File.ReadAllLinesAsync(_folder["run/summary.csv"], TestContext.Current.CancellationToken)).Length);
        // A line of standard error in a file of the run would have damaged it.
        Safetensors.Read(_folder["run/checkpoint.safetensors"]);
        ModelFile.Load(_folder["run/model.safetensors"]);
        if (error is not null)
        {
            Assert.Equal(error, text.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]);
        }
    }

    [Theory]
    [InlineData("models >/dev/full", 1)]
    [InlineData("models --json >&-", 1)]
    [InlineData("--help >&-", 1)]
    [InlineData("train --bogus 2>&-", 2)]
    [InlineData("models | head -1", 0)]
    public async Task Other_verbs_do_not_abort(string command, int exitCode) => Assert.Equal(exitCode, (await RunAsync(command)).ExitCode);

    [Fact]
    public async Task Ctrl_C_twice_ends_a_program_whose_stderr_takes_nothing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && TerminalProgram.Exists("mkfifo"), "requires mkfifo");
        string program = Path.Combine(AppContext.BaseDirectory, "Lanewise.Cli.dll");
        const string FullPipe = "mkfifo pipe; exec 3<>pipe; head -c 65536 /dev/zero >&3";
        var start = new ProcessStartInfo("env", ["--default-signal=INT", "bash", "-c", $"{FullPipe}; exec dotnet '{program}' {Train} 2>&3"])
        {
            WorkingDirectory = _folder.Path,
        };
        using var process = Process.Start(start)!;
        try
        {
            // Written before the first notice, on which the program then waits.
            while (!File.Exists(_folder["run/args.json"]))
            {
                await Task.Delay(50, TestContext.Current.CancellationToken);
            }

            for (int signal = 0; signal < 2; signal++)
            {
                using var kill = Process.Start("kill", ["-INT", process.Id.ToString(CultureInfo.InvariantCulture)]);
                await Task.Delay(2000, TestContext.Current.CancellationToken);
            }

            await process.WaitForExitAsync(TestContext.Current.CancellationToken)
                .WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    [Fact]
    public void A_lack_of_memory_is_found_below_other_errors()
    {
        Assert.True(MemoryLimit.IsReached(new TypeInitializationException("Digits", new InsufficientMemoryException())));
        Assert.True(MemoryLimit.IsReached(new InsufficientMemoryException()));
        Assert.False(MemoryLimit.IsReached(new TypeInitializationException("Digits", new InvalidOperationException())));
        Assert.False(MemoryLimit.IsReached(new DllNotFoundException("libSkiaSharp")));
        Assert.Contains(" GB", MemoryLimit.Explain(), StringComparison.Ordinal);
    }

    private async Task<(int ExitCode, string Error)> RunAsync(string command)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "requires /dev/full");
        string program = Path.Combine(AppContext.BaseDirectory, "Lanewise.Cli.dll");
        var start = new ProcessStartInfo("bash", ["-c", $"set -o pipefail; ulimit -c 0; dotnet '{program}' {command}"])
        {
            WorkingDirectory = _folder.Path,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment["HOME"] = CliProgram.Home;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        string error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        await output;
        return (process.ExitCode, error);
    }
}
