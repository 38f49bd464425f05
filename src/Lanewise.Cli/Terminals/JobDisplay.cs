using Lanewise.Cli.Common;
using Lanewise.Workflows;

namespace Lanewise.Cli.Terminals;

/// <summary>Shows the events of a job on stderr.</summary>
internal sealed class JobDisplay : IProgress<JobEvent>, IDisposable
{
    private readonly DownloadDisplay _download = new();
    private readonly ContributionDisplay _contributions = new();
    private ITrainingDisplay? _training;

    public void Report(JobEvent value)
    {
        switch (value)
        {
            case NoticeEvent notice:
                Terminal.Notice(Advice.Explain(notice));
                break;
            case ImageErrorEvent image:
                Terminal.Notice($"error: {image.Error.Message.ReplaceLineEndings(" ")}");
                break;
            case DownloadEvent download:
                _download.Report(download.Progress);
                break;
            case ContributionEvent contribution:
                _contributions.Report(contribution.Progress);
                break;
            case TrainingStartedEvent started:
                _training = TrainingDisplay.Create(started.Epochs, started.BatchSize);
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
        EndTraining();
        _contributions.Dispose();
        _download.Dispose();
    }

    private void EndTraining()
    {
        // The display ends its own drawing task; nothing else runs by then.
        _training?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _training = null;
    }
}
