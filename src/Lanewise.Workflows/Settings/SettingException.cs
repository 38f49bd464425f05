namespace Lanewise.Workflows;

/// <summary>A setting has an invalid value, contradicts another one, or differs from the run to resume.</summary>
/// <param name="text">The one-line message, with the names of settings in braces; see <see cref="SettingText"/>.</param>
/// <param name="setting">The name of the setting.</param>
/// <param name="inner">The cause.</param>
public sealed class SettingException(string text, string setting, Exception? inner = null) : JobException(text, inner)
{
    /// <summary>Gets the name of the setting, for example <c>batch-size</c>.</summary>
    public string Setting => setting;
}
