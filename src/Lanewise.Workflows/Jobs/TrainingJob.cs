namespace Lanewise.Workflows;

/// <summary>
/// A training run in its folder, new or resumed: settings, metrics, gradient flow, model and checkpoint. A resumed run ends bitwise
/// identical to an uninterrupted one.
/// </summary>
/// <example>
/// <code>
/// var job = TrainingJob.Create(new TrainSettings { Model = "residual", Dataset = "digits", Epochs = 3 });
/// var result = await job.RunAsync();
/// using var classifier = ImageClassifier.Load(result.Directory.Path);
/// </code>
/// </example>
public sealed class TrainingJob
{
    private readonly JobFolder<TrainSettings> _folder;

    private TrainingJob(JobFolder<TrainSettings> folder) => _folder = folder;

    /// <summary>Gets the folder of the run.</summary>
    public RunDirectory Directory => _folder.Directory;

    /// <summary>Gets the settings; those that depend on the data are resolved once it is loaded.</summary>
    public TrainSettings Settings => _folder.Settings;

    /// <summary>
    /// Gets or sets how pretrained weights are fetched. By default, none whose publisher asks that the licence be accepted.
    /// </summary>
    public PretrainedFetchOptions Fetching { get; set; } = new();

    /// <summary>Sets the images of a new run, where they were loaded for the same settings before.</summary>
    internal TrainingImages Images { set => _folder.Images = value; }

    /// <summary>
    /// Sets the steps at which a receipt of its own has rows, for a training that is compared with another; null for those of the settings.
    /// </summary>
    internal IReadOnlySet<long>? ReceiptAt { private get; set; }

    /// <summary>Reserves the folder of a new run and writes its settings, before any expensive work.</summary>
    /// <param name="settings">The settings, with a model.</param>
    /// <param name="output">
    /// The folder, new, empty, or of a run that saved no progress; null for the next free number under <c>runs</c>. It stays locked until
    /// the job has run.
    /// </param>
    /// <exception cref="SettingException">Settings contradict each other.</exception>
    /// <exception cref="JobException">The folder is in use, not empty or holds a run with progress, or cannot be created.</exception>
    public static TrainingJob Create(TrainSettings settings, string? output = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        settings = TrainingPreparation.Check(settings);
        return new(JobFolder<TrainSettings>.Create(settings, output, TrainableModel.NameOf(settings.Model!)));
    }

    /// <summary>Opens an earlier run to continue it.</summary>
    /// <param name="run">The run folder.</param>
    /// <param name="changes">
    /// Changes settings that may be changed, for example <c>settings => settings with { Epochs = 20 }</c>; null for none.
    /// </param>
    /// <exception cref="SettingException">A setting that may not be changed was, or the change contradicts the run.</exception>
    /// <exception cref="LanewiseException">The folder holds no run.</exception>
    public static TrainingJob Resume(string run, Func<TrainSettings, TrainSettings>? changes = null)
    {
        var settings = RunDirectory.Open(run).LoadRecord().Settings;
        var changed = changes?.Invoke(settings) ?? settings;
        return Resume(run, [.. changed.Given(changed.Table).Where(value => !value.IsIn(settings)).Select(value => value.Checked())]);
    }

    /// <summary>Opens an earlier run to continue it, with given values.</summary>
    internal static TrainingJob Resume(string run, IReadOnlyList<SettingValue> changes)
    {
        var directory = RunDirectory.Open(run);
        var record = directory.LoadRecord();
        return new(JobFolder<TrainSettings>.Resume(directory, record with { Settings = record.Settings.Resume(changes) }));
    }

    /// <summary>Trains until all epochs are done.</summary>
    /// <param name="progress">Receives notices, steps and epochs, on the training thread.</param>
    /// <param name="cancellationToken">Stops after the current step and saves a checkpoint.</param>
    /// <exception cref="TrainingStoppedException">Training was cancelled; the checkpoint is saved.</exception>
    /// <exception cref="InterruptedRunException">Training failed after some steps, and its state is saved.</exception>
    /// <exception cref="JobException">
    /// The loss diverged (the inner exception is a <see cref="TrainingDivergedException"/>), or the data is not that of the run.
    /// </exception>
    /// <exception cref="SettingException">A setting does not fit the data.</exception>
    /// <exception cref="LanewiseException">Data or weights cannot be read, or a file cannot be written.</exception>
    /// <exception cref="InvalidOperationException">The job has run already.</exception>
    public async Task<TrainingResult> RunAsync(IProgress<JobEvent>? progress = null, CancellationToken cancellationToken = default)
    {
        using var turn = _folder.Begin();
        var training = await PrepareAsync(progress, cancellationToken).ConfigureAwait(false);
        if (training is null)
        {
            return new(Directory, Settings, RunSummary.Load(Directory.Summary), WasComplete: true);
        }

        using (training)
        {
            progress.Notice(
                $"{TrainableModel.NameOf(Settings.Model!)} on {Settings.Dataset}: {_folder.Facts.TrainImages:N0} + "
                + $"{_folder.Facts.TestImages:N0} images, writing to {Directory.Path}");
            try
            {
                var watch = new TrainingWatch(training, Settings, progress);
                watch.Begin();
                await training.RunAsync(watch, cancellationToken).ConfigureAwait(false);
                watch.End();
            }
            catch (InterruptedRunException e)
            {
                _folder.AllowRepair(e);
                throw;
            }
            catch (TrainingDivergedException e)
            {
                throw new JobException(Divergence.Explain(e, Directory, Settings, training), e);
            }

            return new(Directory, Settings, training.Epochs, WasComplete: false) { Validation = training.Validation };
        }
    }

    private async Task<RunTraining?> PrepareAsync(IProgress<JobEvent>? progress, CancellationToken cancellationToken)
    {
        bool goesOn = _folder.IsResumed && (File.Exists(Directory.Checkpoint) || Directory.HasProgress());
        if (_folder.IsResumed && !goesOn)
        {
            progress.Notice($"{Directory.Path} has no checkpoint yet, so the run starts from the start.");
        }

        try
        {
            return await _folder.PrepareAsync(() => goesOn
                ? ResumeAsync(progress, cancellationToken)
                : StartAsync(progress, cancellationToken)).ConfigureAwait(false);
        }
        catch (OperationCanceledException e)
        {
            throw new TrainingStoppedException(Directory, default, e);
        }
    }

    private async Task<RunTraining?> StartAsync(IProgress<JobEvent>? progress, CancellationToken cancellationToken)
    {
        var preparation = new TrainingPreparation(Settings, _folder.Facts, Fetching, progress);
        var start = await preparation.PrepareAsync(_folder.LoadAsync, cancellationToken).ConfigureAwait(false);
        var (settings, setup) = (start.Settings, start.Setup);
        progress.Phase("compiling");
        var training = new RunTraining(Directory, WithReceipt(setup), []);
        try
        {
            _folder.Save(settings, start.Images, start.Weights, setup.Options);
            if (TrainableModel.IsFile(settings.Model))
            {
                Directory.SaveNetwork(start.Network);
            }

            training.Begin(Receipt.Begin(_folder.Facts.Data!));
            return training;
        }
        catch
        {
            training.Dispose();
            throw;
        }
    }

    /// <summary>Prepares to continue the run; returns null if it is complete.</summary>
    private async Task<RunTraining?> ResumeAsync(IProgress<JobEvent>? progress, CancellationToken cancellationToken)
    {
        var network = CreateNetwork(Settings, Directory);
        var saved = Directory.Load(network);
        var epochs = saved.Epochs;
        if (Settings.Epochs < epochs.Count)
        {
            throw new SettingException(
                $"{{epochs}} {Settings.Epochs}: {Directory.Path} has completed {epochs.Count} epochs; specify more, or omit {{epochs}}.",
                "epochs");
        }

        bool isDone = Settings.Epochs == epochs.Count || BestEpoch.Of(epochs, Settings.Monitor)?.HasRunOut(Settings.Patience) is true;
        if (isDone && Directory.IsComplete(saved, Settings.Monitor))
        {
            return null;
        }

        if (BestEpoch.Of(epochs, Settings.Monitor) is { Epoch.Epoch: var best } && best < epochs.Count && !File.Exists(Directory.Best))
        {
            progress.Notice($"warning: {Directory.Best}, the weights of epoch {best}, is gone; it is written again after a better epoch.");
        }

        var images = await _folder.LoadAgainAsync(progress, cancellationToken).ConfigureAwait(false);
        images = _folder.Facts.ClassNames is { } names ? images.InOrderOf(names) : images;
        RunClasses.Check(Directory, images.Splits);
        progress.Phase("compiling");
        var setup = TrainingPreparation.Setup(Settings, images, network, _folder.Facts.ClassWeights, _folder.Facts);
        var training = new RunTraining(Directory, WithReceipt(setup), epochs);
        try
        {
            _folder.SaveAgain(Settings, images);
            training.Resume(ReceiptAt is null ? saved : saved with { Receipt = Receipt.Begin(DataDigest.Of(images.Splits)) });
            return training;
        }
        catch (FileAccessException e) when (e.Access == FileAccess.Write)
        {
            training.Dispose();
            throw new InterruptedRunException(e.Message, Directory, saved.State.Position, e);
        }
        catch
        {
            training.Dispose();
            throw;
        }
    }

    private TrainingSetup WithReceipt(TrainingSetup setup) => ReceiptAt is { } steps ? setup with { TakesReceipt = steps.Contains } : setup;

    /// <summary>Creates the network of an earlier run; if it did not record its classes, they are those of the dataset.</summary>
    internal static Network CreateNetwork(TrainSettings settings, RunDirectory directory)
    {
        if (TrainableModel.IsFile(settings.Model) && directory.LoadNetwork(TrainableModel.NameOf(settings.Model!)) is { } network)
        {
            return network;
        }

        if (settings.Classes is { } classes)
        {
            return settings.CreateNetwork(classes);
        }

        string dataset = settings.Dataset ?? throw new LanewiseException(
            $"the run of {settings.Model} stopped before its data was loaded, so there is nothing to show yet; resume the run first.");
        return settings.CreateNetwork(DatasetCatalog.Find(dataset).Classes.Count);
    }
}
