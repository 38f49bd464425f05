using System.Globalization;
using System.Text;
using Lanewise.Cli.Common;

namespace Lanewise.Cli.Terminals;

/// <summary>
/// Shows that the program is working, and on what, whenever nothing was written for a while: a status line on a terminal, a line about
/// every ten seconds in files and pipes.
/// </summary>
/// <remarks>
/// It replaces stdout and stderr by writers that remove the line before other text. What cannot be written to stderr is dropped, because
/// the terminal is gone, its disk is full or it is closed: the work goes on, and is saved. What cannot be written to stdout is an error.
/// </remarks>
internal sealed class WorkingLine : IDisposable
{
    private const string EraseLine = "\r\e[K";
    private static readonly TimeSpan LiveInterval = TimeSpan.FromMilliseconds(150), Interval = TimeSpan.FromMilliseconds(500);
    private static volatile Func<string?>? _describe;
    private static volatile WorkingLine? _current;

    // The writer behind Console.Out, which the console locks itself: for each write to the terminal, and when it asks for its width. With
    // a second lock, two threads could take the two in opposite orders and wait on each other.
    private readonly TextWriter _gate;
    private readonly TextWriter _error;
    private readonly Timer _timer;
    private readonly Silence _silence = new(TimeProvider.System, Terminal.IsLive);
    private bool _isShown;
    private bool _isLineEmpty = true;
    private bool _isDisposed;

    private WorkingLine()
    {
        _error = StandardStreams.OpenError();
        // What goes to a file does not show a person at the terminal that the work goes on.
        bool isSeen = !Console.IsOutputRedirected || Console.IsErrorRedirected;
        Console.SetOut(new Writer(this, StandardStreams.OpenOut(), isSeen, mustBeWritten: true));
        _gate = Console.Out;
        Console.SetError(new Writer(this, _error, isSeen: true, mustBeWritten: false));
        _current = this;
        // Created before the timer needs it under the lock.
        _ = Terminal.Error;
        var interval = Terminal.IsLive ? LiveInterval : Interval;
        _timer = new Timer(_ => Show(), null, interval, interval);
    }

    /// <summary>Gets or sets what describes the present work in a few words; null, or returning null, if that is not known.</summary>
    public static Func<string?>? Describe
    {
        get => _describe;
        set => _describe = value;
    }

    /// <summary>Replaces the writers of the console, until the returned object is disposed of.</summary>
    public static IDisposable Install() => new WorkingLine();

    /// <summary>Writes bytes to stdout, which bypass the writers; until they end a line, no status is shown on a terminal.</summary>
    public static void Write(Stream stdout, ReadOnlySpan<byte> bytes)
    {
        if (_current is not { } line || Console.IsOutputRedirected)
        {
            stdout.Write(bytes);
            return;
        }

        lock (line._gate)
        {
            line.Erase();
            stdout.Write(bytes);
            line._silence.Break();
            line._isLineEmpty = bytes is [.., (byte)'\n'];
        }
    }

    public void Dispose()
    {
        _current = null;
        lock (_gate)
        {
            _isDisposed = true;
            _timer.Dispose();
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

    /// <summary>Formats a sign of life.</summary>
    internal static string Sign(string? work, TimeSpan elapsed, bool isLive)
    {
        string seconds = ((long)elapsed.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return isLive ? $"{work ?? "working"} … {seconds} s" : $"[{seconds} s] {work ?? "working"}";
    }

    private void Show()
    {
        // A terminal that takes nothing, with Ctrl-S or on a lost connection, must not gather a waiting thread with each tick.
        if (!Monitor.TryEnter(_gate))
        {
            return;
        }

        try
        {
            string? work = Describe?.Invoke();
            // A line that is not complete is a question, or belongs to a display.
            if (_isDisposed || !_isLineEmpty || !_silence.TakeSign(isKnown: work is not null))
            {
                return;
            }

            if (Terminal.IsLive)
            {
                _isShown = true;
                Try(() => _error.Write(EraseLine + Terminal.FitStatus(Sign(work, _silence.Elapsed, isLive: true))));
            }
            else
            {
                Try(() => _error.WriteLine(VisibleText.Escape(Sign(work, _silence.Elapsed, isLive: false))));
            }
        }
        finally
        {
            Monitor.Exit(_gate);
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

    private void Write(Writer writer, string text)
    {
        lock (_gate)
        {
            Erase();
            if (Try(() => writer.Inner.Write(text)) is { } failure && writer.MustBeWritten)
            {
                throw new StandardOutputException(failure);
            }

            if (writer.IsSeen)
            {
                _silence.Break();
                _isLineEmpty = EndsInEmptyLine(text, _isLineEmpty);
            }
        }
    }

    private static Exception? Try(Action write)
    {
        try
        {
            write();
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e;
        }
    }

    private sealed class Writer(WorkingLine line, TextWriter inner, bool isSeen, bool mustBeWritten)
        : TextWriter(CultureInfo.InvariantCulture)
    {
        public override Encoding Encoding => inner.Encoding;

        public TextWriter Inner => inner;

        /// <summary>Gets whether a person at the terminal sees what is written.</summary>
        public bool IsSeen => isSeen;

        /// <summary>Gets whether it is an error if a text cannot be written.</summary>
        public bool MustBeWritten => mustBeWritten;

        public override void Write(char value) => line.Write(this, value.ToString());

        public override void Write(string? value) => line.Write(this, value ?? "");

        public override void Write(char[] buffer, int index, int count) => line.Write(this, new string(buffer, index, count));

        public override void Write(ReadOnlySpan<char> buffer) => line.Write(this, buffer.ToString());

        public override void WriteLine(string? value) => line.Write(this, value + NewLine);

        public override void Flush()
        {
            lock (line._gate)
            {
                line.Erase();
                Try(inner.Flush);
            }
        }
    }
}
