using System.Globalization;
using System.Text;

namespace Lanewise.Cli.Tests;

/// <summary>The program within the tests' own process, for what ends before anything is done: a process for each would take a hundred times as long.</summary>
internal static class InProcess
{
    private static readonly AsyncLocal<(StringWriter Out, StringWriter Error)?> Own = new();

    static InProcess()
    {
        Console.SetOut(new Switch(Console.Out, own => own.Out));
        Console.SetError(new Switch(Console.Error, own => own.Error));
    }

    /// <summary>Runs to the end, in whatever folder the tests are run.</summary>
    public static async Task<CliResult> RunAsync(params string[] arguments)
    {
        var (output, error) = (new StringWriter(CultureInfo.InvariantCulture), new StringWriter(CultureInfo.InvariantCulture));
        Own.Value = (output, error);
        int exitCode = await CommandLine.RunAsync(arguments);
        return new CliResult(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>Takes what the run within this flow writes; what others write goes where it went before.</summary>
    private sealed class Switch(TextWriter others, Func<(StringWriter Out, StringWriter Error), TextWriter> choose) : TextWriter(CultureInfo.InvariantCulture)
    {
        public override Encoding Encoding => others.Encoding;

        public override void Write(char value) => (Own.Value is { } own ? choose(own) : others).Write(value);
    }
}
