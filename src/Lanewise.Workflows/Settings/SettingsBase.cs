using System.Collections.Immutable;

namespace Lanewise.Workflows;

/// <summary>
/// Values for the rows of a settings table. A property and its row stand side by side, so a new setting is added in one place; the
/// option, the key in <c>args.json</c> and configuration files, and the check on resume follow from the row.
/// </summary>
public abstract record SettingsBase
{
    private ImmutableDictionary<Setting, object?> _values = ImmutableDictionary<Setting, object?>.Empty;

    /// <summary>Gets the table, in the order of <c>args.json</c>.</summary>
    public abstract IReadOnlyList<Setting> Table { get; }

    /// <summary>Gets what the settings are for, in messages.</summary>
    internal virtual string Kind => "run";

    /// <summary>Gets the set of weights that answers for a run with these settings; null for what trains no model.</summary>
    internal virtual RunWeights? Answers => null;

    /// <summary>Returns whether a setting was given, not left to its default.</summary>
    /// <param name="setting">A row of <see cref="Table"/>.</param>
    public bool IsGiven(Setting setting) => _values.ContainsKey(setting);

    /// <summary>Gets the values of some rows, as far as they were given.</summary>
    /// <param name="rows">The rows.</param>
    public IEnumerable<SettingValue> Given(IEnumerable<Setting> rows) =>
        rows.Where(IsGiven).Select(row => new SettingValue(row, _values[row]));

    /// <summary>Gets a value if it was given.</summary>
    internal bool TryGet(Setting setting, out object? value) => _values.TryGetValue(setting, out value);

    /// <summary>Returns a copy with further values; the last of each setting counts.</summary>
    internal SettingsBase WithValues(IEnumerable<SettingValue> values) => this with
    {
        _values = _values.SetItems(values.Select(value => KeyValuePair.Create(value.Setting, value.Value))),
    };

    /// <summary>Returns a copy in which some rows are not given.</summary>
    internal SettingsBase WithoutValues(IEnumerable<Setting> rows) => this with { _values = _values.RemoveRange(rows) };

    /// <summary>
    /// Returns the settings with each given value checked and in its canonical form, for example with full paths: properties take any
    /// value.
    /// </summary>
    /// <exception cref="SettingException">A value is out of range.</exception>
    internal SettingsBase Checked() => WithValues(Given(Table).Select(value => value.Checked()));

    /// <summary>Gets a key of <c>args.json</c> that is missing in runs of versions which did not record every setting.</summary>
    internal virtual string LatestKey => "version";

    /// <summary>Returns the settings as a version that did not record every setting of its runs meant them.</summary>
    internal virtual SettingsBase AsRecorded() => this;

    /// <summary>Returns whether the default of a setting is not known yet.</summary>
    internal virtual bool IsOpen(Setting setting) => false;

    /// <summary>Gets the value of a row, given or default.</summary>
    private protected T Get<T>(Setting<T> setting) => setting.Of(this);

    /// <summary>Sets the value of a row.</summary>
    private protected void Set<T>(Setting<T> setting, T value) => _values = _values.SetItem(setting, value);

    /// <summary>Sets values; for <c>init</c> accessors of groups.</summary>
    private protected void Set(IEnumerable<SettingValue> values) => _values = WithValues(values)._values;

    /// <summary>Gets what happens to a setting when a run of this kind is resumed.</summary>
    private protected virtual ResumeRule RuleOf(Setting setting) => setting.OnResume;

    /// <summary>Combines the settings of a run to resume with given values, as far as the rows allow.</summary>
    /// <exception cref="SettingException">A value contradicts the run to resume.</exception>
    private protected SettingsBase Resumed(IReadOnlyList<SettingValue> given)
    {
        foreach (var value in given)
        {
            string name = value.Setting.Name;
            string? now = value.Setting.Format(value.Value), earlier = value.Setting.Format(value.Setting.ValueIn(this));
            if (RuleOf(value.Setting) == ResumeRule.NotAllowed)
            {
                throw new SettingException($"{{{name}}}: a resumed run has its own; omit {{{name}}}.", name);
            }

            if (RuleOf(value.Setting) == ResumeRule.Same && !string.Equals(now, earlier, StringComparison.Ordinal))
            {
                if (value.Value is bool isOn)
                {
                    string option = isOn ? name : "no-" + name;
                    throw new SettingException(
                        $"{{{option}}}: the run to resume was started without it; omit it or start a new run.", name);
                }

                throw new SettingException(
                    $"{{{name}}} {now}: the run to resume has {earlier ?? "none"}; omit the option or start a new run.", name);
            }
        }

        return WithValues(given.Where(value => RuleOf(value.Setting) == ResumeRule.MayChange));
    }
}

/// <summary>Methods that return settings with other values.</summary>
public static class SettingsValues
{
    /// <summary>Returns the settings with further values; the last of each setting counts.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="values">The values.</param>
    public static T With<T>(this T settings, IEnumerable<SettingValue> values)
        where T : SettingsBase => (T)settings.WithValues(values);
}
