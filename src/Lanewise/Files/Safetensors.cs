using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using Lanewise.Graphs;

namespace Lanewise.Files;

/// <summary>
/// Reads and writes safetensors files: the length of a JSON header (u64), the header, then the values, all little-endian.
/// Nothing in such a file is ever executed. Source: the format's description at huggingface/safetensors.
/// </summary>
public static class Safetensors
{
    private const int ChunkBytes = 1 << 16;

    // Names with letters beyond ASCII stay readable in the header; no HTML is near.
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads a file; values of every <see cref="StoredType"/> become floats.</summary>
    /// <exception cref="LanewiseException">The file cannot be read, or is not a whole and well-formed safetensors file.</exception>
    public static WeightsFile Read(string path) => ReadFailure.Open(path, Read);

    /// <summary>Reads from the stream's position to its end.</summary>
    /// <param name="stream">A stream that knows its length.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="LanewiseException">The content is not a whole and well-formed safetensors file.</exception>
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
            // The header's checks have shown that the stream holds this many values.
            var values = new float[entry.Count];
            ReadValues(stream, entry.Type, values, chunk);
            tensors[entry.Index] = new Tensor(entry.Name, entry.Dimensions, values);
        }
        var types = header.Entries.ToDictionary(e => e.Name, e => e.Type, StringComparer.Ordinal);
        return new WeightsFile(WeightsFormat.Safetensors, tensors, header.Metadata, types);
    }

    /// <summary>Writes tensors in their order, whole or not at all (<see cref="AtomicFile"/>).</summary>
    /// <param name="path">The file to make or replace.</param>
    /// <param name="tensors">Tensors of different names.</param>
    /// <param name="metadata">The file's own words about itself, or null.</param>
    /// <param name="type">
    /// A floating-point type; narrower ones than F32 get the nearest value, of two equally near ones the even one. Scalars stay F32
    /// then: batch norm's count of batches has more digits than half precision.
    /// </param>
    /// <exception cref="LanewiseException">The file cannot be written, or a value is too large for F16.</exception>
    /// <exception cref="ArgumentException">Two tensors share a name, one's values do not fill its shape, or the type is one of integers.</exception>
    public static void Write(string path, IReadOnlyList<Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null, StoredType type = StoredType.F32)
    {
        byte[] header = Header(tensors, metadata, type);
        AtomicFile.Write(path, stream => Write(stream, header, tensors, type));
    }

    /// <summary>Writes tensors to a stream, in their order.</summary>
    /// <inheritdoc cref="Write(string, IReadOnlyList{Tensor}, IReadOnlyDictionary{string, string}, StoredType)" path="/exception"/>
    public static void Write(Stream stream, IReadOnlyList<Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null, StoredType type = StoredType.F32)
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
            throw new ArgumentException($"{type} holds whole numbers, and weights are none; write F32, F64, F16 or BF16.", nameof(type));
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
            throw new LanewiseException($"{Excerpt.Of(tensor.Name)} has values beyond F16's largest, 65504; write BF16 or F32.");
        }
    }
}
