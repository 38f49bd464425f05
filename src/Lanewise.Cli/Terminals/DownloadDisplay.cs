using System.Globalization;
using Lanewise.Data;

namespace Lanewise.Cli.Terminals;

/// <summary>Shows on stderr how a download goes: a line that is rewritten on a terminal, one line a file elsewhere.</summary>
internal sealed class DownloadDisplay : IProgress<FetchProgress>, IDisposable
{
    private const double Megabyte = 1e6;
    private const long IntervalMs = 100;
    private readonly Lock _lock = new();
    private string? _file;
    private long _shown;
    private bool _open;

    public void Report(FetchProgress value)
    {
        lock (_lock)
        {
            if (!Terminal.ErrorIsTerminal)
            {
                Announce(value);
            }
            else if (Environment.TickCount64 - _shown >= IntervalMs)
            {
                Redraw(value);
            }
        }
    }

    public void Dispose()
    {
        if (_open)
        {
            Console.Error.Write("\r\e[K");
        }
    }

    private void Announce(FetchProgress p)
    {
        if (_file != p.File)
        {
            _file = p.File;
            Console.Error.WriteLine($"downloading {p.File} from {p.Mirror}");
        }
    }

    private void Redraw(FetchProgress p)
    {
        (_shown, _open) = (Environment.TickCount64, true);
        string total = p.Total is { } bytes ? string.Create(CultureInfo.InvariantCulture, $" of {bytes / Megabyte:F1}") : "";
        string line = string.Create(CultureInfo.InvariantCulture, $"{p.Received / Megabyte:F1}{total} MB  {p.File} from {p.Mirror}");
        int width = Math.Max(Terminal.Error.Profile.Width - 1, 1);
        Console.Error.Write($"\r\e[K{(line.Length > width ? line[..width] : line)}");
    }
}
