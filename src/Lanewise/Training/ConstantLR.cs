namespace Lanewise;

/// <summary>A constant learning rate, after the warm-up if there is one.</summary>
public sealed record ConstantLR : LearningRateSchedule
{
    private protected override double Decay(double rate, double t, int epochs) => rate;
}
