using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Lanewise.Cli.Tests.Terminals;

/// <summary>Runs the program in a pseudo-terminal, which <c>script</c> of util-linux provides.</summary>
internal sealed class TerminalProgram : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(3);

    // Seconds for which the program has to be gone.
    private const int EndedChecks = 20;
    private static readonly string[] SearchPath = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly Task _reader;

    private TerminalProgram(string folder, string command, int columns, (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("script", ["-qfec", $"stty cols {columns} rows 24; {command}", "/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = folder,
        };
        foreach (string name in (string[])["CI", "NO_COLOR", "LANEWISE_DATA", "LANEWISE_DEBUG"])
        {
            start.Environment.Remove(name);
        }

        start.Environment["TERM"] = "xterm-256color";
        start.Environment["SHELL"] = "/bin/sh";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        _reader = Task.Run(ReadAsync);
    }

    /// <summary>Gets everything that the terminal has received.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Starts the program with arguments that a shell splits.</summary>
    public static TerminalProgram Start(
        string folder, string arguments, int columns = 100, params (string Name, string Value)[] environment)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "Lanewise.Cli.dll");
        return Run(folder, $"echo pid $$; exec dotnet '{program}' {arguments}", columns, environment);
    }

    /// <summary>Runs a shell command.</summary>
    public static TerminalProgram Run(string folder, string command, int columns = 100, params (string Name, string Value)[] environment)
    {
        Assert.SkipUnless(Exists("script") && OperatingSystem.IsLinux(), "requires script of util-linux for a pseudo-terminal");
        return new(folder, command, columns, environment);
    }

    /// <summary>Returns whether a program is installed.</summary>
    public static bool Exists(string program) => SearchPath.Any(folder => File.Exists(Path.Combine(folder, program)));

    /// <summary>Types keys, for example <c>\x03</c> for Ctrl-C.</summary>
    public void Type(string keys)
    {
        _process.StandardInput.Write(keys);
        _process.StandardInput.Flush();
    }

    /// <summary>Sends a signal to the program, by its name.</summary>
    public void Signal(string name)
    {
        int pid = int.Parse(Output.Split('\n')[0]["pid ".Length..].Trim(), CultureInfo.InvariantCulture);
        using var kill = Process.Start("kill", ["-" + name, pid.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Waits until the terminal has received a text.</summary>
    public async Task UntilAsync(string text, int times = 1)
    {
        var watch = Stopwatch.StartNew();
        while (Output.Split(text).Length <= times)
        {
            Assert.True(!_process.HasExited && watch.Elapsed < Timeout, $"no '{text}' in: {Output}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Waits for the end.</summary>
    /// <returns>The exit code and the output.</returns>
    public async Task<(int ExitCode, string Output)> EndAsync()
    {
        // On a busy machine, script has been seen to wait on after the program had ended.
        var watch = Stopwatch.StartNew();
        for (int ended = 0; !_process.HasExited; ended = HasProgramEnded() ? ended + 1 : 0)
        {
            Assert.True(watch.Elapsed < Timeout, $"the program has not ended: {Output}");
            if (ended > EndedChecks)
            {
                _process.Kill(entireProcessTree: true);
            }

            await Task.WhenAny(_process.WaitForExitAsync(), Task.Delay(TimeSpan.FromSeconds(1)));
        }

        await _process.WaitForExitAsync();
        await _reader;
        return (_process.ExitCode, Output);
    }

    /// <summary>Whether the program is gone, or nobody has asked for its exit code yet.</summary>
    private bool HasProgramEnded()
    {
        try
        {
            string line = Output.Split('\n')[0].Trim();
            return line.StartsWith("pid ", StringComparison.Ordinal)
                && File.ReadAllText($"/proc/{line["pid ".Length..]}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return true;
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        char[] buffer = new char[4096];
        while (await _process.StandardOutput.ReadAsync(buffer) is > 0 and var read)
        {
            lock (_output)
            {
                _output.Append(buffer, 0, read);
            }
        }
    }
}
