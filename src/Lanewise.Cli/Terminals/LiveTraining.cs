using Lanewise.Training;
using Spectre.Console;

namespace Lanewise.Cli.Terminals;

/// <summary>For a terminal: a bar that moves, and above it one line for each epoch done.</summary>
internal sealed class LiveTraining : ITrainingDisplay
{
    private const int MaxBarLength = 30;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(150);

    private readonly int _epochs;
    private readonly int _batchSize;
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _end = new();
    private readonly Task _display;
    private TrainingProgress _latest;

    public LiveTraining(int epochs, int batchSize)
    {
        (_epochs, _batchSize) = (epochs, batchSize);
        _display = Terminal.Error.Live(new Text("starting …")).AutoClear(true).StartAsync(ShowAsync);
    }

    public void Report(TrainingProgress value)
    {
        // A step takes a millisecond: keep the figures, draw them later.
        lock (_lock)
        {
            _latest = value;
        }
    }

    public void EpochDone(EpochResult epoch)
    {
        // Padded, since the line is written over the bar and would end in what was longer there.
        int width = Terminal.Error.Profile.Width;
        Terminal.Error.WriteLine(TrainingText.Epoch(epoch, _epochs, width).PadRight(width));
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _display.ConfigureAwait(false);
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
        string title = TrainingText.Title(p), left = TrainingText.Left(p, _batchSize), figures = TrainingText.Metrics(p);
        bool wide = TrainingText.IsWide(width);
        int room = width - 1 - title.Length - left.Length - (wide ? figures.Length + 3 : 2);
        return $"{title} {Bar(p, Math.Clamp(room, 0, MaxBarLength))} {left}{(wide ? "  " : "\n")}{figures}";
    }

    private static string Bar(TrainingProgress p, int length)
    {
        int done = (int)((long)length * p.Step / p.Steps);
        return $"[green]{new string('━', done)}[/][grey]{new string('─', length - done)}[/]";
    }
}
