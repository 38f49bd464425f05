namespace Lanewise.Workflows;

/// <summary>A job cannot start or go on. The message may name settings, in braces; see <see cref="SettingText"/>.</summary>
public class JobException : LanewiseException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="text">The one-line message, with the names of settings in braces.</param>
    /// <param name="inner">The cause.</param>
    public JobException(string text, Exception? inner = null) : base(SettingText.Plain(text), inner) => Text = text;

    /// <summary>Gets the message with the names of settings in braces.</summary>
    public string Text { get; }
}
