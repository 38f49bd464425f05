namespace Lanewise.Training;

/// <summary>
/// How the learning rate changes while training goes on: a function of the time t alone, counted in epochs from the start of
/// training with the fraction of the epoch under way, so that a resumed run needs no memory of it.
/// </summary>
public abstract record LearningRateSchedule
{
    /// <summary>The share of the rate at which a warm-up begins, unless <see cref="WarmupRate"/> says otherwise.</summary>
    public const double WarmupShare = 0.01;

    private protected LearningRateSchedule() { }

    /// <summary>Epochs, or a fraction of one, in which the rate grows linearly to its full value; 0 for none.</summary>
    public double WarmupEpochs { get; init; }

    /// <summary>The rate at which the warm-up begins; null for a hundredth of the full one.</summary>
    public double? WarmupRate { get; init; }

    /// <summary>The learning rate at a time.</summary>
    /// <param name="rate">The full rate.</param>
    /// <param name="t">Epochs since the start of training, 0 ≤ t ≤ <paramref name="epochs"/>.</param>
    /// <param name="epochs">Epochs of the whole training.</param>
    public double RateAt(double rate, double t, int epochs)
    {
        if (t >= WarmupEpochs)
        {
            return Decay(rate, t, epochs);
        }

        double first = WarmupRate ?? rate * WarmupShare;
        return first + (rate - first) * t / WarmupEpochs;
    }

    /// <summary>Refuses values outside their range.</summary>
    /// <exception cref="LanewiseException">A value is out of range; the message says which.</exception>
    internal virtual void Check(double rate, int epochs)
    {
        Setting.Require(WarmupEpochs >= 0 && WarmupEpochs < epochs, "warm-up epochs", WarmupEpochs, $"at least 0 and fewer than the training's {epochs}");
        RequireWithin(rate, "warm-up rate", WarmupRate ?? 0);
    }

    /// <summary>The rate after the warm-up.</summary>
    private protected abstract double Decay(double rate, double t, int epochs);

    // As floats: an optimizer's rate of 0.01 is one, and a little less than 0.01.
    private static void RequireWithin(double rate, string what, double value) =>
        Setting.Require(value >= 0 && (float)value <= (float)rate, what, value, FormattableString.Invariant($"at least 0 and at most the learning rate of {(float)rate}"));

    /// <summary>The full rate throughout.</summary>
    public sealed record Constant : LearningRateSchedule
    {
        private protected override double Decay(double rate, double t, int epochs) => rate;
    }

    /// <summary>rate · Factor^⌊t / DecayEpochs⌋, counted from the start of training.</summary>
    /// <param name="DecayEpochs">Epochs between two steps down, positive.</param>
    /// <param name="Factor">What each step down leaves of the rate, 0 &lt; Factor ≤ 1.</param>
    public sealed record Step(double DecayEpochs = 30, double Factor = 0.1) : LearningRateSchedule
    {
        internal override void Check(double rate, int epochs)
        {
            base.Check(rate, epochs);
            Setting.Require(DecayEpochs > 0, "decay epochs", DecayEpochs, "a positive number");
            Setting.Require(Factor is > 0 and <= 1, "decay rate", Factor, "above 0 and at most 1");
        }

        private protected override double Decay(double rate, double t, int epochs) => rate * Math.Pow(Factor, Math.Floor(t / DecayEpochs));
    }

    /// <summary>rate · Factor^n, n the milestones that t has reached (He et al. 2015 divide by 10 twice).</summary>
    /// <param name="At">Epochs from the start of training, positive and ascending.</param>
    /// <param name="Factor">What each step down leaves of the rate, 0 &lt; Factor ≤ 1.</param>
    public sealed record Milestones(IReadOnlyList<double> At, double Factor = 0.1) : LearningRateSchedule
    {
        internal override void Check(double rate, int epochs)
        {
            base.Check(rate, epochs);
            double earlier = 0;
            foreach (double milestone in At)
            {
                Setting.Require(milestone > earlier, "milestone", milestone, FormattableString.Invariant($"above {earlier}; name them in ascending order"));
                earlier = milestone;
            }

            Setting.Require(Factor is > 0 and <= 1, "decay rate", Factor, "above 0 and at most 1");
        }

        private protected override double Decay(double rate, double t, int epochs) => rate * Math.Pow(Factor, At.Count(milestone => t >= milestone));
    }

    /// <summary>
    /// Half a cosine from the full rate, at the end of the warm-up, down to the least one, at the end of training
    /// (Loshchilov and Hutter 2016): MinRate + (rate − MinRate) · (1 + cos πp) / 2, p the share done of that time.
    /// </summary>
    /// <param name="MinRate">The rate at the end, 0 ≤ MinRate ≤ rate.</param>
    public sealed record Cosine(double MinRate = 0) : LearningRateSchedule
    {
        internal override void Check(double rate, int epochs)
        {
            base.Check(rate, epochs);
            RequireWithin(rate, "least rate", MinRate);
        }

        private protected override double Decay(double rate, double t, int epochs) =>
            MinRate + (rate - MinRate) * (1 + Math.Cos(Math.PI * (t - WarmupEpochs) / (epochs - WarmupEpochs))) / 2;
    }
}
