using System.CommandLine;
using System.CommandLine.Invocation;
using System.Runtime.InteropServices;
using Lanewise.Cli.Terminals;
using Lanewise.Cli.Verbs;

namespace Lanewise.Cli;

/// <summary>
/// Handles Ctrl-C, SIGTERM and SIGHUP: the first signal cancels the verb, which stops and saves; the second ends the process, as does
/// the first where the verb has nothing to save. Before the process ends or is suspended, the terminal is restored.
/// </summary>
internal sealed class Interrupts : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private volatile string? _answer;

    public Interrupts() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop),
        PosixSignalRegistration.Create(PosixSignal.SIGQUIT, _ => Terminal.Restore()),
        .. OperatingSystem.IsWindows() ? Array.Empty<PosixSignalRegistration>() :
        [
            PosixSignalRegistration.Create(PosixSignal.SIGTSTP, _ => Terminal.Restore()),
            PosixSignalRegistration.Create(PosixSignal.SIGCONT, _ => Terminal.Resume()),
        ],
    ];

    public CancellationToken Token => _source.Token;

    /// <summary>Gets the exit code of a verb that a signal stopped: 128 + the number of the signal.</summary>
    public int ExitCode { get; private set; } = Common.ExitCode.Interrupted;

    /// <summary>Prepares for the verb to run.</summary>
    public void Prepare(ParseResult parse)
    {
        string unit = parse.CommandResult.Command is Verb { StopsAfter: { } name } ? $" after this {name}" : "";
        _answer = parse.Action is AsynchronousCommandLineAction ? $"stopping{unit}; again to quit at once" : null;
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _source.Dispose();
    }

    private void Stop(PosixSignalContext context)
    {
        if (_source.IsCancellationRequested || _answer is null)
        {
            Terminal.Restore();
            return;
        }

        context.Cancel = true;
        ExitCode = 128 + context.Signal switch
        {
            PosixSignal.SIGHUP => 1,
            PosixSignal.SIGTERM => 15,
            _ => 2,
        };
        Terminal.Interject(_answer);
        _source.Cancel();
    }
}
