using System.Globalization;

namespace Lanewise.Cli.Terminals;

/// <summary>Shows the progress of downloads on stderr: a status line on a terminal, one line per file otherwise.</summary>
internal sealed class DownloadDisplay : IProgress<FetchProgress>, IDisposable
{
    private const double Megabyte = 1e6;
    private const long IntervalMs = 100;
    private readonly Lock _lock = new();
    private string? _file;
    private long _drawnAt;
    private bool _isDrawn;

    public void Report(FetchProgress value)
    {
        lock (_lock)
        {
            if (!Terminal.IsLive)
            {
                WriteFile(value);
            }
            else if (Environment.TickCount64 - _drawnAt >= IntervalMs)
            {
                Redraw(value);
            }
        }
    }

    public void Dispose()
    {
        if (_isDrawn)
        {
            Terminal.EraseStatus();
        }
    }

    /// <summary>Describes how far a download is.</summary>
    public static string Describe(FetchProgress p)
    {
        string total = p.Total is { } bytes ? string.Create(CultureInfo.InvariantCulture, $" of {bytes / Megabyte:F1}") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{p.Received / Megabyte:F1}{total} MB  {p.File} from {p.Mirror}");
    }

    private void WriteFile(FetchProgress p)
    {
        if (_file != p.File)
        {
            _file = p.File;
            Terminal.Notice($"downloading {p.File} from {p.Mirror}");
        }
    }

    private void Redraw(FetchProgress p)
    {
        (_drawnAt, _isDrawn) = (Environment.TickCount64, true);
        Terminal.ShowStatus(Describe(p));
    }
}
