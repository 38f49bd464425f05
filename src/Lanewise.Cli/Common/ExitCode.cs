namespace Lanewise.Cli.Common;

/// <summary>Exit codes of the process.</summary>
internal static class ExitCode
{
    /// <summary>The command completed.</summary>
    public const int Done = 0;

    /// <summary>The command failed; stderr has one line that says why.</summary>
    public const int Failed = 1;

    /// <summary>The command line is invalid.</summary>
    public const int Usage = 2;

    /// <summary>The command was stopped by Ctrl-C; after another signal, the code is 128 + its number.</summary>
    public const int Interrupted = 130;
}
