using System.Globalization;
using System.Text;

namespace Lanewise.Cli.Terminals;

/// <summary>Shows on a terminal that the program is working, whenever nothing was written for two seconds.</summary>
/// <remarks>
/// It replaces stdout and stderr by writers that remove the line before other text, and that ignore a terminal that was closed:
/// the work goes on, and is saved.
/// </remarks>
internal sealed class WorkingLine : IDisposable
{
    private const long SilenceMs = 2000;
    private const long IntervalMs = 500;
    private const string EraseLine = "\r\e[K";

    private readonly Lock _lock = new();
    private readonly TextWriter _error;
    private readonly Timer? _timer;
    private readonly long _start = Environment.TickCount64;
    private long _lastWrite = Environment.TickCount64;
    private bool _isShown;
    private bool _isLineEmpty = true;

    private WorkingLine()
    {
        _error = Console.Error;
        Console.SetOut(new Writer(this, Console.Out));
        Console.SetError(new Writer(this, _error));
        _timer = Terminal.IsLive ? new Timer(_ => Show(), null, SilenceMs, IntervalMs) : null;
    }

    /// <summary>Replaces the writers of the console, until the returned object is disposed of.</summary>
    public static IDisposable Install() => new WorkingLine();

    public void Dispose()
    {
        lock (_lock)
        {
            _timer?.Dispose();
            Erase();
        }
    }

    /// <summary>Returns whether the cursor is in an empty line after a text, if it was before.</summary>
    internal static bool EndsInEmptyLine(ReadOnlySpan<char> text, bool before)
    {
        bool isEmpty = before;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i..].StartsWith("\e["))
            {
                // A control sequence does not move to another line here; it ends with a letter.
                int end = text[(i + 2)..].IndexOfAnyInRange('@', '~');
                i = end < 0 ? text.Length : i + 2 + end;
            }
            else
            {
                isEmpty = text[i] is '\n' or '\r';
            }
        }

        return isEmpty;
    }

    private void Show()
    {
        lock (_lock)
        {
            long now = Environment.TickCount64;
            if (_isLineEmpty && now - _lastWrite >= SilenceMs)
            {
                _isShown = true;
                Try(() => _error.Write(string.Create(CultureInfo.InvariantCulture, $"{EraseLine}working … {(now - _start) / 1000} s")));
            }
        }
    }

    private void Erase()
    {
        if (_isShown)
        {
            _isShown = false;
            Try(() => _error.Write(EraseLine));
        }
    }

    private void Write(TextWriter writer, string text)
    {
        lock (_lock)
        {
            Erase();
            Try(() => writer.Write(text));
            _lastWrite = Environment.TickCount64;
            _isLineEmpty = EndsInEmptyLine(text, _isLineEmpty);
        }
    }

    private static void Try(Action write)
    {
        try
        {
            write();
        }
        catch (IOException)
        {
            // The terminal is gone, or the reader of the pipe.
        }
    }

    private sealed class Writer(WorkingLine line, TextWriter inner) : TextWriter(CultureInfo.InvariantCulture)
    {
        public override Encoding Encoding => inner.Encoding;

        public override void Write(char value) => line.Write(inner, value.ToString());

        public override void Write(string? value) => line.Write(inner, value ?? "");

        public override void Write(char[] buffer, int index, int count) => line.Write(inner, new string(buffer, index, count));

        public override void Write(ReadOnlySpan<char> buffer) => line.Write(inner, buffer.ToString());

        public override void WriteLine(string? value) => line.Write(inner, value + NewLine);

        public override void Flush()
        {
            lock (line._lock)
            {
                line.Erase();
                Try(inner.Flush);
            }
        }
    }
}
