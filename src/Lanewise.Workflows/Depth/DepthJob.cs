using Lanewise.Analysis;

namespace Lanewise.Workflows;

/// <summary>
/// A depth study in its folder, new or resumed: plain and residual networks of several depths, their errors and gradients by layer. The
/// results are those of an uninterrupted study.
/// </summary>
public sealed class DepthJob
{
    private const string Name = "depth";

    private readonly JobFolder<DepthSettings> _folder;

    private DepthJob(JobFolder<DepthSettings> folder) => (_folder, Directory) = (folder, new DepthDirectory(folder.Directory));

    /// <summary>Gets the folder of the study.</summary>
    public DepthDirectory Directory { get; }

    /// <summary>Gets the settings.</summary>
    public DepthSettings Settings => _folder.Settings;

    /// <summary>Reserves the folder of a new study and writes its settings, before any expensive work.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="output">The folder, new or empty; null for the next free number under <c>runs</c>.</param>
    /// <exception cref="SettingException">Settings contradict each other.</exception>
    /// <exception cref="JobException">The folder is in use or not empty, or cannot be created.</exception>
    public static DepthJob Create(DepthSettings settings, string? output = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        settings = (DepthSettings)settings.Checked();
        settings.Check();
        return new(JobFolder<DepthSettings>.Create(settings, output, Name));
    }

    /// <summary>Opens an earlier study to continue it.</summary>
    /// <param name="study">The folder of the study.</param>
    /// <param name="changes">Changes settings that may be changed, such as the number of threads; null for none.</param>
    /// <exception cref="SettingException">A setting that may not be changed was.</exception>
    /// <exception cref="LanewiseException">The folder holds no study.</exception>
    public static DepthJob Resume(string study, Func<DepthSettings, DepthSettings>? changes = null)
    {
        var settings = RunRecord<DepthSettings>.Load(RunDirectory.Open(study).Arguments).Settings;
        var changed = changes?.Invoke(settings) ?? settings;
        return Resume(study, [.. changed.Given(changed.Table).Where(value => !value.IsIn(settings)).Select(value => value.Checked())]);
    }

    /// <summary>Opens an earlier study to continue it, with given values.</summary>
    /// <param name="study">The folder of the study.</param>
    /// <param name="changes">Settings that may be changed, such as the number of threads.</param>
    /// <exception cref="SettingException">A setting contradicts the study.</exception>
    /// <exception cref="LanewiseException">The folder holds no study.</exception>
    internal static DepthJob Resume(string study, IReadOnlyList<SettingValue> changes)
    {
        var directory = RunDirectory.Open(study);
        var record = RunRecord<DepthSettings>.Load(directory.Arguments);
        return new(JobFolder<DepthSettings>.Resume(directory, record with { Settings = record.Settings.Resume(changes) }));
    }

    /// <summary>Runs the study until all its runs are complete.</summary>
    /// <param name="progress">Receives notices, steps and epochs, on the training thread.</param>
    /// <param name="cancellationToken">Stops after the current step and saves the state.</param>
    /// <exception cref="StudyStoppedException">The study was cancelled; its state is saved.</exception>
    /// <exception cref="LanewiseException">Data cannot be read, or a file cannot be written.</exception>
    public async Task<DepthStudyResult> RunAsync(IProgress<JobEvent>? progress = null, CancellationToken cancellationToken = default)
    {
        using var turn = _folder.Begin();
        // A study that was killed before its data was loaded starts from the start.
        bool goesOn = _folder.IsResumed && _folder.Facts.TrainImages > 0;
        var results = goesOn ? Directory.LoadResults(Settings) : [];
        if (goesOn && Study(results) is { IsComplete: true } complete)
        {
            progress.Notice($"{Directory.Path} is complete: {Count(results.Count)}.");
            Directory.SaveResults(complete);
            return complete;
        }

        var study = await _folder.PrepareAsync(() => LoadAsync(goesOn, progress, cancellationToken)).ConfigureAwait(false);
        var runs = Settings.Runs;
        progress.Notice(Announcement(runs, results.Count));
        try
        {
            foreach (var (i, run) in runs.Index().Where(r => results.All(result => result.Run != r.Item)))
            {
                progress.Notice($"{i + 1}/{runs.Count} {run.Name}");
                progress.Phase("measuring the initial gradients");
                // Not part of the run's folder: one batch is measured again, with the same result, when the run is resumed.
                var start = await Task.Run(() => study.MeasureStart(run), cancellationToken).ConfigureAwait(false);
                results.Add(Settings.AtStart
                    ? new(run, [start], [], Diverged: false)
                    : await TrainAsync(study, run, start, progress, cancellationToken).ConfigureAwait(false));
                Directory.SaveResults(Study(results));
                Directory.RemoveFolderOf(run);
            }
        }
        catch (OperationCanceledException e)
        {
            throw new StudyStoppedException(Directory, results.Count, runs.Count, e);
        }
        catch (Exception e) when (e is LanewiseException or IOException or UnauthorizedAccessException)
        {
            _folder.AllowRepair(e);
            throw new InterruptedStudyException(e.Message, Directory, e);
        }

        return Study(results);
    }

    private DepthStudyResult Study(IReadOnlyList<DepthResult> results) => new(Directory, Settings, _folder.Facts, results);

    private async Task<DepthStudy> LoadAsync(bool goesOn, IProgress<JobEvent>? progress, CancellationToken cancellationToken)
    {
        try
        {
            var images = await (goesOn
                ? _folder.LoadAgainAsync(progress, cancellationToken)
                : _folder.LoadAsync(progress, cancellationToken)).ConfigureAwait(false);
            var settings = Settings with { Dataset = images.Splits.Name };
            if (goesOn)
            {
                _folder.SaveAgain(settings, images);
            }
            else
            {
                _folder.Save(settings, images, initial: null);
            }

            return new(Settings, images.Splits);
        }
        catch (OperationCanceledException e)
        {
            throw new StudyStoppedException(Directory, 0, Settings.Runs.Count, e);
        }
    }

    private async Task<DepthResult> TrainAsync(
        DepthStudy study, DepthRun run, GradientSample start, IProgress<JobEvent>? progress, CancellationToken cancellationToken)
    {
        progress.Phase("compiling");
        using var training = Open(study, run);
        bool hasDiverged = false;
        try
        {
            await training.RunAsync(progress, cancellationToken).ConfigureAwait(false);
        }
        catch (TrainingDivergedException)
        {
            hasDiverged = true;
            progress.Notice(
                $"{run.Name}: the loss is no longer finite in epoch {training.Epochs.Count + 1}; the study continues with the next run.");
        }

        return study.Result(run, start, training, hasDiverged);
    }

    /// <summary>Prepares the training of a run, new or continued from its checkpoint.</summary>
    private RunTraining Open(DepthStudy study, DepthRun run)
    {
        var (folder, setup) = (Directory.FolderOf(run), study.Setup(run));
        if (!File.Exists(folder.Checkpoint))
        {
            var started = new RunTraining(folder, setup, []);
            started.Begin(receipt: null);
            return started;
        }

        try
        {
            var saved = folder.Load(setup.Network);
            var training = new RunTraining(folder, setup, saved.Epochs);
            training.Resume(saved);
            return study.HasAllGradients(run, training, saved.State.Position)
                ? training
                : throw new LanewiseException($"{folder.Gradients} is incomplete.");
        }
        catch (Exception e) when (e is LanewiseException or IOException)
        {
            throw new LanewiseException($"{e.Message} To repeat this run, delete {folder.Path}.", e);
        }
    }

    private string Announcement(IReadOnlyList<DepthRun> runs, int completed)
    {
        var (s, facts) = (Settings, _folder.Facts);
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
