using Lanewise.Cli.Common;
using Lanewise.Cli.Terminals;
using Lanewise.Workflows;

namespace Lanewise.Cli;

/// <summary>Turns what went wrong into one line on stderr and an exit code.</summary>
internal static class Failures
{
    /// <summary>Set to 1, it has the stack printed after the line.</summary>
    private const string DebugVariable = "LANEWISE_DEBUG";

    /// <summary>Whether this is a failure to report in one line, not a fault of the program.</summary>
    public static bool IsExpected(Exception e) =>
        e is LanewiseException or UsageException or IOException or UnauthorizedAccessException
            or OperationCanceledException
        || MemoryLimit.IsReached(e);

    /// <summary>Prints the line.</summary>
    /// <param name="e">What went wrong.</param>
    /// <param name="command">The command that was run, for example <c>lanewise train</c>.</param>
    public static int Report(Exception e, string command)
    {
        int code = e switch
        {
            UsageException or SettingException => ExitCode.Usage,
            OperationCanceledException => ExitCode.Interrupted,
            _ => ExitCode.Failed,
        };
        string line = e switch
        {
            TrainingStoppedException run => Stopped(run, "train", run.Directory.Path),
            StudyStoppedException study => Stopped(study, "depth", study.Directory.Path),
            OperationCanceledException => "stopped.",
            _ when MemoryLimit.IsReached(e) => $"error: {MemoryLimit.Explain()}",
            _ when IsExpected(e) => "error: " + OneLine(Advice.Explain(e)),
            _ => $"error: this should not happen ({e.GetType().Name}: {OneLine(e.Message)}); "
                + $"please report it with the output under {DebugVariable}=1.",
        };
        Terminal.Notice(line);
        if (code == ExitCode.Usage)
        {
            Terminal.Notice($"Try '{command} --help'.");
        }

        if (Environment.GetEnvironmentVariable(DebugVariable) is "1")
        {
            foreach (string part in e.ToString().ReplaceLineEndings("\n").Split('\n'))
            {
                Terminal.Notice(part);
            }
        }

        return code;
    }

    private static string Stopped(Exception e, string verb, string folder) =>
        $"{e.Message.TrimEnd('.')}; resume with: {Advice.ResumeCommand(verb, folder)}";

    private static string OneLine(string message) => message.ReplaceLineEndings(" ");
}
