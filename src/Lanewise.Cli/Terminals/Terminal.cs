using Spectre.Console;

namespace Lanewise.Cli.Terminals;

/// <summary>The consoles of stdout and stderr: plain text of unlimited width in files and pipes, colored text otherwise.</summary>
internal static class Terminal
{
    // Wide enough that nothing is wrapped or truncated in a file.
    private const int UnlimitedWidth = 10_000;

    private static readonly Lazy<IAnsiConsole> LazyOut = new(() => Create(Console.Out, Console.IsOutputRedirected));
    private static readonly Lazy<IAnsiConsole> LazyError = new(() => Create(Console.Error, !ErrorIsTerminal));

    /// <summary>Gets the console of stdout, for reports.</summary>
    public static IAnsiConsole Out => LazyOut.Value;

    /// <summary>Gets the console of stderr, for progress.</summary>
    public static IAnsiConsole Error => LazyError.Value;

    /// <summary>Gets whether stderr is a terminal that can move the cursor.</summary>
    public static bool ErrorIsTerminal { get; } =
        !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not "dumb";

    /// <summary>Writes a notice to stderr.</summary>
    public static void Notice(string line) => Console.Error.WriteLine(line);

    /// <summary>Shows the cursor, which a live display hides.</summary>
    public static void ShowCursor()
    {
        if (ErrorIsTerminal)
        {
            Console.Error.Write("\e[?25h");
        }
    }

    private static IAnsiConsole Create(TextWriter writer, bool plain)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = plain ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = plain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = InteractionSupport.No,
        });
        if (plain)
        {
            console.Profile.Width = UnlimitedWidth;
        }

        return console;
    }
}
