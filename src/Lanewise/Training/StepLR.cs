using Lanewise.Kernels;

namespace Lanewise;

/// <summary>Step decay, as torch.optim.lr_scheduler.StepLR: lr · Gamma^⌊t / StepSize⌋.</summary>
public sealed record StepLR : LearningRateSchedule
{
    /// <summary>Creates the schedule.</summary>
    /// <param name="stepSize">The epochs between two decays, positive.</param>
    /// <param name="gamma">The factor of each decay, 0 &lt; gamma ≤ 1.</param>
    public StepLR(double stepSize = 30, double gamma = 0.1) => (StepSize, Gamma) = (stepSize, gamma);

    /// <summary>The epochs between two decays, positive.</summary>
    public double StepSize { get; init; }

    /// <summary>The factor of each decay, 0 &lt; Gamma ≤ 1.</summary>
    public double Gamma { get; init; }

    internal override void Check(double rate, int epochs)
    {
        base.Check(rate, epochs);
        OptionCheck.Require(StepSize > 0, nameof(StepSize), "step size", StepSize, "a positive number");
        OptionCheck.Require(Gamma is > 0 and <= 1, nameof(Gamma), "gamma", Gamma, "above 0 and at most 1");
    }

    private protected override double Decay(double rate, double t, int epochs) =>
        rate * FixedMath.Power(Gamma, (long)Math.Floor(t / StepSize));
}
