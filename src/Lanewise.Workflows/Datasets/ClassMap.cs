using System.Text.Json;
using Lanewise.IO;

namespace Lanewise.Workflows;

/// <summary>Other names for the classes of a dataset: several classes may get the same one.</summary>
internal static class ClassMap
{
    /// <summary>Reads a file: a JSON object, or a line <c>name,other name</c> for each class.</summary>
    /// <exception cref="JobException">The file is malformed.</exception>
    /// <exception cref="FileAccessException">The file cannot be read.</exception>
    public static IReadOnlyDictionary<string, string> Read(string path)
    {
        string[] lines = InputFile.ReadLines(path);
        string text = string.Join('\n', lines).Trim().TrimStart('\uFEFF');
        try
        {
            var pairs = text.StartsWith('{') ? Json(text) : lines.Select((line, i) => Pair(line, i)).OfType<(string, string)>();
            var map = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var (name, other) in pairs)
            {
                if (!map.TryAdd(UnicodeForm.Compose(name), UnicodeForm.Compose(other)))
                {
                    throw new FormatException($"'{name}' is named twice");
                }
            }

            return map;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            throw new JobException(
                $"{{class-map}} {path}: {e.Message.ReplaceLineEndings(" ").TrimEnd('.')}; expected a JSON object, or a line "
                + "'folder,class' for each class.",
                e);
        }
    }

    /// <summary>Renames the classes of a dataset.</summary>
    public static DatasetParts Apply(DatasetParts parts, IReadOnlyDictionary<string, string> map) => parts with
    {
        Parts = [.. parts.Parts.Select(part => part with { Images = Apply(part.Images, map) })],
    };

    private static IImageDataset Apply(IImageDataset images, IReadOnlyDictionary<string, string> map)
    {
        string[] renamed = [.. images.Classes.Select(name => map.GetValueOrDefault(UnicodeForm.Compose(name), name))];
        string[] classes = [.. renamed.Distinct(StringComparer.Ordinal)];
        return images.Relabel(classes, [.. renamed.Select(name => Array.IndexOf(classes, name))]);
    }

    private static IEnumerable<(string, string)> Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        foreach (var property in document.RootElement.EnumerateObject())
        {
            yield return (property.Name, property.Value.GetString() ?? throw new FormatException($"'{property.Name}' has no name"));
        }
    }

    private static (string, string)? Pair(string line, int index)
    {
        int comma = line.AsSpan().IndexOfAny(',', '\t');
        return string.IsNullOrWhiteSpace(line) ? null
            : comma > 0 && line[(comma + 1)..].Trim() is { Length: > 0 } other ? (line[..comma].Trim(), other)
            : throw new FormatException($"line {index + 1} is '{line}'");
    }
}
