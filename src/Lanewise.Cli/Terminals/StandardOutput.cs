namespace Lanewise.Cli.Terminals;

/// <summary>Writes lines to stdout.</summary>
internal static class StandardOutput
{
    public static void WriteLine(string line = "") => Console.Out.WriteLine(line);
}
