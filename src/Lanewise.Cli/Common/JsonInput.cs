using System.Text.Json;

namespace Lanewise.Cli.Common;

/// <summary>Reads JSON properties that older versions did not write.</summary>
internal static class JsonInput
{
    /// <summary>Gets a property, or null if it is missing or null.</summary>
    public static JsonElement? GetPropertyOrNull(this JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>Reads <c>on_corrupt</c>; versions before 0.2 wrote it as <c>on_bad_picture</c>, the first version not at all.</summary>
    public static CorruptImagePolicy ReadOnCorrupt(this JsonElement json)
    {
        string? name = (json.GetPropertyOrNull("on_corrupt") ?? json.GetPropertyOrNull("on_bad_picture"))?.GetString();
        return name == EnumNames.Of(CorruptImagePolicy.Skip) ? CorruptImagePolicy.Skip : CorruptImagePolicy.Error;
    }

    /// <summary>Reads an integer from 1 to <paramref name="max"/>.</summary>
    /// <exception cref="FormatException">The value is outside that range.</exception>
    public static int ReadPositive(this JsonElement json, string name, int max) =>
        json.GetProperty(name).GetInt32() is var value && value >= 1 && value <= max
            ? value
            : throw new FormatException($"{name} is {value}");
}
