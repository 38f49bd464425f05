namespace Lanewise.Workflows;

/// <summary>Watches a training, and reports each of the <see cref="TrainingWarnings"/> once: before it, during it and after it.</summary>
/// <param name="training">The training.</param>
/// <param name="settings">Its settings.</param>
/// <param name="progress">Receives the events of the training and the warnings.</param>
internal sealed class TrainingWatch(RunTraining training, TrainSettings settings, IProgress<JobEvent>? progress) : IProgress<JobEvent>
{
    // With fewer steps, a loss that has not moved yet is no sign of trouble before the end.
    private const int MinSteps = 100;

    private readonly TrainingSetup _setup = training.Setup;
    private bool _isAtChanceReported;

    private bool IsPretrained => (settings.Weights ?? settings.Pretrained ?? settings.OwnWeights) is not null;

    private bool HasBatchNorm => _setup.Network.Nodes.Any(node => node is { Op: BatchNorm2d, IsTrainable: true });

    /// <summary>Reports what is known before the training.</summary>
    public void Begin()
    {
        var (train, network) = (_setup.Splits.Train, _setup.Network);
        Report(TrainingWarnings.FewImages(
            TrainableModel.NameOf(settings.Model!), network.ParameterCount, train.Count, train.Classes.Count, IsPretrained));
        Report(TrainingWarnings.SingleImages(train.Count, _setup.Options.BatchSize, HasBatchNorm));
    }

    /// <inheritdoc/>
    public void Report(JobEvent value)
    {
        progress?.Report(value);
        if (value is EpochEvent && training.Epochs.Count * (long)_setup.StepsPerEpoch >= MinSteps)
        {
            ReportChance();
        }
    }

    /// <summary>Reports what is known after the training.</summary>
    public void End()
    {
        ReportChance();
        Report(TrainingWarnings.UnsettledStatistics(training.Steps * _setup.Options.AccumulationSteps, HasBatchNorm, IsPretrained));
        if (training.Validation is { } validation)
        {
            Report(TrainingWarnings.OneClass(validation, _setup.Card.Classes));
        }
    }

    private void ReportChance()
    {
        double[] losses = [.. training.Epochs.Select(epoch => Math.Min(epoch.TrainLoss, epoch.ValLoss))];
        string? warning = TrainingWarnings.StayedAtChance(losses, _setup.Splits.Train.Classes.Count);
        if (warning is not null && !_isAtChanceReported)
        {
            _isAtChanceReported = true;
            Report(warning);
        }
    }

    private void Report(string? warning)
    {
        if (warning is not null)
        {
            progress.Notice($"warning: {warning}");
        }
    }
}
