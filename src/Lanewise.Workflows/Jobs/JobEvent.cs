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

    /// <summary>
    /// Gets what this notice says of one image or file among many, for example <c>dark on a light background</c>: an application can show
    /// the first of a kind and count the others. Null for a notice that stands alone.
    /// </summary>
    public string? Kind { get; init; }

    /// <summary>Gets the dataset that was wanted and is not on disk, but can be downloaded; null for other notices.</summary>
    public string? MissingDataset { get; init; }
}

/// <summary>Progress of a download.</summary>
/// <param name="Progress">The progress.</param>
public sealed record DownloadEvent(FetchProgress Progress) : JobEvent;

/// <summary>Progress of reading the images of a dataset.</summary>
/// <param name="Done">The number of images that were read.</param>
/// <param name="Total">The number of images.</param>
public sealed record ReadingEvent(int Done, int Total) : JobEvent;

/// <summary>The data of a training is divided: how many images of each class are in each split.</summary>
/// <param name="Dataset">The dataset.</param>
/// <param name="Classes">The class names.</param>
/// <param name="Splits">The splits with the number of images of each class.</param>
public sealed record DatasetEvent(string Dataset, IReadOnlyList<string> Classes, IReadOnlyList<SplitCounts> Splits) : JobEvent;

/// <summary>The number of images of a split.</summary>
/// <param name="Name">The name of the split.</param>
/// <param name="Counts">The number of images of each class.</param>
public sealed record SplitCounts(string Name, IReadOnlyList<int> Counts);

/// <summary>A training has reached a step at which its receipt has a row.</summary>
/// <param name="Row">The row.</param>
/// <param name="Data">The digest of the data.</param>
public sealed record ReceiptEvent(ReceiptRow Row, string Data) : JobEvent;

/// <summary>A phase of a job begins or goes on, for example <c>compiling</c> or <c>evaluating</c>.</summary>
/// <param name="Name">What is done.</param>
/// <param name="Done">The number of images that are done.</param>
/// <param name="Total">The number of all images; 0 if it is unknown, or the phase has none.</param>
public sealed record PhaseEvent(string Name, int Done = 0, int Total = 0) : JobEvent;

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

/// <summary>A step of a learning-rate range test is done.</summary>
/// <param name="Step">The number of the step, from 1.</param>
/// <param name="Steps">The number of steps, if the test does not end earlier.</param>
/// <param name="LearningRate">The learning rate of the step.</param>
/// <param name="Loss">Its mean loss; infinite or NaN ends the test.</param>
public sealed record LearningRateEvent(int Step, int Steps, double LearningRate, double Loss) : JobEvent;

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

    /// <summary>Reports that an image was inverted.</summary>
    public static void Inverted(this IProgress<JobEvent>? progress, string path, string processing)
    {
        const string Kind = "dark on a light background";
        progress?.Report(new NoticeEvent($"{SettingText.Escape(path)}: {Kind}; preprocessing: {processing}") { Kind = Kind });
    }

    /// <summary>Reports what is to be said of an image, if there is something.</summary>
    public static void OfImage(this IProgress<JobEvent>? progress, string path, string? notice)
    {
        if (notice is not null)
        {
            progress?.Report(new NoticeEvent($"{SettingText.Escape(path)}: {SettingText.Escape(notice)}") { Kind = notice });
        }
    }

    /// <summary>Reports a phase.</summary>
    public static void Phase(this IProgress<JobEvent>? progress, string name, int done = 0, int total = 0) =>
        progress?.Report(new PhaseEvent(name, done, total));

    /// <summary>Reports the progress of an evaluation.</summary>
    public static void Evaluated(this IProgress<JobEvent>? progress, int done, int total) => progress.Phase("evaluating", done, total);

    /// <summary>Adapts a handler of events to the progress of something else, called on its thread.</summary>
    public static IProgress<T> Of<T>(this IProgress<JobEvent>? progress, Func<T, JobEvent> create) => new Adapter<T>(progress, create);

    private sealed class Adapter<T>(IProgress<JobEvent>? progress, Func<T, JobEvent> create) : IProgress<T>
    {
        public void Report(T value) => progress?.Report(create(value));
    }
}
