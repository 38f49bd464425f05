namespace Lanewise;

/// <summary>
/// A learning-rate schedule: a function of the time t alone, in epochs since the start of training with the fraction of the current
/// epoch, so that a resumed run needs no state of the schedule.
/// </summary>
public abstract record LearningRateSchedule
{
    /// <summary>The default start of a warm-up, as a fraction of the full learning rate; see <see cref="WarmupRate"/>.</summary>
    public const double WarmupShare = 0.01;

    private protected LearningRateSchedule() { }

    /// <summary>
    /// The number of epochs, possibly fractional, over which the learning rate grows linearly to its full value. Default: 0, no
    /// warm-up.
    /// </summary>
    public double WarmupEpochs { get; init; }

    /// <summary>The learning rate at the start of the warm-up; null (default) for a hundredth of the full one.</summary>
    public double? WarmupRate { get; init; }

    /// <summary>Computes the learning rate at a time.</summary>
    /// <param name="rate">The full learning rate.</param>
    /// <param name="t">The epochs since the start of training, 0 ≤ t ≤ <paramref name="epochs"/>.</param>
    /// <param name="epochs">The number of epochs of the whole training.</param>
    public double RateAt(double rate, double t, int epochs)
    {
        if (t >= WarmupEpochs)
        {
            return Decay(rate, t, epochs);
        }

        double first = WarmupRate ?? rate * WarmupShare;
        return first + (rate - first) * t / WarmupEpochs;
    }

    /// <summary>Validates the options.</summary>
    /// <exception cref="InvalidOptionException">A value is out of range.</exception>
    internal virtual void Check(double rate, int epochs)
    {
        string range = $"at least 0 and fewer than the training's {epochs}";
        OptionCheck.Require(WarmupEpochs >= 0 && WarmupEpochs < epochs, nameof(WarmupEpochs), "warm-up epochs", WarmupEpochs, range);
        RequireWithin(rate, nameof(WarmupRate), "warm-up rate", WarmupRate ?? 0);
    }

    /// <summary>Computes the learning rate after the warm-up.</summary>
    private protected abstract double Decay(double rate, double t, int epochs);

    // Compared as floats: an optimizer's learning rate of 0.01f is slightly less than 0.01.
    private static void RequireWithin(double rate, string option, string what, double value)
    {
        string range = FormattableString.Invariant($"at least 0 and at most the learning rate of {(float)rate}");
        OptionCheck.Require(value >= 0 && (float)value <= (float)rate, option, what, value, range);
    }

    /// <summary>A constant learning rate.</summary>
    public sealed record Constant : LearningRateSchedule
    {
        private protected override double Decay(double rate, double t, int epochs) => rate;
    }

    /// <summary>Step decay: lr · Factor^⌊t / DecayEpochs⌋.</summary>
    /// <param name="DecayEpochs">The epochs between two decays, positive. Default: 30.</param>
    /// <param name="Factor">The factor of each decay, 0 &lt; Factor ≤ 1. Default: 0.1.</param>
    public sealed record Step(double DecayEpochs = 30, double Factor = 0.1) : LearningRateSchedule
    {
        internal override void Check(double rate, int epochs)
        {
            base.Check(rate, epochs);
            OptionCheck.Require(DecayEpochs > 0, nameof(DecayEpochs), "decay epochs", DecayEpochs, "a positive number");
            OptionCheck.Require(Factor is > 0 and <= 1, nameof(Factor), "decay rate", Factor, "above 0 and at most 1");
        }

        private protected override double Decay(double rate, double t, int epochs) => rate * Math.Pow(Factor, Math.Floor(t / DecayEpochs));
    }

    /// <summary>
    /// Step decay at given epochs: lr · Factor^n, with n the number of milestones reached (He et al. 2015 divide by 10 twice).
    /// </summary>
    /// <param name="At">The epochs of the milestones, positive and ascending.</param>
    /// <param name="Factor">The factor of each decay, 0 &lt; Factor ≤ 1. Default: 0.1.</param>
    public sealed record Milestones(IReadOnlyList<double> At, double Factor = 0.1) : LearningRateSchedule
    {
        internal override void Check(double rate, int epochs)
        {
            base.Check(rate, epochs);
            double earlier = 0;
            foreach (double milestone in At)
            {
                string range = FormattableString.Invariant($"above {earlier}; name them in ascending order");
                OptionCheck.Require(milestone > earlier, nameof(At), "milestone", milestone, range);
                earlier = milestone;
            }

            OptionCheck.Require(Factor is > 0 and <= 1, nameof(Factor), "decay rate", Factor, "above 0 and at most 1");
        }

        private protected override double Decay(double rate, double t, int epochs) =>
            rate * Math.Pow(Factor, At.Count(milestone => t >= milestone));
    }

    /// <summary>
    /// Cosine decay from the full learning rate, at the end of the warm-up, to MinRate, at the end of training (Loshchilov and Hutter
    /// 2016): MinRate + (lr − MinRate) · (1 + cos πp) / 2, with p the completed fraction of that time.
    /// </summary>
    /// <param name="MinRate">The learning rate at the end, 0 ≤ MinRate ≤ lr. Default: 0.</param>
    public sealed record Cosine(double MinRate = 0) : LearningRateSchedule
    {
        internal override void Check(double rate, int epochs)
        {
            base.Check(rate, epochs);
            RequireWithin(rate, nameof(MinRate), "minimum learning rate", MinRate);
        }

        private protected override double Decay(double rate, double t, int epochs) =>
            MinRate + (rate - MinRate) * (1 + Math.Cos(Math.PI * (t - WarmupEpochs) / (epochs - WarmupEpochs))) / 2;
    }
}
