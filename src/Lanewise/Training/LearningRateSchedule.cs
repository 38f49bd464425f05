namespace Lanewise;

/// <summary>
/// A learning-rate schedule: a function of the time t, in epochs since the start of training with the fraction of the current epoch, and
/// for <see cref="ReduceLROnPlateau"/> of the validation losses, so that a resumed run needs no state of the schedule. Unlike PyTorch's
/// schedulers, which step once an epoch or once a batch, it is evaluated before every step.
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
    public double RateAt(double rate, double t, int epochs) => RateAt(rate, t, epochs, []);

    /// <summary>Computes the learning rate at a time.</summary>
    /// <param name="rate">The full learning rate.</param>
    /// <param name="t">The epochs since the start of training, 0 ≤ t ≤ <paramref name="epochs"/>.</param>
    /// <param name="epochs">The number of epochs of the whole training.</param>
    /// <param name="valLosses">The validation losses of the completed epochs.</param>
    internal double RateAt(double rate, double t, int epochs, IReadOnlyList<double> valLosses)
    {
        if (t >= WarmupEpochs)
        {
            return Decay(rate, t, epochs, valLosses);
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

    /// <summary>Computes the learning rate after the warm-up, for a schedule that depends on what was reached.</summary>
    private protected virtual double Decay(double rate, double t, int epochs, IReadOnlyList<double> valLosses) => Decay(rate, t, epochs);

    // Compared as floats: an optimizer's learning rate of 0.01f is slightly less than 0.01.
    private protected static void RequireWithin(double rate, string option, string what, double value)
    {
        string range = FormattableString.Invariant($"at least 0 and at most the learning rate of {(float)rate}");
        OptionCheck.Require(value >= 0 && (float)value <= (float)rate, option, what, value, range);
    }
}
