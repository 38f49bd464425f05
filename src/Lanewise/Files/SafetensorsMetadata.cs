using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using Lanewise.IO;

namespace Lanewise.Files;

/// <summary>Changes the metadata of a safetensors file and leaves the tensors as they are, byte by byte.</summary>
internal static class SafetensorsMetadata
{
    private const string Key = "__metadata__";
    private const int Alignment = 8;

    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Sets a value, atomically.</summary>
    /// <param name="path">The file.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="FileAccessException">The file cannot be read or written.</exception>
    /// <exception cref="ModelFormatException">The file is not a valid safetensors file.</exception>
    public static void Set(string path, string key, string value)
    {
        byte[] content = InputFile.ReadBytes(path);
        using var stream = new MemoryStream(content, writable: false);
        var metadata = SafetensorsHeader.Read(stream, path).Metadata.ToDictionary(StringComparer.Ordinal);
        metadata[key] = value;
        // The header has been checked against the length of the content.
        int end = sizeof(ulong) + (int)BinaryPrimitives.ReadUInt64LittleEndian(content);
        byte[] header = WithMetadata(content.AsMemory(sizeof(ulong)..end), metadata), length = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        AtomicFile.Write(path, to =>
        {
            to.Write(length);
            to.Write(header);
            to.Write(content.AsSpan(end));
        });
    }

    /// <summary>Replaces the metadata of a header; the offsets of tensors count from its end, so they stay.</summary>
    private static byte[] WithMetadata(ReadOnlyMemory<byte> header, Dictionary<string, string> metadata)
    {
        using var document = JsonDocument.Parse(header);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Json))
        {
            json.WriteStartObject();
            json.WriteStartObject(Key);
            foreach (var (name, text) in metadata)
            {
                json.WriteString(name, text);
            }

            json.WriteEndObject();
            foreach (var tensor in document.RootElement.EnumerateObject().Where(property => property.Name != Key))
            {
                tensor.WriteTo(json);
            }

            json.WriteEndObject();
        }

        while (buffer.Length % Alignment != 0)
        {
            buffer.WriteByte((byte)' ');
        }

        return buffer.ToArray();
    }
}
