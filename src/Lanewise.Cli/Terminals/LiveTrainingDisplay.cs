using Lanewise.Workflows;
using Spectre.Console;

namespace Lanewise.Cli.Terminals;

/// <summary>Shows training on a terminal: a progress bar, and above it one line per completed epoch.</summary>
/// <remarks>
/// Only the drawing task writes while the bar is shown, and other threads leave their lines to it: Spectre.Console locks the bar and then
/// the console to draw the bar, and the console and then the bar to write a line above it, so that two threads could wait on each other.
/// </remarks>
internal sealed class LiveTrainingDisplay : ITrainingDisplay
{
    private const int MaxBarLength = 30;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(150);

    private readonly int _epochs;
    private readonly int _batchSize;
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _end = new();
    private readonly Queue<string> _lines = new();
    private readonly IAnsiConsole _console;
    private readonly IDisposable _live;
    private readonly Task _display;
    private TrainingProgress _latest;
    private PhaseEvent? _phase;
    private bool _hasEnded;

    public LiveTrainingDisplay(int epochs, int batchSize, IAnsiConsole console)
    {
        (_epochs, _batchSize, _console) = (epochs, batchSize, console);
        _live = Terminal.BeginLive(Write);
        _display = console.Live(new Text("training: first step …")).AutoClear(true).StartAsync(ShowAsync);
    }

    public void Report(TrainingProgress value)
    {
        // A step may take a millisecond, so drawing is left to ShowAsync.
        lock (_lock)
        {
            (_latest, _phase) = (value, null);
        }
    }

    public void Report(PhaseEvent phase)
    {
        lock (_lock)
        {
            _phase = phase;
        }
    }

    public void EpochDone(EpochResult epoch)
    {
        lock (_lock)
        {
            _latest = epoch.Epoch < _epochs ? _latest with { Epoch = epoch.Epoch + 1, Step = 0 } : _latest;
            _phase = null;
        }

        Write(TrainingFormat.Epoch(epoch, _epochs, _console.Profile.Width));
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _display.ConfigureAwait(false);
        _live.Dispose();
        lock (_lock)
        {
            _hasEnded = true;
        }

        WriteLines();
        _end.Dispose();
    }

    private async Task ShowAsync(LiveDisplayContext context)
    {
        while (!_end.IsCancellationRequested)
        {
            await Task.Delay(Interval, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            WriteLines();
            TrainingProgress latest;
            PhaseEvent? phase;
            lock (_lock)
            {
                (latest, phase) = (_latest, _phase);
            }

            if (latest.Steps > 0)
            {
                int width = _console.Profile.Width;
                context.UpdateTarget(new Markup(phase is null ? Draw(latest, width) : Draw(latest, phase, width)));
            }
        }
    }

    /// <summary>Writes a line above the bar, soon; after the end at once.</summary>
    private void Write(string line)
    {
        lock (_lock)
        {
            if (!_hasEnded)
            {
                _lines.Enqueue(line);
                return;
            }
        }

        _console.WriteLine(line);
    }

    private void WriteLines()
    {
        while (NextLine() is { } line)
        {
            // Padded because the line overwrites the progress bar.
            _console.WriteLine(line.PadRight(_console.Profile.Width));
        }
    }

    private string? NextLine()
    {
        lock (_lock)
        {
            return _lines.TryDequeue(out string? line) ? line : null;
        }
    }

    private string Draw(TrainingProgress p, int width)
    {
        string title = TrainingFormat.Title(p), left = TrainingFormat.Left(p, _batchSize), metrics = TrainingFormat.Metrics(p);
        bool wide = TrainingFormat.IsWide(width);
        int barWidth = width - 1 - title.Length - left.Length - (wide ? metrics.Length + 3 : 2);
        return $"{title} {Bar(p.Step, p.Steps, Math.Clamp(barWidth, 0, MaxBarLength))} {left}{(wide ? "  " : "\n")}{metrics}";
    }

    private static string Draw(TrainingProgress p, PhaseEvent phase, int width)
    {
        string title = $"{TrainingFormat.Title(p)} {Markup.Escape(VisibleText.Escape(phase.Name))}";
        string count = ProgressText.Count(phase.Done, phase.Total);
        int barWidth = Math.Clamp(width - 3 - title.Length - count.Length, 0, MaxBarLength);
        return phase.Total == 0 ? title : $"{title} {Bar(phase.Done, phase.Total, barWidth)} {count}";
    }

    private static string Bar(int done, int total, int length)
    {
        var (filled, left) = ProgressText.Bar(done, total, length);
        return $"[green]{filled}[/][grey]{left}[/]";
    }
}
