using System.Text.Json;
using Lanewise.IO;

namespace Lanewise.Workflows;

/// <summary>Reads settings from JSON: the <c>args.json</c> of a run, or a configuration file with some of its keys.</summary>
public static class SettingsFile
{
    private const int MaxLength = 1_000_000;

    /// <summary>Reads a configuration file, for example the <c>args.json</c> of another run.</summary>
    /// <param name="path">The file, a JSON object with keys of settings.</param>
    /// <param name="table">The settings that it may contain.</param>
    /// <returns>The values, without those that are null.</returns>
    /// <exception cref="FileAccessException">The file cannot be read.</exception>
    /// <exception cref="SettingException">The file is no JSON object, or has an unknown key or an invalid value.</exception>
    public static IReadOnlyList<SettingValue> Load(string path, IReadOnlyList<Setting> table)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MaxLength })
            {
                throw new SettingException($"{path} is longer than {MaxLength:N0} bytes; expected a file of settings.", "config");
            }

            using var document = JsonDocument.Parse(InputFile.ReadBytes(path));
            return Read(document.RootElement, table, path, isRun: false);
        }
        catch (JsonException e)
        {
            throw new SettingException($"{path}: not a JSON object ({e.Message.ReplaceLineEndings(" ").TrimEnd('.')}).", "config", e);
        }
    }

    /// <summary>Reads the values of a JSON object.</summary>
    /// <param name="json">The object.</param>
    /// <param name="table">The settings that it may contain.</param>
    /// <param name="path">The file, for messages.</param>
    /// <param name="isRun">Whether a run wrote it; unknown keys, of a newer version, are then ignored.</param>
    internal static IReadOnlyList<SettingValue> Read(JsonElement json, IReadOnlyList<Setting> table, string path, bool isRun)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw new SettingException($"{path}: expected a JSON object of settings.", "config");
        }

        var values = new List<SettingValue>();
        foreach (var property in json.EnumerateObject())
        {
            var (name, element) = (Renamed(property.Name), property.Value);
            var setting = table.FirstOrDefault(row => row.JsonKey == name);
            if (setting is null)
            {
                if (!isRun && !RunFacts.Keys.Contains(name))
                {
                    throw new SettingException(
                        $"{path}: there is no setting '{Excerpt.Of(name)}'{NearestName.Question(name, table.Select(row => row.JsonKey))}",
                        "config");
                }

                continue;
            }

            if (ReadValue(setting, element, path, isRun) is { } value)
            {
                values.Add(value);
            }
        }

        return values;
    }

    private static SettingValue? ReadValue(Setting setting, JsonElement element, string path, bool isRun)
    {
        try
        {
            bool isOldName = element.ValueKind == JsonValueKind.String && setting.Name == "on-corrupt" && element.ValueEquals("refuse");
            var value = isOldName ? setting.Parse("error") : setting.Read(element);
            return isRun ? value : value?.Checked();
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException or LanewiseException)
        {
            throw new SettingException($"{path}: {setting.JsonKey} is invalid ({e.Message.TrimEnd('.')}).", "config", e);
        }
    }

    // Versions before 0.2.
    private static string Renamed(string key) => key == "on_bad_picture" ? "on_corrupt" : key;
}
