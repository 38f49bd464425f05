namespace Lanewise.Training;

/// <summary>Numbers that a user chooses.</summary>
internal static class Setting
{
    /// <summary>Refuses a number outside its range, or none at all.</summary>
    /// <exception cref="LanewiseException">It does not hold; the message says what was expected.</exception>
    public static void Require(bool holds, string what, double value, string expected)
    {
        if (!holds || !double.IsFinite(value))
        {
            throw new LanewiseException(FormattableString.Invariant($"{what} {value}: it must be {expected}."));
        }
    }
}
