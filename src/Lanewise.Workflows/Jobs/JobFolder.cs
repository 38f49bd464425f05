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
    private int _hasBegun;

    private JobFolder(RunDirectory directory, RunRecord<T> record, bool isResumed) =>
        (Directory, _record, IsResumed) = (directory, record, isResumed);

    /// <summary>Gets the folder.</summary>
    public RunDirectory Directory { get; }

    /// <summary>Gets whether the job was started earlier.</summary>
    public bool IsResumed { get; }

    /// <summary>Gets the settings; those that depend on the data are resolved by <see cref="Save"/>.</summary>
    public T Settings => _record.Settings;

    /// <summary>Gets the facts.</summary>
    public RunFacts Facts => _record.Facts;

    /// <summary>Reserves the folder of a new job and writes its settings.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="output">The folder, new or empty; null for the next free number under <c>runs</c>.</param>
    /// <param name="name">The name of default folders.</param>
    /// <exception cref="LanewiseException">The folder is in use or not empty, or cannot be created.</exception>
    public static JobFolder<T> Create(T settings, string? output, string name)
    {
        var record = new RunRecord<T>(settings, new RunFacts { InitialEpochs = settings.Epochs });
        var directory = RunDirectory.Reserve(output, name);
        try
        {
            record.Save(directory.Arguments);
            return new(directory, record, isResumed: false);
        }
        catch
        {
            directory.Rollback();
            throw;
        }
    }

    /// <summary>Continues an earlier job.</summary>
    /// <param name="directory">Its folder.</param>
    /// <param name="record">The settings, with those that are changed, and the facts.</param>
    public static JobFolder<T> Resume(RunDirectory directory, RunRecord<T> record) => new(directory, record, isResumed: true);

    /// <summary>Begins the job.</summary>
    /// <exception cref="InvalidOperationException">It was begun before: a second time would train over its results.</exception>
    public void Begin()
    {
        if (Interlocked.Exchange(ref _hasBegun, 1) != 0)
        {
            throw new InvalidOperationException($"this job of {Directory.Path} has run already; open the {Settings.Kind} to continue it.");
        }
    }

    /// <summary>Prepares the job, and removes a new folder if that fails.</summary>
    public async Task<TResult> PrepareAsync<TResult>(Func<Task<TResult>> prepare)
    {
        try
        {
            return await prepare().ConfigureAwait(false);
        }
        catch when (!IsResumed)
        {
            Directory.Rollback();
            throw;
        }
    }

    /// <summary>Loads the images; those of a resumed job must be as many as when it started.</summary>
    /// <exception cref="LanewiseException">The data cannot be read, or it is not that of the job.</exception>
    public async Task<DatasetSplits> LoadAsync(IProgress<JobEvent>? progress, CancellationToken cancellationToken)
    {
        var splits = await JobData.LoadAsync(Settings, progress, cancellationToken).ConfigureAwait(false);
        if (IsResumed)
        {
            Check(splits, progress);
        }

        return splits;
    }

    /// <summary>Writes the settings, resolved, and the facts about the data and the weights that the job starts from, if any.</summary>
    public void Save(T settings, DatasetSplits splits, InitialWeights? initial = null)
    {
        var facts = IsResumed ? Facts : Facts with
        {
            DataSource = splits.Source,
            TrainImages = splits.Train.Count,
            TestImages = splits.Test.Count,
            License = initial?.License,
            Origin = initial?.Origin,
        };
        var record = new RunRecord<T>(settings, facts);
        record.Save(Directory.Arguments);
        _record = record;
    }

    private void Check(DatasetSplits splits, IProgress<JobEvent>? progress)
    {
        string kind = Settings.Kind;
        if (splits.Train.Count != Facts.TrainImages || splits.Test.Count != Facts.TestImages)
        {
            throw new JobException(
                $"{splits.Name} from {splits.Source} has {splits.Train.Count} + {splits.Test.Count} images, but the {kind} "
                + $"{Directory.Path} started with {Facts.TrainImages} + {Facts.TestImages}; specify the same data with {{data-dir}}.");
        }

        if (Facts.UsableLaneWidth == 0)
        {
            progress.Notice(
                $"this processor does not support the lane width of the {kind}, {Facts.LaneWidth}; "
                + $"the last bits of the results may differ from those of an uninterrupted {kind}.");
        }
    }
}
