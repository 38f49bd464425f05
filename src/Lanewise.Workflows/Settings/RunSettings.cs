namespace Lanewise.Workflows;

/// <summary>The settings that training runs and studies share.</summary>
public abstract partial record RunSettings : SettingsBase
{
    /// <summary>Gets the defaults, which differ between kinds of runs.</summary>
    private protected abstract SharedDefaults Defaults { get; }

    /// <summary>Finds the first contradiction.</summary>
    /// <exception cref="SettingException">Two settings contradict each other.</exception>
    public virtual void Check()
    {
        var contradiction = OptimizationRules().FirstOrDefault(rule => rule.IsBroken);
        if (contradiction.Setting is { } setting)
        {
            throw new SettingException(FormattableString.Invariant(contradiction.Message), setting.Name);
        }
    }

    /// <summary>Creates the default of a row from those of the kind of run.</summary>
    private protected static Func<SettingsBase, T> ByDefault<T>(Func<RunSettings, T> defaultValue) => s => defaultValue((RunSettings)s);

    /// <summary>The defaults that differ between kinds of runs.</summary>
    private protected sealed record SharedDefaults
    {
        public int Epochs { get; init; } = 10;

        public int BatchSize { get; init; } = 64;

        /// <summary>Gets the optimizer that the learning rate and the weight decay are for.</summary>
        public OptimizerKind Optimizer { get; init; }

        public double LearningRate { get; init; } = 0.01;

        public double Momentum { get; init; } = 0.5;

        public double WeightDecay { get; init; }

        /// <summary>Gets the limit of the gradients' norm; null for none.</summary>
        public double? ClipGrad { get; init; }

        public ScheduleKind Schedule { get; init; }

        /// <summary>Gets the epochs of warm-up, of which there are at most a tenth of all.</summary>
        public double WarmupEpochs { get; init; }

        /// <summary>Gets when the learning rate is reduced, as shares of the epochs.</summary>
        public IReadOnlyList<double> MilestoneShares { get; init; } = [];

        public int? LimitTrain { get; init; }

        public int? LimitTest { get; init; }

        /// <summary>Gets the default learning rates of SGD, for help.</summary>
        public string LearningRateText { get; init; } = "0.01";

        /// <summary>Gets the default limits of the gradients, for help.</summary>
        public string ClipGradText { get; init; } = "no limit";
    }
}
