using Spectre.Console;

namespace Lanewise.Cli.Terminals;

/// <summary>The consoles of stdout and stderr: plain text of unlimited width in files and pipes, colored text otherwise.</summary>
internal static class Terminal
{
    /// <summary>The maximum width of help, also in files and pipes.</summary>
    public const int MaxTextWidth = 100;

    // Wide enough that nothing is wrapped or truncated in a file.
    private const int UnlimitedWidth = 10_000;

    private const string EraseLine = "\r\e[K";

    private const string ShowCursor = "\e[0m\e[?25h", HideCursor = "\e[?25l";

    // .NET switches the keypad of a terminal to application mode when it opens the console, and does not switch it back.
    private const string NormalKeypad = "\e[?1l\e>";

    private static readonly Lazy<IAnsiConsole> LazyOut = new(() => Create(Console.Out, Console.IsOutputRedirected));
    private static readonly Lazy<IAnsiConsole> LazyError = new(() => Create(Console.Error, Console.IsErrorRedirected || !IsLive));
    private static volatile Action<string>? _writeAboveLive;

    /// <summary>Gets the console of stdout, for reports.</summary>
    public static IAnsiConsole Out => LazyOut.Value;

    /// <summary>Gets the console of stderr, for progress.</summary>
    public static IAnsiConsole Error => LazyError.Value;

    /// <summary>Gets whether stderr is a terminal that can move the cursor, and is watched by a person.</summary>
    public static bool IsLive { get; } = !Console.IsErrorRedirected && HasCursor && !IsContinuousIntegration;

    /// <summary>Gets the width of help texts.</summary>
    public static int TextWidth => Console.IsOutputRedirected || Console.WindowWidth is not (> 0 and int width)
        ? MaxTextWidth
        : Math.Min(width, MaxTextWidth);

    private static bool HasCursor => Environment.GetEnvironmentVariable("TERM") is not "dumb";

    private static bool IsContinuousIntegration =>
        Environment.GetEnvironmentVariable("CI") is { Length: > 0 } value
        && value != "0" && !value.Equals("false", StringComparison.OrdinalIgnoreCase);

    private static bool UsesColors => string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    /// <summary>Writes a notice of one line to stderr; control characters in it, which names in files may contain, are shown.</summary>
    public static void Notice(string line) => Console.Error.WriteLine(VisibleText.Escape(line));

    /// <summary>Draws a status line on the terminal in place of the former one; see <see cref="FitStatus"/>.</summary>
    public static void ShowStatus(string line) => Console.Error.Write(EraseLine + FitStatus(line));

    /// <summary>Prepares a text for a status line: its control characters are shown, and it is cut at the width.</summary>
    public static string FitStatus(string line)
    {
        int width = Math.Max(Error.Profile.Width - 1, 1);
        line = VisibleText.Escape(line);
        return line.Length > width ? line[..width] : line;
    }

    /// <summary>Removes the status line.</summary>
    public static void EraseStatus() => Console.Error.Write(EraseLine);

    /// <summary>Writes a notice to stderr, above a live display if there is one.</summary>
    public static void Interject(string line)
    {
        line = VisibleText.Escape(line);
        if (_writeAboveLive is { } write)
        {
            write(line);
        }
        else
        {
            // The start of the line may hold a status or the ^C of the terminal.
            Console.Error.WriteLine(IsLive ? $"{EraseLine}{line}" : line);
        }
    }

    /// <summary>Declares that a display hides the cursor, until the returned object is disposed of.</summary>
    /// <param name="writeAbove">Writes a line above the display, soon and without waiting.</param>
    public static IDisposable BeginLive(Action<string> writeAbove) => new LiveScope(writeAbove);

    /// <summary>Restores the terminal to the state in which the program found it.</summary>
    public static void Restore()
    {
        string modes = (_writeAboveLive is not null ? ShowCursor : "") + NormalKeypad;
        if (HasCursor && !Console.IsErrorRedirected)
        {
            Console.Error.Write(modes);
        }
        else if (HasCursor && !Console.IsOutputRedirected)
        {
            Console.Out.Write(modes);
        }
    }

    /// <summary>Sets the terminal up again after the program was suspended.</summary>
    public static void Resume()
    {
        if (_writeAboveLive is not null)
        {
            Console.Error.Write(HideCursor);
        }
    }

    private static IAnsiConsole Create(TextWriter writer, bool plain)
    {
        plain |= !HasCursor;
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = plain ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = plain || !UsesColors ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = InteractionSupport.No,
        });
        if (plain)
        {
            console.Profile.Width = UnlimitedWidth;
        }

        return console;
    }

    private sealed class LiveScope : IDisposable
    {
        public LiveScope(Action<string> writeAbove) => _writeAboveLive = writeAbove;

        public void Dispose() => _writeAboveLive = null;
    }
}
