using System.Globalization;
using System.Text.Json;
using Lanewise.IO;

namespace Lanewise.Workflows;

/// <summary>What the cache records about fetched weights, in <c>weights.json</c> beside the file.</summary>
/// <param name="Bytes">The length of the file.</param>
/// <param name="Sha256">Its SHA-256 in lower-case hex digits.</param>
/// <param name="Source">Where it was fetched from.</param>
/// <param name="License">The licence.</param>
/// <param name="Accepted">When the licence was accepted; null if the publisher does not ask for it.</param>
/// <param name="Fetched">When the file was fetched.</param>
internal sealed record PretrainedRecord(
    long Bytes, string Sha256, string Source, string License, DateTimeOffset? Accepted, DateTimeOffset Fetched)
{
    public const string FileName = "weights.json";

    /// <summary>Writes the file atomically.</summary>
    /// <exception cref="FileAccessException">The file cannot be written.</exception>
    public void Save(string folder, PretrainedEntry entry)
    {
        byte[] document = JsonFormat.Indented(json =>
        {
            json.WriteString("name", entry.Name);
            json.WriteString("file", entry.FileName);
            json.WriteNumber("bytes", Bytes);
            json.WriteString("sha256", Sha256);
            json.WriteString("source", Source);
            json.WriteString("origin", entry.Origin);
            json.WriteString("license", License);
            json.WriteString("license_accepted", Accepted is { } date ? Format(date) : null);
            json.WriteString("fetched", Format(Fetched));
        });
        AtomicFile.Write(Path.Combine(folder, FileName), stream => stream.Write(document));
    }

    /// <summary>Reads the file; null if there is none, or it is damaged: the weights are then verified whenever they are used.</summary>
    public static PretrainedRecord? Load(string folder)
    {
        string path = Path.Combine(folder, FileName);
        try
        {
            if (!File.Exists(path))
            {
                return null;
            }

            using var document = JsonDocument.Parse(InputFile.ReadBytes(path));
            var json = document.RootElement;
            return new(
                json.GetProperty("bytes").GetInt64(),
                json.GetProperty("sha256").GetString() ?? "",
                json.GetProperty("source").GetString() ?? "",
                json.GetProperty("license").GetString() ?? "",
                json.GetProperty("license_accepted").GetString() is { } accepted ? Parse(accepted) : null,
                Parse(json.GetProperty("fetched").GetString() ?? ""));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException
            or FileAccessException)
        {
            return null;
        }
    }

    private static string Format(DateTimeOffset date) => date.ToString("yyyy-MM-dd'T'HH:mm:ssK", CultureInfo.InvariantCulture);

    private static DateTimeOffset Parse(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
