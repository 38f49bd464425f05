using System.Text.Json;

namespace Lanewise.Cli;

/// <summary>Reads what may be missing.</summary>
internal static class JsonInput
{
    /// <summary>The property of that name; null when it is not there or is null.</summary>
    public static JsonElement? Find(this JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
