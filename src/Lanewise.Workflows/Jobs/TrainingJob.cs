using Lanewise.Files;

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
    private readonly bool _isResumed;
    private RunRecord<TrainSettings> _record;

    private TrainingJob(RunDirectory directory, RunRecord<TrainSettings> record, bool isResumed) =>
        (Directory, _record, _isResumed) = (directory, record, isResumed);

    /// <summary>Gets the folder of the run.</summary>
    public RunDirectory Directory { get; }

    /// <summary>Gets the settings; those that depend on the data are resolved once it is loaded.</summary>
    public TrainSettings Settings => _record.Settings;

    /// <summary>Reserves the folder of a new run and writes its settings, before any expensive work.</summary>
    /// <param name="settings">The settings, with a model.</param>
    /// <param name="output">The folder, new or empty; null for the next free number under <c>runs</c>.</param>
    /// <exception cref="SettingException">Settings contradict each other.</exception>
    /// <exception cref="JobException">The folder is in use or not empty, or cannot be created.</exception>
    public static TrainingJob Create(TrainSettings settings, string? output = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        settings.Check();
        string model = settings.Model ?? throw new SettingException("{model}: there is none; name the model to train.", "model");
        var record = new RunRecord<TrainSettings>(settings, new RunFacts());
        var directory = RunDirectory.Reserve(output, model);
        directory.KeepIfWritten(() => record.Save(directory.Arguments));
        return new(directory, record, isResumed: false);
    }

    /// <summary>Opens an earlier run to continue it.</summary>
    /// <param name="run">The run folder.</param>
    /// <param name="changes">Settings that may be changed, such as the number of epochs.</param>
    /// <exception cref="SettingException">A setting contradicts the run.</exception>
    /// <exception cref="LanewiseException">The folder holds no run.</exception>
    public static TrainingJob Resume(string run, IReadOnlyList<SettingValue>? changes = null)
    {
        var directory = RunDirectory.Open(run);
        var record = directory.LoadRecord();
        return new(directory, record with { Settings = record.Settings.Resume(changes ?? []) }, isResumed: true);
    }

    /// <summary>Trains until all epochs are done.</summary>
    /// <param name="progress">Receives notices, steps and epochs, on the training thread.</param>
    /// <param name="cancellationToken">Stops after the current step and saves a checkpoint.</param>
    /// <exception cref="TrainingStoppedException">Training was cancelled; the checkpoint is saved.</exception>
    /// <exception cref="SettingException">A setting does not fit the data.</exception>
    /// <exception cref="LanewiseException">Data or weights cannot be read, the loss diverged, or a file cannot be written.</exception>
    public async Task<TrainingResult> RunAsync(IProgress<JobEvent>? progress = null, CancellationToken cancellationToken = default)
    {
        var training = _isResumed
            ? await ResumeAsync(progress, cancellationToken).ConfigureAwait(false)
            : await StartAsync(progress, cancellationToken).ConfigureAwait(false);
        if (training is null)
        {
            return new(Directory, Settings, RunSummary.Load(Directory.Summary), WasComplete: true);
        }

        using (training)
        {
            progress.Notice(
                $"{Settings.Model} on {training.Splits.Name}: {_record.Facts.TrainImages:N0} + {_record.Facts.TestImages:N0} images, "
                + $"writing to {Directory.Path}");
            var epochs = await training.RunAsync(progress, cancellationToken).ConfigureAwait(false);
            return new(Directory, Settings, epochs, WasComplete: false);
        }
    }

    private async Task<RunTraining> StartAsync(IProgress<JobEvent>? progress, CancellationToken cancellationToken)
    {
        try
        {
            // Read before the dataset, whose download may take long.
            string? file = Settings.Weights is { } path ? RunDirectory.FindModel(path) : null;
            var weights = file is null ? null : WeightsFile.Read(file);
            var splits = await JobData.LoadAsync(Settings, progress, cancellationToken).ConfigureAwait(false);
            var network = Settings.CreateNetwork(splits.Train.Classes.Count);
            if (network.OutputCount < splits.Train.Classes.Count)
            {
                throw new SettingException(
                    $"{{classes}} {network.OutputCount}: {splits.Name} has {splits.Train.Classes.Count} classes; "
                    + "specify at least as many, or omit {classes}.",
                    "classes");
            }

            var card = weights is null || splits.Transform is not null ? null : ModelCard.FromMetadata(weights.Metadata, file!);
            var settings = Settings with
            {
                Classes = network.OutputCount,
                Dataset = splits.Name,
                Input = card?.Transform is { } transform ? Settings.Input.WithDefaultsFrom(transform) : Settings.Input,
                Augmentation = Settings.Augmentation ?? Augmentations.NameOf(JobData.AugmentationOf(splits, network.Input)),
            };
            var facts = _record.Facts with
            {
                DataSource = splits.Source,
                TrainImages = splits.Train.Count,
                TestImages = splits.Test.Count,
            };
            var record = new RunRecord<TrainSettings>(settings, facts);
            var initial = weights is null ? null : InitialWeights(network, weights, file!, progress);
            var training = new RunTraining(Directory, record, splits, network, initial, []);
            record.Save(Directory.Arguments);
            _record = record;
            return training;
        }
        catch
        {
            Directory.Rollback();
            throw;
        }
    }

    /// <summary>Prepares to continue the run; returns null if it is complete.</summary>
    private async Task<RunTraining?> ResumeAsync(IProgress<JobEvent>? progress, CancellationToken cancellationToken)
    {
        var (settings, facts) = (Settings, _record.Facts);
        var network = CreateNetwork(settings);
        var (state, epochs) = Directory.Load(network);
        if (settings.Epochs < epochs.Count)
        {
            throw new SettingException(
                $"{{epochs}} {settings.Epochs}: {Directory.Path} has completed {epochs.Count} epochs; specify more, or omit {{epochs}}.",
                "epochs");
        }

        if (settings.Epochs == epochs.Count)
        {
            return null;
        }

        var splits = await JobData.LoadAsync(settings, progress, cancellationToken).ConfigureAwait(false);
        if (splits.Train.Count != facts.TrainImages || splits.Test.Count != facts.TestImages)
        {
            throw new JobException(
                $"{splits.Name} from {splits.Source} has {splits.Train.Count} + {splits.Test.Count} images, but the run {Directory.Path} "
                + $"started with {facts.TrainImages} + {facts.TestImages}; specify the same data with {{data-dir}}.");
        }

        if (facts.UsableLaneWidth == 0)
        {
            progress.Notice(
                $"this processor does not support the lane width of the run, {facts.LaneWidth}; "
                + "the last bits of the weights may differ from those of an uninterrupted run.");
        }

        var training = new RunTraining(Directory, _record, splits, network, null, epochs);
        training.Resume(state);
        _record.Save(Directory.Arguments);
        return training;
    }

    /// <summary>Creates the network of an earlier run; if it did not record its classes, they are those of the dataset.</summary>
    internal static Network CreateNetwork(TrainSettings settings)
    {
        if (settings.Classes is { } classes)
        {
            return settings.CreateNetwork(classes);
        }

        string dataset = settings.Dataset ?? throw new LanewiseException(
            $"the run of {settings.Model} stopped before its data was loaded, so there is nothing to resume from; start a new run.");
        return settings.CreateNetwork(DatasetCatalog.Find(dataset).Classes.Count);
    }

    /// <summary>Adapts pretrained weights to the network, and reports which are re-initialized and which are trained.</summary>
    private Weights InitialWeights(Network network, WeightsFile weights, string file, IProgress<JobEvent>? progress)
    {
        var adapted = Weights.Adapt(network, weights.Tensors, file, Settings.Seed);
        if (adapted.Initialized.Count > 0)
        {
            progress.Notice($"{file} has no {Names(adapted.Initialized)} for {network.OutputCount} classes; re-initialized.");
        }

        if (Settings.Freeze)
        {
            var trained = network.WithTrainableHead().Nodes.Where(n => n.IsTrainable).SelectMany(n => n.Parameters);
            progress.Notice($"training only {Names([.. trained.Select(p => p.Name)])}.");
        }

        return adapted.Weights;
    }

    private static string Names(IReadOnlyList<string> names)
    {
        const int MaxNames = 4;
        return string.Join(", ", names.Take(MaxNames)) + (names.Count > MaxNames ? $" and {names.Count - MaxNames} more" : "");
    }
}
