using Lanewise.Analysis;

namespace Lanewise.Workflows;

/// <summary>Something that a job reports while it runs. Applications match on the kinds that they show and ignore the others.</summary>
public abstract record JobEvent
{
    private protected JobEvent()
    {
    }
}

/// <summary>A notice for the user, for example which dataset is used and why.</summary>
/// <param name="Text">One line, with the names of settings in braces; see <see cref="SettingText"/>.</param>
public sealed record NoticeEvent(string Text) : JobEvent
{
    /// <summary>Gets the notice without braces.</summary>
    public string Message => SettingText.Plain(Text);

    /// <summary>Gets the dataset that was wanted and is not on disk, but can be downloaded; null for other notices.</summary>
    public string? MissingDataset { get; init; }
}

/// <summary>Progress of a download.</summary>
/// <param name="Progress">The progress.</param>
public sealed record DownloadEvent(FetchProgress Progress) : JobEvent;

/// <summary>An image of many cannot be read; the job goes on with the others.</summary>
/// <param name="Path">The image file.</param>
/// <param name="Error">Why it cannot be read.</param>
public sealed record ImageErrorEvent(string Path, LanewiseException Error) : JobEvent;

/// <summary>A training begins or goes on.</summary>
/// <param name="Epochs">The number of epochs.</param>
/// <param name="BatchSize">The number of images per step.</param>
public sealed record TrainingStartedEvent(int Epochs, int BatchSize) : JobEvent;

/// <summary>A training step is done.</summary>
/// <param name="Progress">The progress.</param>
public sealed record StepEvent(TrainingProgress Progress) : JobEvent;

/// <summary>An epoch is done and saved.</summary>
/// <param name="Epoch">Its metrics.</param>
public sealed record EpochEvent(EpochResult Epoch) : JobEvent;

/// <summary>A training has ended, completely or not; no further step follows.</summary>
public sealed record TrainingEndedEvent : JobEvent;

/// <summary>Progress of measuring contributions.</summary>
/// <param name="Progress">The progress.</param>
public sealed record ContributionEvent(ContributionProgress Progress) : JobEvent;

/// <summary>Methods that report events.</summary>
internal static class JobEvents
{
    public static void Notice(this IProgress<JobEvent>? progress, string text) => progress?.Report(new NoticeEvent(text));

    /// <summary>Adapts a handler of events to the progress of something else, called on its thread.</summary>
    public static IProgress<T> Of<T>(this IProgress<JobEvent>? progress, Func<T, JobEvent> create) => new Adapter<T>(progress, create);

    private sealed class Adapter<T>(IProgress<JobEvent>? progress, Func<T, JobEvent> create) : IProgress<T>
    {
        public void Report(T value) => progress?.Report(create(value));
    }
}
