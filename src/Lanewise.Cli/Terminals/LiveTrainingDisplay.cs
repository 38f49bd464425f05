using Spectre.Console;

namespace Lanewise.Cli.Terminals;

/// <summary>Shows training on a terminal: a progress bar, and above it one line per completed epoch.</summary>
internal sealed class LiveTrainingDisplay : ITrainingDisplay
{
    private const int MaxBarLength = 30;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(150);

    private readonly int _epochs;
    private readonly int _batchSize;
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _end = new();
    private readonly IDisposable _live = Terminal.BeginLive();
    private readonly Task _display;
    private TrainingProgress _latest;

    public LiveTrainingDisplay(int epochs, int batchSize)
    {
        (_epochs, _batchSize) = (epochs, batchSize);
        _display = Terminal.Error.Live(new Text("starting …")).AutoClear(true).StartAsync(ShowAsync);
    }

    public void Report(TrainingProgress value)
    {
        // A step may take a millisecond, so drawing is left to ShowAsync.
        lock (_lock)
        {
            _latest = value;
        }
    }

    public void EpochDone(EpochResult epoch)
    {
        // Padded because the line overwrites the progress bar.
        int width = Terminal.Error.Profile.Width;
        Terminal.Error.WriteLine(TrainingFormat.Epoch(epoch, _epochs, width).PadRight(width));
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _display.ConfigureAwait(false);
        _live.Dispose();
        _end.Dispose();
    }

    private async Task ShowAsync(LiveDisplayContext context)
    {
        while (!_end.IsCancellationRequested)
        {
            await Task.Delay(Interval, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            TrainingProgress latest;
            lock (_lock)
            {
                latest = _latest;
            }

            if (latest.Steps > 0)
            {
                context.UpdateTarget(new Markup(Draw(latest, Terminal.Error.Profile.Width)));
            }
        }
    }

    private string Draw(TrainingProgress p, int width)
    {
        string title = TrainingFormat.Title(p), left = TrainingFormat.Left(p, _batchSize), metrics = TrainingFormat.Metrics(p);
        bool wide = TrainingFormat.IsWide(width);
        int barWidth = width - 1 - title.Length - left.Length - (wide ? metrics.Length + 3 : 2);
        return $"{title} {Bar(p, Math.Clamp(barWidth, 0, MaxBarLength))} {left}{(wide ? "  " : "\n")}{metrics}";
    }

    private static string Bar(TrainingProgress p, int length)
    {
        int done = (int)((long)length * p.Step / p.Steps);
        return $"[green]{new string('━', done)}[/][grey]{new string('─', length - done)}[/]";
    }
}
