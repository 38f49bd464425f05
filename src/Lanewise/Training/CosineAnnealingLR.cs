using Lanewise.Kernels;

namespace Lanewise;

/// <summary>
/// Cosine decay, as torch.optim.lr_scheduler.CosineAnnealingLR, from the full learning rate at the end of the warm-up to EtaMin at the end
/// of training (Loshchilov and Hutter 2016): EtaMin + (lr − EtaMin) · (1 + cos πp) / 2, with p the completed fraction of that time.
/// </summary>
public sealed record CosineAnnealingLR : LearningRateSchedule
{
    /// <summary>Creates the schedule.</summary>
    /// <param name="etaMin">The learning rate at the end, at least 0 and at most the full one.</param>
    public CosineAnnealingLR(double etaMin = 0) => EtaMin = etaMin;

    /// <summary>The learning rate at the end, at least 0 and at most the full one.</summary>
    public double EtaMin { get; init; }

    internal override void Check(double rate, int epochs)
    {
        base.Check(rate, epochs);
        RequireWithin(rate, nameof(EtaMin), "minimum learning rate", EtaMin);
    }

    private protected override double Decay(double rate, double t, int epochs) =>
        EtaMin + (rate - EtaMin) * (1 + FixedMath.Cos(Math.PI * (t - WarmupEpochs) / (epochs - WarmupEpochs))) / 2;
}
