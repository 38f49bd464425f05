using System.CommandLine;
using System.CommandLine.Invocation;
using System.Runtime.InteropServices;
using Lanewise.Cli.Terminals;
using Lanewise.Cli.Verbs;

namespace Lanewise.Cli;

/// <summary>
/// Handles Ctrl-C, SIGTERM and SIGHUP: the first signal cancels the verb, which stops and saves. While it saves, only another Ctrl-C ends
/// the process; where it has nothing to save, any second signal does. Before the process ends or is suspended, the terminal is restored.
/// </summary>
internal sealed class Interrupts : IDisposable
{
    // Some programs send one signal to the process and to its group, for example timeout.
    private const long SameSignalMs = 1000;

    // A terminal that takes nothing must not keep a signal from stopping the program.
    private static readonly TimeSpan MaxWriting = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private volatile string? _answer;
    private bool _savesWork;
    private int _signals;
    private long _firstSignal;

    public Interrupts() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop),
        PosixSignalRegistration.Create(PosixSignal.SIGQUIT, _ => Write(Terminal.Restore)),
        .. OperatingSystem.IsWindows() ? Array.Empty<PosixSignalRegistration>() :
        [
            PosixSignalRegistration.Create(PosixSignal.SIGTSTP, _ => Write(Terminal.Restore)),
            PosixSignalRegistration.Create(PosixSignal.SIGCONT, _ => Write(Terminal.Resume)),
        ],
    ];

    public CancellationToken Token => _source.Token;

    /// <summary>Gets the exit code of a verb that a signal stopped: 128 + the number of the signal.</summary>
    public int ExitCode { get; private set; } = Common.ExitCode.Interrupted;

    /// <summary>Prepares for the verb to run.</summary>
    public void Prepare(ParseResult parse)
    {
        string? unit = (parse.CommandResult.Command as Verb)?.StopsAfter;
        _savesWork = unit is not null;
        _answer = parse.Action is AsynchronousCommandLineAction ? $"stopping{(unit is null ? "" : $" after this {unit}")}" : null;
    }

    public void Dispose()
    {
        // A handler that still runs cancels the source, which holds nothing that needs to be released.
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }
    }

    private void Stop(PosixSignalContext context)
    {
        bool isInterrupt = context.Signal == PosixSignal.SIGINT;
        if (_answer is null || (_source.IsCancellationRequested && EndsAtOnce(isInterrupt)))
        {
            Write(Terminal.Restore);
            return;
        }

        context.Cancel = true;
        if (Interlocked.Increment(ref _signals) > 1)
        {
            return;
        }

        _firstSignal = Environment.TickCount64;
        ExitCode = 128 + context.Signal switch
        {
            PosixSignal.SIGHUP => 1,
            PosixSignal.SIGTERM => 15,
            _ => 2,
        };
        Write(() => Terminal.Interject(isInterrupt ? $"{_answer}; again to quit at once" : _answer));
        _source.Cancel();
    }

    private static void Write(Action write) => Task.WhenAny(Task.Run(write), Task.Delay(MaxWriting)).Wait();

    /// <summary>
    /// Returns whether a further signal ends the process. It does not while work is saved, which must not be lost to a program that sends
    /// two; a person who presses Ctrl-C again means it.
    /// </summary>
    private bool EndsAtOnce(bool isInterrupt) =>
        !_savesWork || (isInterrupt && Environment.TickCount64 - _firstSignal > SameSignalMs);
}
