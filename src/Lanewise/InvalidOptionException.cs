namespace Lanewise;

/// <summary>An option is out of range.</summary>
public sealed class InvalidOptionException : LanewiseException
{
    /// <summary>Creates the exception with a one-line message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="option">The name of the option's property, for example <c>BatchSize</c>.</param>
    /// <param name="value">The invalid value.</param>
    /// <param name="inner">The cause.</param>
    public InvalidOptionException(string message, string option, object? value = null, Exception? inner = null) : base(message, inner) =>
        (Option, Value) = (option, value);

    /// <summary>The name of the option's property, for example <c>BatchSize</c>.</summary>
    public string Option { get; }

    /// <summary>The invalid value; null if it is missing or not a single value.</summary>
    public object? Value { get; }
}
