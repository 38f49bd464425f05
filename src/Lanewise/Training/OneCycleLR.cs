using Lanewise.Kernels;

namespace Lanewise;

/// <summary>
/// One cycle, as torch.optim.lr_scheduler.OneCycleLR with cosine annealing and without cycling the momentum (Smith and Topin 2017): from
/// lr / DivFactor up to lr in the first part of training, and down to lr / DivFactor / FinalDivFactor at its end.
/// </summary>
public sealed record OneCycleLR : LearningRateSchedule
{
    /// <summary>Creates the schedule.</summary>
    /// <param name="pctStart">The part of training in which the learning rate rises, above 0 and below 1.</param>
    /// <param name="divFactor">The full learning rate divided by the first one, at least 1.</param>
    /// <param name="finalDivFactor">The first learning rate divided by the last one, at least 1.</param>
    public OneCycleLR(double pctStart = 0.3, double divFactor = 25, double finalDivFactor = 1e4) =>
        (PctStart, DivFactor, FinalDivFactor) = (pctStart, divFactor, finalDivFactor);

    /// <summary>The part of training in which the learning rate rises, above 0 and below 1.</summary>
    public double PctStart { get; init; }

    /// <summary>The full learning rate divided by the first one, at least 1.</summary>
    public double DivFactor { get; init; }

    /// <summary>The first learning rate divided by the last one, at least 1.</summary>
    public double FinalDivFactor { get; init; }

    internal override void Check(double rate, int epochs)
    {
        base.Check(rate, epochs);
        OptionCheck.Require(
            WarmupEpochs == 0, nameof(WarmupEpochs), "warm-up epochs", WarmupEpochs, "0 with one cycle, which rises by itself");
        OptionCheck.Require(PctStart is > 0 and < 1, nameof(PctStart), "rising part", PctStart, "above 0 and below 1");
        OptionCheck.Require(DivFactor >= 1, nameof(DivFactor), "first divisor of the learning rate", DivFactor, "at least 1");
        OptionCheck.Require(
            FinalDivFactor >= 1, nameof(FinalDivFactor), "final divisor of the learning rate", FinalDivFactor, "at least 1");
    }

    private protected override double Decay(double rate, double t, int epochs)
    {
        double p = t / epochs, first = rate / DivFactor;
        return p <= PctStart
            ? Anneal(first, rate, p / PctStart)
            : Anneal(rate, first / FinalDivFactor, (p - PctStart) / (1 - PctStart));
    }

    private static double Anneal(double from, double to, double p) => to + (from - to) / 2 * (1 + FixedMath.Cos(Math.PI * p));
}
