using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Lanewise.Cli.Tests;

/// <summary>The exit code and output of a run of the program.</summary>
internal sealed record CliResult(int ExitCode, string Out, string Error)
{
    public string[] ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Asserts that the program failed with one error line and no output.</summary>
    public string OneError(int exitCode = 1)
    {
        Assert.Equal(exitCode, ExitCode);
        Assert.Empty(Out);
        string line = Assert.Single(ErrorLines, l => l.StartsWith("error: ", StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
        return line;
    }

    /// <summary>Asserts that the program failed with one error line that contains <paramref name="expected"/>, and no output.</summary>
    public void AssertError(string expected, int exitCode = 1) => Assert.Contains(expected, OneError(exitCode), StringComparison.Ordinal);

    /// <summary>Asserts that the program succeeded.</summary>
    public CliResult Ok()
    {
        Assert.True(ExitCode == 0, $"exit {ExitCode}: {Error}");
        return this;
    }
}

/// <summary>Runs the program as a child process, with an empty home folder, no data folders and no network.</summary>
internal sealed partial class CliProgram : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    /// <summary>The home folder of the program, which does not exist.</summary>
    public static readonly string Home = Path.Combine(Path.GetTempPath(), "lanewise-no-home");

    private readonly Process _process;
    private readonly Task<string> _out;
    private readonly Task<string> _error;

    private CliProgram(string folder, string[] arguments, string? cache = null, IReadOnlyDictionary<string, string>? variables = null)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Lanewise.Cli.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        var environment = start.Environment;
        environment.Remove("LANEWISE_DATA");
        environment.Remove("LANEWISE_DEBUG");
        foreach (var (name, value) in variables ?? new Dictionary<string, string>())
        {
            environment[name] = value;
        }

        // Processes this short do not benefit from profile-guided optimization.
        environment["DOTNET_TieredPGO"] = "0";
        environment["HOME"] = Home;
        environment["XDG_CACHE_HOME"] = cache ?? Home;
        foreach (string name in (string[])["http_proxy", "https_proxy", "all_proxy"])
        {
            // A port without a listener, so that downloads fail at once.
            environment[name] = environment[name.ToUpperInvariant()] = "http://127.0.0.1:9";
        }

        environment["no_proxy"] = environment["NO_PROXY"] = "";
        _process = Process.Start(start)!;
        _out = _process.StandardOutput.ReadToEndAsync();
        _error = _process.StandardError.ReadToEndAsync();
    }

    public bool HasExited => _process.HasExited;

    public static CliProgram Start(string folder, params string[] arguments) => new(folder, arguments);

    /// <summary>Runs to the end in <paramref name="folder"/>.</summary>
    public static async Task<CliResult> RunAsync(string folder, params string[] arguments)
    {
        using var program = Start(folder, arguments);
        return await program.EndAsync();
    }

    /// <summary>Runs to the end in <paramref name="folder"/>, with a cache of its own.</summary>
    public static async Task<CliResult> RunWithCacheAsync(string cache, string folder, params string[] arguments)
    {
        using var program = new CliProgram(folder, arguments, cache);
        return await program.EndAsync();
    }

    /// <summary>Runs to the end in <paramref name="folder"/>, at a lane width.</summary>
    public static Task<CliResult> RunAtAsync(int lanes, string folder, params string[] arguments) => RunWithAsync(
        new Dictionary<string, string> { ["LANEWISE_LANES"] = lanes.ToString(CultureInfo.InvariantCulture) }, folder, arguments);

    /// <summary>Runs to the end in <paramref name="folder"/>, with variables of the environment.</summary>
    public static async Task<CliResult> RunWithAsync(
        IReadOnlyDictionary<string, string> variables, string folder, params string[] arguments)
    {
        using var program = new CliProgram(folder, arguments, variables: variables);
        return await program.EndAsync();
    }

    /// <summary>Sends a signal by its name, for example <c>INT</c>.</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-" + name, _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public async Task<CliResult> EndAsync()
    {
        using var late = new CancellationTokenSource(Timeout);
        await _process.WaitForExitAsync(late.Token);
        return new CliResult(_process.ExitCode, await _out, SignsOfLife().Replace(await _error, ""));
    }

    // How many there are depends on the speed of the machine.
    [GeneratedRegex(@"^\[\d+ s\] .*\n", RegexOptions.Multiline | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SignsOfLife();

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
