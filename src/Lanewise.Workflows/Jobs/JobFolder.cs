using Lanewise.Engine;
using Lanewise.IO;

namespace Lanewise.Workflows;

/// <summary>
/// The folder of a job that can be resumed, with its settings and facts: reserved before any expensive work, removed again if the job
/// fails before its first step, and compared with the data when the job is resumed.
/// </summary>
/// <typeparam name="T">The kind of settings.</typeparam>
internal sealed class JobFolder<T>
    where T : RunSettings, new()
{
    private RunRecord<T> _record;
    private RunLock? _lock;
    private DataDigest? _digest;
    private int _hasBegun;

    private JobFolder(RunDirectory directory, RunRecord<T> record, RunLock? taken) =>
        (Directory, _record, _lock, IsResumed) = (directory, record, taken, taken is null);

    /// <summary>Gets the folder.</summary>
    public RunDirectory Directory { get; }

    /// <summary>Gets whether the job was started earlier.</summary>
    public bool IsResumed { get; }

    /// <summary>Gets the settings; those that depend on the data are resolved once the data is loaded.</summary>
    public T Settings => _record.Settings;

    /// <summary>Gets the facts.</summary>
    public RunFacts Facts => _record.Facts;

    /// <summary>Gets or sets the images, where they were loaded for the same settings before; null to load them.</summary>
    public TrainingImages? Images { get; set; }

    /// <summary>Reserves the folder of a new job and writes its settings.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="output">
    /// The folder, new, empty, or of a run without progress; null for the next free number under <c>runs</c>.
    /// </param>
    /// <param name="name">The name of default folders.</param>
    /// <exception cref="LanewiseException">The folder is in use, not empty or holds a run, or cannot be created.</exception>
    public static JobFolder<T> Create(T settings, string? output, string name)
    {
        var record = new RunRecord<T>(settings, new RunFacts { InitialEpochs = settings.Epochs });
        var (directory, taken) = RunReservation.Take(output, name);
        try
        {
            record.Save(directory.Arguments);
            return new(directory, record, taken);
        }
        catch
        {
            taken.Dispose();
            directory.Rollback();
            throw;
        }
    }

    /// <summary>Continues an earlier job.</summary>
    /// <param name="directory">Its folder.</param>
    /// <param name="record">The settings, with those that are changed, and the facts.</param>
    public static JobFolder<T> Resume(RunDirectory directory, RunRecord<T> record) => new(directory, record, taken: null);

    /// <summary>Begins the job. The folder stays locked until the returned object is disposed of.</summary>
    /// <exception cref="InvalidOperationException">It was begun before: a second time would train over its results.</exception>
    /// <exception cref="JobException">Another process, or another job, works on the folder.</exception>
    public IDisposable Begin()
    {
        if (Interlocked.Exchange(ref _hasBegun, 1) != 0)
        {
            throw new InvalidOperationException($"this job of {Directory.Path} has run already; open the {Settings.Kind} to continue it.");
        }

        if (_lock is null)
        {
            _lock = TakeLock();
            AtomicFile.RemoveTemporary(Directory.Path);
        }

        return _lock;
    }

    /// <summary>Prepares the job, and removes a new folder if that fails.</summary>
    public async Task<TResult> PrepareAsync<TResult>(Func<Task<TResult>> prepare)
    {
        try
        {
            return await prepare().ConfigureAwait(false);
        }
        catch (Exception e) when (!IsResumed && e is not OperationCanceledException)
        {
            _lock?.Dispose();
            Directory.Rollback();
            throw;
        }
    }

    /// <summary>Loads the images of a job that starts.</summary>
    /// <exception cref="LanewiseException">The data cannot be read.</exception>
    public Task<TrainingImages> LoadAsync(IProgress<JobEvent>? progress, CancellationToken cancellationToken) =>
        Images is { } images ? Task.FromResult(images) : JobData.LoadAsync(Settings, progress, cancellationToken);

    /// <summary>Loads the images of a job that goes on, which must be those with which it started.</summary>
    /// <exception cref="LanewiseException">The data cannot be read, or it is not that of the job.</exception>
    public async Task<TrainingImages> LoadAgainAsync(IProgress<JobEvent>? progress, CancellationToken cancellationToken)
    {
        try
        {
            var images = await LoadAsync(progress, cancellationToken).ConfigureAwait(false);
            Check(images.Splits, progress);
            return images;
        }
        catch (DatasetException e) when (e.Error == DatasetError.NotFound && DatasetNotation.IsPath(Settings.Dataset ?? ""))
        {
            throw new JobException($"{e.Message} If the images have moved, name with {{dataset}} where they are now.", e);
        }
    }

    /// <summary>Writes the settings, resolved, and the facts about the data and the weights that the job starts from, if any.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="images">The images.</param>
    /// <param name="initial">The weights that the job starts from; null for random ones.</param>
    /// <param name="options">The options of the training, whose augmentation and class weights are recorded; null for neither.</param>
    public void Save(T settings, TrainingImages images, InitialWeights? initial, TrainingOptions? options = null) =>
        Save(settings, FactsOf(images, initial) with
        {
            InitialEpochs = settings.Epochs,
            Augmentation = options?.Augmentation,
            ClassWeights = options?.ClassWeights,
        });

    private RunFacts FactsOf(TrainingImages images, InitialWeights? initial) => Facts with
    {
        DataSource = images.Splits.Source,
        TrainImages = images.Splits.Train.Count,
        TestImages = images.Splits.Test.Count,
        ClassNames = images.Splits.Train.Classes,
        LeftOutImages = images.LeftOut,
        Data = DataDigest.Of(images.Splits),
        License = initial?.License,
        Origin = initial?.Origin,
    };

    /// <summary>Writes the settings of a job that goes on, and where its images are now.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="images">The images.</param>
    public void SaveAgain(T settings, TrainingImages images) => Save(settings, Facts with
    {
        DataSource = images.Splits.Source,
        Data = Facts.Data is null ? null : _digest ?? DataDigest.Of(images.Splits),
    });

    /// <summary>After an image that cannot be decoded, lets the job go on with images of other sizes: a repaired one has another.</summary>
    /// <param name="failure">What ended the job.</param>
    public void AllowRepair(Exception failure)
    {
        if (Facts.Data is not { } data || (failure as ImageFormatException ?? failure.InnerException) is not ImageFormatException)
        {
            return;
        }

        try
        {
            Save(Settings, Facts with { Data = data.OfAnySizes() });
        }
        catch (FileAccessException)
        {
            // The image is what is reported.
        }
    }

    private void Save(T settings, RunFacts facts)
    {
        var record = new RunRecord<T>(settings, facts);
        record.Save(Directory.Arguments);
        _record = record;
    }

    private RunLock TakeLock()
    {
        try
        {
            return RunLock.TryTake(Directory.Path) ?? throw new JobException(
                $"{Directory.Path} is in use: another process works on this {Settings.Kind}; wait until it has ended.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FileAccessException.Writing(Path.Combine(Directory.Path, RunLock.FileName), e);
        }
    }

    private void Check(DatasetSplits splits, IProgress<JobEvent>? progress)
    {
        string kind = Settings.Kind;
        if (splits.Train.Count != Facts.TrainImages || splits.Test.Count != Facts.TestImages)
        {
            string remedy = DatasetNotation.IsPath(splits.Name)
                ? "restore it, or name with {dataset} where it is now" : "specify the same data with {data-dir}";
            throw new JobException(
                $"{splits.Name} from {splits.Source} has {splits.Train.Count} + {splits.Test.Count} images, but the {kind} "
                + $"{Directory.Path} started with {Facts.TrainImages} + {Facts.TestImages}; {remedy}.");
        }

        if (Facts.Data is null)
        {
            if (Facts.DataSource != splits.Source)
            {
                progress.Notice($"the {kind} is of an earlier version, which recorded only the number of its images; they are as many.");
            }
        }
        else if (Facts.Data.Difference(_digest = DataDigest.Of(splits)) is { } difference)
        {
            throw new JobException(
                $"{splits.Name} is not the data with which the {kind} {Directory.Path} started: {difference}; restore it, "
                + $"or start a new {kind}.");
        }

        if (Facts.OrderOfSums != SumOrder.Version)
        {
            progress.Notice(
                $"the {kind} is of a version that summed in another order or by other algorithms (order of sums "
                + $"{Facts.OrderOfSums}; this version has "
                + $"{SumOrder.Version}): the last bits of the results may differ from those of an uninterrupted {kind}.");
        }
    }
}
