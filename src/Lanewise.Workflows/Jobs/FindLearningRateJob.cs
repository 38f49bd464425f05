using System.Globalization;

namespace Lanewise.Workflows;

/// <summary>
/// A learning-rate range test (Smith 2015, "Cyclical learning rates for training neural networks"): trains while the learning rate rises
/// from step to step, and shows the loss at each. It writes no file. For a seed the result is the same at any number of threads.
/// </summary>
/// <example>
/// <code>
/// var job = FindLearningRateJob.Create(new TrainSettings { Model = "residual", Dataset = "digits" });
/// var result = await job.RunAsync();
/// Console.WriteLine(result.Curve.Suggestion?.ToString() ?? result.Curve.Reason);
/// </code>
/// </example>
public sealed class FindLearningRateJob
{
    private readonly TrainSettings _settings;
    private readonly LearningRateRange _range;

    private FindLearningRateJob(TrainSettings settings, LearningRateRange range) => (_settings, _range) = (settings, range);

    /// <summary>
    /// Gets the names of the settings of a training that have no part in the test: the learning rate and its schedule, epochs,
    /// and what a run saves.
    /// </summary>
    public static IReadOnlyList<string> UnusedSettings { get; } =
    [
        "epochs", "lr", "sched", "warmup-epochs", "warmup-lr", "decay-epochs", "decay-rate", "milestones", "min-lr", "patience-epochs",
        "pct-start", "div-factor", "final-div-factor", "head-lr", "model-ema", "model-ema-decay", "monitor", "patience", "tensorboard",
        "checkpoint-minutes", "receipt-steps", "keep-checkpoints", "limit-test",
    ];

    /// <summary>
    /// Gets or sets how pretrained weights are fetched. By default, none whose publisher asks that the licence be accepted.
    /// </summary>
    public PretrainedFetchOptions Fetching { get; set; } = new();

    /// <summary>Creates a test.</summary>
    /// <param name="settings">The settings of the training, with a model; <see cref="UnusedSettings"/> have no effect.</param>
    /// <param name="range">The learning rates; null for the defaults.</param>
    /// <exception cref="SettingException">Settings contradict each other, or a value is out of range.</exception>
    public static FindLearningRateJob Create(TrainSettings settings, LearningRateRange? range = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        range ??= new();
        range.Check();
        return new(TrainingPreparation.Check(settings), range);
    }

    /// <summary>Trains until the last learning rate, or until the loss has risen far above its minimum.</summary>
    /// <param name="progress">Receives notices and steps, on the training thread.</param>
    /// <param name="cancellationToken">Stops after the current step.</param>
    /// <exception cref="OperationCanceledException">The test was cancelled.</exception>
    /// <exception cref="SettingException">A setting does not fit the data.</exception>
    /// <exception cref="LanewiseException">Data or weights cannot be read.</exception>
    public async Task<FindLearningRateResult> RunAsync(
        IProgress<JobEvent>? progress = null, CancellationToken cancellationToken = default)
    {
        var preparation = new TrainingPreparation(_settings, new RunFacts(), Fetching, progress) { Describe = Describe };
        var start = await preparation.PrepareAsync(
            (to, token) => JobData.LoadAsync(_settings, to, token), cancellationToken).ConfigureAwait(false);
        var setup = start.Setup;
        progress.Phase("compiling");
        var options = setup.Options with { Schedule = new ConstantLR(), Average = null, HeadLearningRate = null };
        using var trainer = new Trainer(setup.Network, options, setup.Initial);
        var curve = new LearningRateCurve(_range.Steps);
        double[] rates = _range.Rates();
        int done = 0;
        bool StepDone(double loss)
        {
            double rate = rates[done++];
            progress?.Report(new LearningRateEvent(done, rates.Length, rate, loss));
            return curve.Add(rate, loss);
        }

        var images = RunTraining.InMemory(setup.Splits.Train, ImageMemory.ForThisMachine());
        await trainer.SweepAsync(images, rates, StepDone, cancellationToken).ConfigureAwait(false);
        return new(start.Settings, _range, curve);
    }

    private string Describe(TrainSettings settings) => string.Create(
        CultureInfo.InvariantCulture,
        $"{_range.Steps} learning rates from {_range.Start} to {_range.End}, {settings.BatchSize * (long)settings.GradAccumSteps} ")
        + $"images a step, {EnumNames.Of(settings.Optimizer)}, augmentation {settings.Augmentation}.";
}

/// <summary>The result of a learning-rate range test.</summary>
/// <param name="Settings">The settings, with what depends on the images, the network and the weights.</param>
/// <param name="Range">The learning rates that were to be tried.</param>
/// <param name="Curve">The losses, and the suggestion if there is one.</param>
public sealed record FindLearningRateResult(TrainSettings Settings, LearningRateRange Range, LearningRateCurve Curve);
