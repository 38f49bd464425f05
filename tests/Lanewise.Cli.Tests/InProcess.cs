using System.Globalization;
using System.Text;

namespace Lanewise.Cli.Tests;

/// <summary>Runs the program in the test process, for usage errors and help: a hundred times faster than a child process.</summary>
internal static class InProcess
{
    private static readonly AsyncLocal<(StringWriter Out, StringWriter Error)?> Captured = new();

    static InProcess()
    {
        Console.SetOut(new CapturingWriter(Console.Out, captured => captured.Out));
        Console.SetError(new CapturingWriter(Console.Error, captured => captured.Error));
    }

    /// <summary>Runs the program in the current folder.</summary>
    public static async Task<CliResult> RunAsync(params string[] arguments)
    {
        var (output, error) = (new StringWriter(CultureInfo.InvariantCulture), new StringWriter(CultureInfo.InvariantCulture));
        Captured.Value = (output, error);
        int exitCode = await CommandLine.RunAsync(arguments);
        return new CliResult(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>Captures what the run in this async flow writes; other output goes to the original writer.</summary>
    private sealed class CapturingWriter(TextWriter others, Func<(StringWriter Out, StringWriter Error), TextWriter> choose)
        : TextWriter(CultureInfo.InvariantCulture)
    {
        public override Encoding Encoding => others.Encoding;

        public override void Write(char value) => (Captured.Value is { } captured ? choose(captured) : others).Write(value);
    }
}
