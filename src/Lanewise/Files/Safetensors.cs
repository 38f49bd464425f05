using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using Lanewise.IO;

namespace Lanewise.Files;

/// <summary>
/// Reads and writes safetensors files: the length of a JSON header (u64), the header, then the values, all little-endian.
/// Nothing in such a file is ever executed. Source: the format description at huggingface/safetensors.
/// </summary>
public static class Safetensors
{
    private const int ChunkBytes = 1 << 16;

    // Keeps names with non-ASCII letters readable; the header never becomes part of HTML.
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads a file; values of every <see cref="StoredType"/> are converted to floats.</summary>
    /// <exception cref="FileAccessException">The file cannot be read.</exception>
    /// <exception cref="ModelFormatException">The file is not a valid safetensors file.</exception>
    public static WeightsFile Read(string path) => InputFile.Read(path, Read);

    /// <summary>Reads the metadata, and no tensor.</summary>
    /// <inheritdoc cref="Read(string)" path="/exception"/>
    internal static IReadOnlyDictionary<string, string> ReadMetadata(string path) =>
        InputFile.Read(path, (stream, name) => SafetensorsHeader.Read(stream, name).Metadata);

    /// <summary>Reads from the stream's position to its end.</summary>
    /// <param name="stream">A seekable stream.</param>
    /// <param name="name">The file's name in messages.</param>
    /// <exception cref="ModelFormatException">The content is not a valid safetensors file.</exception>
    /// <exception cref="ArgumentException">The stream cannot seek.</exception>
    public static WeightsFile Read(Stream stream, string name)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanSeek)
        {
            throw new ArgumentException("The stream must be able to seek.", nameof(stream));
        }

        var header = SafetensorsHeader.Read(stream, name);
        var tensors = new Tensor[header.Entries.Count];
        byte[] chunk = new byte[ChunkBytes];
        foreach (var entry in header.Entries.OrderBy(e => e.Begin).ThenBy(e => e.End))
        {
            // The header has been checked against the stream's length.
            var values = new float[entry.Count];
            ReadValues(stream, entry.Type, values, chunk);
            tensors[entry.Index] = new Tensor(entry.Name, entry.Dimensions, values);
        }
        var types = header.Entries.ToDictionary(e => e.Name, e => e.Type, StringComparer.Ordinal);
        return new WeightsFile(WeightsFormat.Safetensors, tensors, header.Metadata, types);
    }

    /// <summary>Writes tensors in order, atomically.</summary>
    /// <param name="path">The file to create or replace.</param>
    /// <param name="tensors">The tensors, with unique names.</param>
    /// <param name="metadata">The file's metadata, or null.</param>
    /// <param name="type">
    /// The floating-point type to store, rounded to nearest, ties to even. Default: F32. With a narrower type, scalars stay F32: batch
    /// norm's batch count has more digits than half precision.
    /// </param>
    /// <exception cref="FileAccessException">The file cannot be written.</exception>
    /// <exception cref="ModelFormatException">A value is too large for F16.</exception>
    /// <exception cref="ArgumentException">
    /// Two tensors share a name, values and shape do not match, or the type is an integer type.
    /// </exception>
    public static void Write(
        string path, IReadOnlyList<Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null, StoredType type = StoredType.F32)
    {
        byte[] header = Header(tensors, metadata, type);
        AtomicFile.Write(path, stream => Write(stream, header, tensors, type));
    }

    /// <summary>Writes tensors to a stream in order.</summary>
    /// <inheritdoc cref="Write(string, IReadOnlyList{Tensor}, IReadOnlyDictionary{string, string}, StoredType)" path="/exception"/>
    public static void Write(
        Stream stream,
        IReadOnlyList<Tensor> tensors,
        IReadOnlyDictionary<string, string>? metadata = null,
        StoredType type = StoredType.F32)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Write(stream, Header(tensors, metadata, type), tensors, type);
    }

    private static void ReadValues(Stream stream, StoredType type, Span<float> values, byte[] chunk)
    {
        int size = type.Bytes();
        while (values.Length > 0)
        {
            int count = Math.Min(values.Length, chunk.Length / size);
            var bytes = chunk.AsSpan(0, count * size);
            stream.ReadExactly(bytes);
            type.ToFloats(bytes, values[..count]);
            values = values[count..];
        }
    }

    private static void Write(Stream stream, byte[] header, IReadOnlyList<Tensor> tensors, StoredType type)
    {
        byte[] chunk = new byte[ChunkBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(chunk, (ulong)header.Length);
        stream.Write(chunk, 0, sizeof(ulong));
        stream.Write(header);
        foreach (var tensor in tensors)
        {
            var values = tensor.Values.AsSpan();
            var stored = TypeOf(tensor, type);
            while (values.Length > 0)
            {
                int count = Math.Min(values.Length, chunk.Length / stored.Bytes());
                var bytes = chunk.AsSpan(0, count * stored.Bytes());
                stored.FromFloats(values[..count], bytes);
                stream.Write(bytes);
                values = values[count..];
            }
        }
    }

    private static byte[] Header(IReadOnlyList<Tensor> tensors, IReadOnlyDictionary<string, string>? metadata, StoredType type)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        if (!type.IsFloatingPoint())
        {
            throw new ArgumentException($"{type} is an integer type; write F32, F64, F16 or BF16.", nameof(type));
        }
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Json))
        {
            writer.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                writer.WriteStartObject(SafetensorsHeader.MetadataKey);
                foreach (var (key, value) in metadata)
                {
                    writer.WriteString(key, value);
                }
                writer.WriteEndObject();
            }
            WriteEntries(writer, tensors, type);
            writer.WriteEndObject();
        }
        while (buffer.Length % sizeof(ulong) != 0)
        {
            buffer.WriteByte((byte)' ');
        }
        return buffer.ToArray();
    }

    private static void WriteEntries(Utf8JsonWriter writer, IReadOnlyList<Tensor> tensors, StoredType type)
    {
        var names = new HashSet<string>(StringComparer.Ordinal) { SafetensorsHeader.MetadataKey };
        long begin = 0;
        foreach (var tensor in tensors)
        {
            Check(tensor, names, type);
            var stored = TypeOf(tensor, type);
            long end = begin + stored.Bytes() * (long)tensor.Values.Length;
            writer.WriteStartObject(tensor.Name);
            writer.WriteString("dtype", stored.Name());
            writer.WriteStartArray("shape");
            foreach (int size in tensor.Dimensions)
            {
                writer.WriteNumberValue(size);
            }
            writer.WriteEndArray();
            writer.WriteStartArray("data_offsets");
            writer.WriteNumberValue(begin);
            writer.WriteNumberValue(end);
            writer.WriteEndArray();
            writer.WriteEndObject();
            begin = end;
        }
    }

    private static StoredType TypeOf(Tensor tensor, StoredType type) =>
        tensor.Dimensions.Length == 0 && type.Bytes() < sizeof(float) ? StoredType.F32 : type;

    private static void Check(Tensor tensor, HashSet<string> names, StoredType type)
    {
        if (!names.Add(tensor.Name))
        {
            throw new ArgumentException($"The name \"{tensor.Name}\" is taken; every tensor needs its own.", nameof(tensor));
        }
        if (tensor.Dimensions.Aggregate(1L, (product, size) => checked(product * size)) != tensor.Values.Length)
        {
            throw new ArgumentException(
                $"{tensor.Name} has {tensor.Values.Length} values, but its shape is {tensor.ShapeText}.", nameof(tensor));
        }
        if (TypeOf(tensor, type) == StoredType.F16 && tensor.Values.Any(value => float.IsFinite(value) && Half.IsInfinity((Half)value)))
        {
            throw new ModelFormatException(
                $"{Excerpt.Of(tensor.Name)} has values beyond F16's largest, 65504; write BF16 or F32.", ModelFormatError.Unsupported);
        }
    }
}
