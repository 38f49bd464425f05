namespace Lanewise.Cli.Common;

/// <summary>Quotes arguments for a POSIX shell.</summary>
internal static class Shell
{
    private const string SafeCharacters = "-_./:=,+@%";

    /// <summary>Quotes an argument if a shell would otherwise split or expand it.</summary>
    public static string Quote(string argument) =>
        argument.Length > 0 && argument.All(c => char.IsLetterOrDigit(c) || SafeCharacters.Contains(c))
            ? argument
            : $"'{argument.Replace("'", "'\\''")}'";
}
