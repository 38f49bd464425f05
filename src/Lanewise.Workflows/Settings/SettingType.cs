using System.Text.Json;

namespace Lanewise.Workflows;

/// <summary>How the values of settings are parsed, formatted, and stored as JSON.</summary>
/// <typeparam name="T">The type of the values.</typeparam>
/// <param name="ValueName">What the value is called in help; null for a switch.</param>
/// <param name="Parse">Parses a text; gets the name of the setting for the message.</param>
/// <param name="Format">Formats a value as a person writes it.</param>
/// <param name="Write">Writes a value as JSON.</param>
/// <param name="Read">Reads a value from JSON; throws <see cref="FormatException"/> or what <see cref="JsonElement"/> throws.</param>
internal sealed record SettingType<T>(
    string? ValueName, Func<string, string, T> Parse, Func<T, string> Format, Action<Utf8JsonWriter, T> Write, Func<JsonElement, T> Read)
{
    /// <summary>Gets the possible values, for completion; empty if they cannot be listed.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];
}
