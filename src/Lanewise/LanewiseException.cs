namespace Lanewise;

/// <summary>
/// The base class of all errors that the caller can correct: a shape that does not fit, a damaged file, an option out of range, a
/// loss that became NaN. The message is a single line: what happened, what was expected, and what to do.
/// </summary>
public class LanewiseException : Exception
{
    /// <summary>Creates the exception with a one-line message.</summary>
    public LanewiseException(string message) : base(message) { }

    /// <summary>Creates the exception with a one-line message and its cause.</summary>
    public LanewiseException(string message, Exception? inner) : base(message, inner) { }
}
