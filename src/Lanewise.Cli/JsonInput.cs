using System.Text.Json;
using Lanewise.Data;

namespace Lanewise.Cli;

/// <summary>Reads what may be missing.</summary>
internal static class JsonInput
{
    /// <summary>The property of that name; null when it is not there or is null.</summary>
    public static JsonElement? Find(this JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>Reads <c>on_corrupt</c>; runs before 0.2 have it as <c>on_bad_picture</c>, those of the first version not at all.</summary>
    public static CorruptImagePolicy ReadOnCorrupt(this JsonElement json) =>
        (json.Find("on_corrupt") ?? json.Find("on_bad_picture"))?.GetString() == Word.Of(CorruptImagePolicy.Skip) ? CorruptImagePolicy.Skip : CorruptImagePolicy.Error;
}
