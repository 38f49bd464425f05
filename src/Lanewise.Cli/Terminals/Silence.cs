namespace Lanewise.Cli.Terminals;

/// <summary>Decides when a sign of life is due: on a terminal a status line, redrawn all the time, elsewhere a line now and then.</summary>
/// <param name="time">The clock.</param>
/// <param name="isLive">Whether the signs are shown on a terminal.</param>
internal sealed class Silence(TimeProvider time, bool isLive)
{
    /// <summary>The silence after which work whose phase is not known shows that it goes on, and any work in files and pipes.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    // A status line comes and goes without harm; lines in a log stay.
    private static readonly TimeSpan ShortPatience = TimeSpan.FromMilliseconds(200), Interval = TimeSpan.FromSeconds(10);

    private readonly long _start = time.GetTimestamp();
    private long _lastWrite = time.GetTimestamp();
    private long? _lastSign;

    /// <summary>Gets the time since the start.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(_start);

    /// <summary>Says that something was written, other than a sign.</summary>
    public void Break() => _lastWrite = time.GetTimestamp();

    /// <summary>Returns whether a sign is due, and if so counts it as given.</summary>
    /// <param name="isKnown">Whether the phase of the work is known.</param>
    public bool TakeSign(bool isKnown)
    {
        bool isSilent = time.GetElapsedTime(_lastWrite) >= (isLive && isKnown ? ShortPatience : Patience);
        bool isDue = isSilent && (isLive || _lastSign is not { } last || time.GetElapsedTime(last) >= Interval);
        if (isDue)
        {
            _lastSign = time.GetTimestamp();
        }

        return isDue;
    }
}
