using Lanewise.Workflows;

namespace Lanewise.Cli.Terminals;

/// <summary>Shows the events of a job on stderr, and describes its work for the signs of life of <see cref="WorkingLine"/>.</summary>
internal sealed class JobDisplay : IProgress<JobEvent>, IDisposable
{
    private readonly DownloadDisplay _download = new();
    private readonly ContributionDisplay _contributions = new();
    private readonly NoticeDisplay _notices;
    private ITrainingDisplay? _training;
    private volatile JobEvent _latest = new PhaseEvent("starting");

    public JobDisplay()
    {
        _notices = new(ShowNotice);
        WorkingLine.Describe = () => ProgressText.Of(_latest, Terminal.IsLive);
    }

    /// <summary>Shows what a user should know about a file, one line each.</summary>
    public void Notices(IEnumerable<string> texts)
    {
        foreach (string text in texts)
        {
            Report(new NoticeEvent(text));
        }
    }

    public void Report(JobEvent value)
    {
        if (value is PhaseEvent or ReadingEvent or StepEvent or LearningRateEvent or DownloadEvent or ContributionEvent)
        {
            // Formatted when it is shown: a step may take a millisecond.
            _latest = value;
        }

        switch (value)
        {
            case NoticeEvent notice:
                _notices.Show(notice);
                break;
            case ImageErrorEvent image:
                Terminal.Notice($"error: {image.Error.Message.ReplaceLineEndings(" ")}");
                break;
            case DatasetEvent data:
                foreach (string line in DatasetFormat.Lines(data))
                {
                    Terminal.Notice(line);
                }

                break;
            case DownloadEvent download:
                _download.Report(download.Progress);
                break;
            case ContributionEvent contribution:
                _contributions.Report(contribution.Progress);
                break;
            case TrainingStartedEvent started:
                _latest = new PhaseEvent("first step");
                _training = TrainingDisplay.Create(started.Epochs, started.BatchSize);
                break;
            case PhaseEvent phase:
                _training?.Report(phase);
                break;
            case StepEvent step:
                _training?.Report(step.Progress);
                break;
            case EpochEvent epoch:
                _training?.EpochDone(epoch.Epoch);
                break;
            case TrainingEndedEvent:
                EndTraining();
                break;
        }
    }

    public void Dispose()
    {
        WorkingLine.Describe = null;
        EndTraining();
        _contributions.Dispose();
        _download.Dispose();
        _notices.ShowCounts();
    }

    private void ShowNotice(string line)
    {
        if (_training is null)
        {
            Terminal.Notice(line);
        }
        else
        {
            Terminal.Interject(line);
        }
    }

    private void EndTraining()
    {
        // The display ends its own drawing task; nothing else runs by then.
        _training?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _training = null;
    }
}
