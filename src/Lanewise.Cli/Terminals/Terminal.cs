using Spectre.Console;

namespace Lanewise.Cli.Terminals;

/// <summary>Stdout and stderr as consoles: plain text of any width into a file or pipe, colours and the window's width otherwise.</summary>
internal static class Terminal
{
    // Wide enough that nothing is ever wrapped or cut in a file.
    private const int Unbounded = 10_000;

    private static readonly Lazy<IAnsiConsole> LazyOut = new(() => Create(Console.Out, Console.IsOutputRedirected));
    private static readonly Lazy<IAnsiConsole> LazyError = new(() => Create(Console.Error, !ErrorIsTerminal));

    /// <summary>Where reports go.</summary>
    public static IAnsiConsole Out => LazyOut.Value;

    /// <summary>Where progress goes.</summary>
    public static IAnsiConsole Error => LazyError.Value;

    /// <summary>Whether somebody watches stderr, on a terminal that can move its cursor.</summary>
    public static bool ErrorIsTerminal { get; } =
        !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not "dumb";

    /// <summary>Prints a notice to stderr.</summary>
    public static void Notice(string line) => Console.Error.WriteLine(line);

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
            console.Profile.Width = Unbounded;
        }

        return console;
    }
}
