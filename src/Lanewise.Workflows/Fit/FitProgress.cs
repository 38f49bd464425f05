namespace Lanewise.Workflows;

/// <summary>Passes on the events of several trainings on the same images: what was said once is not said again.</summary>
/// <param name="next">Receives the events; null for none.</param>
internal sealed class FitProgress(IProgress<JobEvent>? next) : IProgress<JobEvent>
{
    private readonly HashSet<string> _notices = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private bool _hasDataset;

    public void Report(JobEvent value)
    {
        lock (_lock)
        {
            bool isKnown = value switch
            {
                NoticeEvent notice => !_notices.Add(notice.Text),
                DatasetEvent => _hasDataset,
                _ => false,
            };
            _hasDataset |= value is DatasetEvent;
            if (isKnown)
            {
                return;
            }
        }

        next?.Report(value);
    }
}
