using Lanewise.Analysis;

namespace Lanewise.Workflows;

/// <summary>
/// A depth study in its folder, new or resumed: plain and residual networks of several depths, their errors and gradients by layer. The
/// results are those of an uninterrupted study.
/// </summary>
public sealed class DepthJob
{
    private readonly bool _isResumed;
    private RunRecord<DepthSettings> _record;

    private DepthJob(DepthDirectory directory, RunRecord<DepthSettings> record, bool isResumed) =>
        (Directory, _record, _isResumed) = (directory, record, isResumed);

    /// <summary>Gets the folder of the study.</summary>
    public DepthDirectory Directory { get; }

    /// <summary>Gets the settings.</summary>
    public DepthSettings Settings => _record.Settings;

    /// <summary>Reserves the folder of a new study and writes its settings, before any expensive work.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="output">The folder, new or empty; null for the next free number under <c>runs</c>.</param>
    /// <exception cref="SettingException">Settings contradict each other.</exception>
    /// <exception cref="JobException">The folder is in use or not empty, or cannot be created.</exception>
    public static DepthJob Create(DepthSettings settings, string? output = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        settings.Check();
        var record = new RunRecord<DepthSettings>(settings, new RunFacts());
        var directory = DepthDirectory.Create(output);
        directory.KeepIfWritten(() => record.Save(directory.Arguments));
        return new(directory, record, isResumed: false);
    }

    /// <summary>Opens an earlier study to continue it.</summary>
    /// <param name="study">The folder of the study.</param>
    /// <param name="changes">Settings that may be changed, such as the number of threads.</param>
    /// <exception cref="SettingException">A setting contradicts the study.</exception>
    /// <exception cref="LanewiseException">The folder holds no study.</exception>
    public static DepthJob Resume(string study, IReadOnlyList<SettingValue>? changes = null)
    {
        var directory = DepthDirectory.Open(study);
        var record = RunRecord<DepthSettings>.Load(directory.Arguments);
        return new(directory, record with { Settings = record.Settings.Resume(changes ?? []) }, isResumed: true);
    }

    /// <summary>Runs the study until all its runs are complete.</summary>
    /// <param name="progress">Receives notices, steps and epochs, on the training thread.</param>
    /// <param name="cancellationToken">Stops after the current step and saves the state.</param>
    /// <exception cref="StudyStoppedException">The study was cancelled; its state is saved.</exception>
    /// <exception cref="LanewiseException">Data cannot be read, or a file cannot be written.</exception>
    public async Task<DepthStudyResult> RunAsync(IProgress<JobEvent>? progress = null, CancellationToken cancellationToken = default)
    {
        var results = _isResumed ? LoadResults() : [];
        if (_isResumed && Study(results) is { IsComplete: true } complete)
        {
            progress.Notice($"{Directory.Path} is complete: {Count(results.Count)}.");
            Directory.SaveResults(complete);
            return complete;
        }

        var splits = await LoadAsync(progress, cancellationToken).ConfigureAwait(false);
        var study = new DepthStudy(
            Settings.ToOptions(_record.Facts.UsableLaneWidth), splits.Train, splits.Test, splits.Transform ?? ImageTransform.Cifar10);
        progress.Notice(Announcement(study.Options.Runs, results.Count));
        try
        {
            foreach (var (i, run) in study.Options.Runs.Index().Where(r => results.All(result => result.Run != r.Item)))
            {
                progress.Notice($"{i + 1}/{study.Options.Runs.Count} {run.Name}");
                results.Add(Settings.AtStart
                    ? await Task.Run(() => study.MeasureStart(run), cancellationToken).ConfigureAwait(false)
                    : await TrainAsync(study, run, progress, cancellationToken).ConfigureAwait(false));
                Directory.SaveResults(Study(results));
                Directory.RemoveProgress(run);
            }
        }
        catch (OperationCanceledException e)
        {
            throw new StudyStoppedException(Directory, results.Count, study.Options.Runs.Count, e);
        }
        catch (Exception e) when (e is LanewiseException or IOException or UnauthorizedAccessException)
        {
            throw new InterruptedStudyException(e.Message, Directory, e);
        }

        return Study(results);
    }

    private DepthStudyResult Study(IReadOnlyList<DepthResult> results) => new(Directory, _record, results);

    private List<DepthResult> LoadResults() => _record.Facts.TrainImages > 0
        ? Directory.LoadResults(Settings)
        : throw new LanewiseException(
            $"{Directory.Path}: the study stopped before its data was loaded, so there are no results to resume from; "
            + "start a new study.");

    private async Task<DatasetSplits> LoadAsync(IProgress<JobEvent>? progress, CancellationToken cancellationToken)
    {
        if (_isResumed)
        {
            return CheckResumed(await JobData.LoadAsync(Settings, progress, cancellationToken).ConfigureAwait(false), progress);
        }

        try
        {
            var splits = await JobData.LoadAsync(Settings, progress, cancellationToken).ConfigureAwait(false);
            var facts = _record.Facts with
            {
                DataSource = splits.Source,
                TrainImages = splits.Train.Count,
                TestImages = splits.Test.Count,
            };
            _record = new(Settings with { Dataset = splits.Name }, facts);
            _record.Save(Directory.Arguments);
            return splits;
        }
        catch
        {
            Directory.Rollback();
            throw;
        }
    }

    private DatasetSplits CheckResumed(DatasetSplits splits, IProgress<JobEvent>? progress)
    {
        var facts = _record.Facts;
        if (splits.Train.Count != facts.TrainImages || splits.Test.Count != facts.TestImages)
        {
            throw new JobException(
                $"{splits.Name} from {splits.Source} has {splits.Train.Count} + {splits.Test.Count} images, but the study {Directory.Path} "
                + $"started with {facts.TrainImages} + {facts.TestImages}; specify the same data with {{data-dir}}.");
        }

        if (facts.UsableLaneWidth == 0)
        {
            progress.Notice(
                $"this processor does not support the lane width of the study, {facts.LaneWidth}; "
                + "the last digits of the results may differ from those of an uninterrupted study.");
        }

        return splits;
    }

    private async Task<DepthResult> TrainAsync(
        DepthStudy study, DepthRun run, IProgress<JobEvent>? progress, CancellationToken cancellationToken)
    {
        var training = study.Train(run);
        if (Directory.LoadProgress(run, study.CreateNetwork(run)) is var (state, result))
        {
            training.Resume(state, result);
        }

        progress?.Report(new TrainingStartedEvent(Settings.Epochs, Settings.BatchSize));
        try
        {
            var steps = progress.Of<TrainingProgress>(step => new StepEvent(step));
            await foreach (var epoch in training.RunAsync(steps, cancellationToken).ConfigureAwait(false))
            {
                Directory.SaveProgress(training);
                progress?.Report(new EpochEvent(epoch));
            }
        }
        catch (OperationCanceledException) when (training.Result.Samples.Count > 0)
        {
            Directory.SaveProgress(training);
            throw;
        }
        finally
        {
            progress?.Report(new TrainingEndedEvent());
        }

        if (training.Result is { Diverged: true } diverged)
        {
            progress.Notice(
                $"{run.Name}: the loss is no longer finite in epoch {diverged.Epochs.Count + 1}; the study continues with the next run.");
        }

        return training.Result;
    }

    private string Announcement(IReadOnlyList<DepthRun> runs, int completed)
    {
        var (s, facts) = (Settings, _record.Facts);
        string what = s.AtStart
            ? $"initial gradients over {Math.Min(s.BatchSize, facts.TrainImages):N0} images"
            : $"{s.Epochs} epoch{(s.Epochs == 1 ? "" : "s")} of {facts.TrainImages:N0} images each, {facts.TestImages:N0} test images";
        string networks = string.Join(", ", runs.Select(run => run.NetworkName).Distinct(StringComparer.Ordinal));
        string left = completed == 0 ? "" : $" ({runs.Count - completed} left)";
        return $"depth on {s.Dataset}: {networks}, seed{(s.Seeds.Count == 1 ? "" : "s")} {string.Join(", ", s.Seeds)}: "
            + $"{Count(runs.Count)}{left}, {what}, writing to {Directory.Path}";
    }

    private static string Count(int runs) => $"{runs} run{(runs == 1 ? "" : "s")}";
}

/// <summary>A study was cancelled, and its state is saved: it can be resumed.</summary>
/// <param name="directory">The folder of the study.</param>
/// <param name="completed">The number of completed runs.</param>
/// <param name="total">The number of runs.</param>
/// <param name="inner">The cancellation.</param>
public sealed class StudyStoppedException(DepthDirectory directory, int completed, int total, OperationCanceledException inner)
    : OperationCanceledException(
        $"stopped after {completed} of {total} run{(total == 1 ? "" : "s")}.", inner, inner.CancellationToken)
{
    /// <summary>Gets the folder of the study.</summary>
    public DepthDirectory Directory => directory;
}

/// <summary>A study failed, and its completed runs are kept: it can be resumed once the cause is removed.</summary>
/// <param name="message">The one-line message of the cause.</param>
/// <param name="directory">The folder of the study.</param>
/// <param name="inner">The cause.</param>
public sealed class InterruptedStudyException(string message, DepthDirectory directory, Exception inner) : LanewiseException(message, inner)
{
    /// <summary>Gets the folder of the study.</summary>
    public DepthDirectory Directory => directory;
}
