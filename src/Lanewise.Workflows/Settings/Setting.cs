using System.Text.Json;

namespace Lanewise.Workflows;

/// <summary>What happens to a setting when a run is resumed.</summary>
public enum ResumeRule
{
    /// <summary>It must have the value of the run, or be left out.</summary>
    Same,

    /// <summary>It may be changed.</summary>
    MayChange,

    /// <summary>It cannot be given.</summary>
    NotAllowed,
}

/// <summary>
/// A row of a settings table: it describes one setting for everything that deals with it: the option on the command line and its help,
/// the key in <c>args.json</c> and in configuration files, and the check when a run is resumed.
/// </summary>
public abstract class Setting
{
    private protected Setting(string name, string help) => (Name, Help) = (name, help);

    /// <summary>Gets the name in kebab case, for example <c>batch-size</c>.</summary>
    public string Name { get; }

    /// <summary>Gets the key in JSON, for example <c>batch_size</c>.</summary>
    public string JsonKey => Name.Replace('-', '_');

    /// <summary>Gets the help text, with the names of other settings in braces; see <see cref="SettingText"/>.</summary>
    public string Help { get; }

    /// <summary>Gets the rule on resume. Default: <see cref="ResumeRule.Same"/>.</summary>
    public ResumeRule OnResume { get; init; }

    /// <summary>Gets a short second name, for example <c>b</c>; null for none.</summary>
    public char? ShortName { get; init; }

    /// <summary>Gets the value that the name alone stands for; null if a value must be given.</summary>
    public string? ValueIfOmitted { get; init; }

    /// <summary>Gets what the value is called in help, for example <c>N</c>; null for a switch.</summary>
    public abstract string? ValueName { get; }

    /// <summary>Gets the possible values, for completion; empty if they cannot be listed.</summary>
    public abstract IReadOnlyList<string> Choices { get; }

    /// <summary>Gets the values that a switch offers: true, false or both; empty for other settings.</summary>
    public IReadOnlyList<bool> Switches { get; init; } = [];

    /// <summary>Gets help for the switch that means false, if there are two.</summary>
    public string? HelpForFalse { get; init; }

    /// <summary>Gets the default for help, in words; null if there is nothing to say.</summary>
    /// <param name="settings">Settings without values, whose defaults are described.</param>
    public abstract string? DefaultText(SettingsBase settings);

    /// <summary>Parses a value.</summary>
    /// <param name="text">The value as a person writes it.</param>
    /// <exception cref="SettingException">It is not a value of this setting.</exception>
    public abstract SettingValue Parse(string text);

    /// <summary>Reads a value from JSON; null if it is null.</summary>
    /// <exception cref="FormatException">It is not a value of this setting.</exception>
    internal abstract SettingValue? Read(JsonElement json);

    /// <summary>Writes the value as a JSON property; null where it is not known yet.</summary>
    internal abstract void Write(Utf8JsonWriter json, SettingsBase settings);

    /// <summary>Formats a value as a person writes it; null for none.</summary>
    internal abstract string? Format(object? value);

    /// <summary>Gets the value, given or default.</summary>
    internal abstract object? ValueIn(SettingsBase settings);
}

/// <summary>A setting with a value.</summary>
/// <param name="setting">The setting.</param>
/// <param name="value">The value.</param>
public sealed class SettingValue(Setting setting, object? value)
{
    /// <summary>Gets the setting.</summary>
    public Setting Setting => setting;

    /// <summary>Gets the value.</summary>
    public object? Value => value;

    /// <summary>Returns whether settings have this value, given or by default.</summary>
    internal bool IsIn(SettingsBase settings) =>
        string.Equals(setting.Format(value), setting.Format(setting.ValueIn(settings)), StringComparison.Ordinal);

    /// <summary>Returns the value as a person's text would give it.</summary>
    /// <exception cref="SettingException">The value is out of range.</exception>
    internal SettingValue Checked() => setting.Format(value) is { } text ? setting.Parse(text) : this;

    /// <summary>Formats the value as a person writes it.</summary>
    public override string ToString() => setting.Format(value) ?? "none";
}

/// <summary>A setting of a type.</summary>
/// <typeparam name="T">The type of its values.</typeparam>
public sealed class Setting<T> : Setting
{
    private readonly SettingType<T> _type;
    private readonly Func<SettingsBase, T> _default;
    private readonly Func<SettingsBase, string?>? _defaultText;

    internal Setting(
        string name, SettingType<T> type, Func<SettingsBase, T> defaultValue, string help, Func<SettingsBase, string?>? defaultText = null)
        : base(name, help) => (_type, _default, _defaultText) = (type, defaultValue, defaultText);

    /// <inheritdoc/>
    public override string? ValueName => _type.ValueName;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Choices => _type.Choices;

    /// <inheritdoc/>
    public override string? DefaultText(SettingsBase settings) => _defaultText is null
        ? _default(settings) is { } value && Switches.Count == 0 ? _type.Format(value) : null
        : _defaultText(settings);

    /// <inheritdoc/>
    public override SettingValue Parse(string text) => string.IsNullOrWhiteSpace(text)
        ? throw new SettingException($"{{{Name}}}: the value is empty.", Name)
        : new(this, _type.Parse(Name, text));

    /// <summary>Gets the value, given or default.</summary>
    internal T Of(SettingsBase settings) => settings.TryGet(this, out object? value) ? (T)value! : _default(settings);

    /// <inheritdoc/>
    internal override SettingValue? Read(JsonElement json) =>
        json.ValueKind == JsonValueKind.Null ? null : new SettingValue(this, _type.Read(json));

    /// <inheritdoc/>
    internal override void Write(Utf8JsonWriter json, SettingsBase settings)
    {
        json.WritePropertyName(JsonKey);
        if (!settings.IsOpen(this) && Of(settings) is { } value)
        {
            _type.Write(json, value);
        }
        else
        {
            json.WriteNullValue();
        }
    }

    /// <inheritdoc/>
    internal override string? Format(object? value) =>
        value is T typed && _type.Format(typed) is { Length: > 0 } text ? text : null;

    /// <inheritdoc/>
    internal override object? ValueIn(SettingsBase settings) => Of(settings);
}
