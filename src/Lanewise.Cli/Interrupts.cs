using System.Runtime.InteropServices;
using Lanewise.Cli.Terminals;

namespace Lanewise.Cli;

/// <summary>Handles Ctrl-C and SIGTERM: the first signal cancels the verb, which stops and saves; the second ends the process.</summary>
internal sealed class Interrupts : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;

    public Interrupts() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
    ];

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _source.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        if (_source.IsCancellationRequested)
        {
            // The progress display hides the cursor; the process ends without disposing of the display.
            Terminal.ShowCursor();
            return;
        }

        context.Cancel = true;
        _source.Cancel();
    }
}
