namespace Lanewise;

/// <summary>
/// Something that the caller can mend: a shape that does not fit, a file that is not what it claims to be,
/// a loss that turned into NaN. The message is one line: what happened, what was expected, what to do.
/// </summary>
public class LanewiseException : Exception
{
    /// <summary>Creates the exception with its one-line message.</summary>
    public LanewiseException(string message) : base(message) { }

    /// <summary>Creates the exception with its one-line message and the exception that caused it.</summary>
    public LanewiseException(string message, Exception? inner) : base(message, inner) { }
}
