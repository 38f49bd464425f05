namespace Lanewise;

/// <summary>
/// Reduction on a plateau, as torch.optim.lr_scheduler.ReduceLROnPlateau: the learning rate is multiplied by Factor once the validation
/// loss has not fallen below its best for more than Patience epochs. It is a function of the validation losses of all completed epochs,
/// which the trainer's state keeps.
/// </summary>
public sealed record ReduceLROnPlateau : LearningRateSchedule
{
    // A smaller reduction is left out.
    private const double Eps = 1e-8;

    /// <summary>Creates the schedule.</summary>
    /// <param name="factor">The factor of each reduction, 0 &lt; factor &lt; 1.</param>
    /// <param name="patience">The number of epochs without a better loss that are waited for, not negative.</param>
    /// <param name="threshold">The part of the best loss by which a better one must be lower, 0 ≤ threshold &lt; 1.</param>
    /// <param name="minRate">The learning rate below which it is not reduced, at least 0 and at most the full one.</param>
    public ReduceLROnPlateau(double factor = 0.1, int patience = 10, double threshold = 1e-4, double minRate = 0) =>
        (Factor, Patience, Threshold, MinRate) = (factor, patience, threshold, minRate);

    /// <summary>The factor of each reduction, 0 &lt; Factor &lt; 1.</summary>
    public double Factor { get; init; }

    /// <summary>The number of epochs without a better loss that are waited for, not negative.</summary>
    public int Patience { get; init; }

    /// <summary>The part of the best loss by which a better one must be lower, 0 ≤ Threshold &lt; 1.</summary>
    public double Threshold { get; init; }

    /// <summary>The learning rate below which it is not reduced, at least 0 and at most the full one.</summary>
    public double MinRate { get; init; }

    internal override void Check(double rate, int epochs)
    {
        base.Check(rate, epochs);
        OptionCheck.Require(Factor is > 0 and < 1, nameof(Factor), "factor", Factor, "above 0 and below 1");
        OptionCheck.Require(Patience >= 0, nameof(Patience), "patience", Patience, "at least 0");
        OptionCheck.Require(Threshold is >= 0 and < 1, nameof(Threshold), "threshold", Threshold, "at least 0 and below 1");
        RequireWithin(rate, nameof(MinRate), "minimum learning rate", MinRate);
    }

    private protected override double Decay(double rate, double t, int epochs) => rate;

    private protected override double Decay(double rate, double t, int epochs, IReadOnlyList<double> valLosses)
    {
        double best = double.PositiveInfinity;
        int bad = 0;
        foreach (double loss in valLosses)
        {
            if (loss < best * (1 - Threshold))
            {
                (best, bad) = (loss, 0);
            }
            else if (++bad > Patience)
            {
                double reduced = Math.Max(rate * Factor, MinRate);
                (rate, bad) = (rate - reduced > Eps ? reduced : rate, 0);
            }
        }

        return rate;
    }
}
