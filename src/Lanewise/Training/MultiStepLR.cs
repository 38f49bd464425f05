using Lanewise.Kernels;

namespace Lanewise;

/// <summary>
/// Step decay at given epochs, as torch.optim.lr_scheduler.MultiStepLR: lr · Gamma^n, with n the number of milestones reached (He et al.
/// 2015 divide by 10 twice).
/// </summary>
public sealed record MultiStepLR : LearningRateSchedule
{
    /// <summary>Creates the schedule.</summary>
    /// <param name="milestones">The epochs of the decays, positive and ascending.</param>
    /// <param name="gamma">The factor of each decay, 0 &lt; gamma ≤ 1.</param>
    public MultiStepLR(IReadOnlyList<double> milestones, double gamma = 0.1) => (Milestones, Gamma) = (milestones, gamma);

    /// <summary>The epochs of the decays, positive and ascending.</summary>
    public IReadOnlyList<double> Milestones { get; init; }

    /// <summary>The factor of each decay, 0 &lt; Gamma ≤ 1.</summary>
    public double Gamma { get; init; }

    internal override void Check(double rate, int epochs)
    {
        base.Check(rate, epochs);
        double earlier = 0;
        foreach (double milestone in Milestones)
        {
            string range = FormattableString.Invariant($"above {earlier}; name them in ascending order");
            OptionCheck.Require(milestone > earlier, nameof(Milestones), "milestone", milestone, range);
            earlier = milestone;
        }

        OptionCheck.Require(Gamma is > 0 and <= 1, nameof(Gamma), "gamma", Gamma, "above 0 and at most 1");
    }

    private protected override double Decay(double rate, double t, int epochs) =>
        rate * FixedMath.Power(Gamma, Milestones.Count(milestone => t >= milestone));
}
