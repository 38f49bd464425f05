namespace Lanewise;

/// <summary>Validates numeric options.</summary>
internal static class OptionCheck
{
    /// <summary>Throws unless the value is finite and in range.</summary>
    /// <param name="isValid">Whether the value is in range.</param>
    /// <param name="option">The property's name.</param>
    /// <param name="what">The option's name in the message.</param>
    /// <param name="value">The value.</param>
    /// <param name="expected">The range, for the message.</param>
    /// <exception cref="InvalidOptionException">The value is not finite or out of range.</exception>
    public static void Require(bool isValid, string option, string what, double value, string expected)
    {
        if (!isValid || !double.IsFinite(value))
        {
            throw new InvalidOptionException(FormattableString.Invariant($"{what} {value}: it must be {expected}."), option, value);
        }
    }
}
