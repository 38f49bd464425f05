namespace Lanewise.Workflows;

/// <summary>Reports how many images were read, from several threads, one at a time and in ascending order.</summary>
/// <param name="progress">Receives <see cref="ReadingEvent"/>s.</param>
/// <param name="before">The number of images that were read before.</param>
/// <param name="total">The number of all images.</param>
internal sealed class ReadingProgress(IProgress<JobEvent>? progress, int before, int total)
{
    private readonly Lock _lock = new();
    private int _reported;

    /// <summary>Reports that a number of images is done.</summary>
    public void Report(int done)
    {
        lock (_lock)
        {
            if (done > _reported)
            {
                _reported = done;
                progress?.Report(new ReadingEvent(before + done, total));
            }
        }
    }
}
