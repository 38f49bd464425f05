namespace Lanewise.Cli;

/// <summary>What the process returns.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int Interrupted = 130;
}

/// <summary>The command line asks for something contradictory that only shows while it is carried out.</summary>
internal sealed class UsageException(string message) : Exception(message);
