using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Unicode;

namespace Lanewise.Files;

/// <summary>
/// The header of a safetensors file, checked against the file's length before any memory is allocated for values: a valid header
/// describes data that exist, each byte exactly once.
/// </summary>
internal sealed class SafetensorsHeader
{
    public const string MetadataKey = "__metadata__";

    private const int MaxHeaderBytes = 100_000_000;
    private const int MaxDimensions = 64;

    private readonly string _file;
    private readonly List<Entry> _entries = [];
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);

    private SafetensorsHeader(string file) => _file = file;

    /// <summary>A tensor's index in the header, its type and shape, and its range of bytes in the data.</summary>
    public sealed record Entry(int Index, string Name, StoredType Type, int[] Dimensions, long Count, long Begin, long End);

    public IReadOnlyList<Entry> Entries => _entries;

    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>Reads the header and leaves the stream at the start of the data.</summary>
    public static SafetensorsHeader Read(Stream stream, string file)
    {
        var header = new SafetensorsHeader(file);
        byte[] json = header.ReadBytes(stream);
        try
        {
            header.Parse(json);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: an escaped lone surrogate, which no string can hold.
            string where = e is JsonException j ? $" (byte {8 + j.BytePositionInLine})" : "";
            throw header.Refuse($"its header is not well-formed JSON{where}", e);
        }
        header.CheckLayout(stream.Length - stream.Position);
        return header;
    }

    private byte[] ReadBytes(Stream stream)
    {
        long available = stream.Length - stream.Position;
        Span<byte> prefix = stackalloc byte[sizeof(ulong)];
        if (available < prefix.Length)
        {
            throw Refuse($"it has only {available} bytes; the minimum is 10");
        }
        stream.ReadExactly(prefix);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > (ulong)(available - prefix.Length))
        {
            throw Refuse($"its header claims {length:N0} bytes, but the file has only {available:N0}");
        }
        if (length is < 2 or > MaxHeaderBytes)
        {
            throw Refuse($"its header claims {length:N0} bytes; 2 to {MaxHeaderBytes:N0} are possible");
        }

        byte[] json = new byte[length];
        stream.ReadExactly(json);
        if (json[0] != (byte)'{')
        {
            throw Refuse("its header does not begin with {");
        }
        if (!Utf8.IsValid(json))
        {
            throw Refuse("its header is not valid UTF-8");
        }
        return json;
    }

    private void Parse(byte[] json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = reader.GetString()!;
            if (!names.Add(name))
            {
                throw Refuse($"the name \"{Excerpt.Of(name)}\" occurs twice");
            }
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw Refuse($"\"{Excerpt.Of(name)}\" is not described by an object");
            }
            if (string.Equals(name, MetadataKey, StringComparison.Ordinal))
            {
                ParseMetadata(ref reader);
            }
            else
            {
                ParseEntry(ref reader, name);
            }
        }
        // Anything but white space after the closing brace makes the reader throw.
        reader.Read();
    }

    private void ParseMetadata(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            reader.Read();
            if (reader.TokenType != JsonTokenType.String)
            {
                throw Refuse($"the metadata's \"{Excerpt.Of(key)}\" is not a string");
            }
            if (!_metadata.TryAdd(key, reader.GetString()!))
            {
                throw Refuse($"the metadata's \"{Excerpt.Of(key)}\" occurs twice");
            }
        }
    }

    private void ParseEntry(ref Utf8JsonReader reader, string name)
    {
        string? type = null;
        long[]? shape = null, offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string key = reader.GetString()!;
            reader.Read();
            switch (key)
            {
                case "dtype" when type is null && reader.TokenType == JsonTokenType.String:
                    type = reader.GetString();
                    break;
                case "shape" when shape is null:
                    shape = ParseNumbers(ref reader, name, key);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ParseNumbers(ref reader, name, key);
                    break;
                case "dtype" or "shape" or "data_offsets":
                    throw Refuse($"{Excerpt.Of(name)}: \"{key}\" is malformed or occurs twice");
                default:
                    reader.Skip();
                    break;
            }
        }
        _entries.Add(MakeEntry(name, type, shape, offsets));
    }

    private long[] ParseNumbers(ref Utf8JsonReader reader, string name, string key)
    {
        var numbers = new List<long>();
        bool isValid = reader.TokenType == JsonTokenType.StartArray;
        while (isValid && reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            isValid = reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long number) && number >= 0
                && numbers.Count < MaxDimensions;
            numbers.Add(isValid ? reader.GetInt64() : 0);
        }
        return isValid
            ? [.. numbers]
            : throw Refuse($"{Excerpt.Of(name)}: \"{key}\" is not a list of at most {MaxDimensions} non-negative integers");
    }

    private Entry MakeEntry(string name, string? type, long[]? shape, long[]? offsets)
    {
        if (type is null || shape is null || offsets is null)
        {
            throw Refuse($"{Excerpt.Of(name)} lacks its \"dtype\", \"shape\" or \"data_offsets\"");
        }
        if (StoredTypes.Parse(type) is not { } stored)
        {
            throw Refuse($"{Excerpt.Of(name)} has the dtype {Excerpt.Of(type)}; "
                + "F32, F64, F16, BF16, I8–I64, U8–U64 and BOOL are read; convert it first");
        }
        if (offsets.Length != 2 || offsets[0] > offsets[1])
        {
            throw Refuse($"{Excerpt.Of(name)}: \"data_offsets\" is not [begin, end]");
        }

        string text = string.Join('×', shape);
        long count = 1;
        foreach (long size in shape)
        {
            // Keeps the product below 2⁶²: both factors are below 2³¹ or rejected.
            if (size > Array.MaxLength || (count *= size) > Array.MaxLength)
            {
                throw Refuse($"{Excerpt.Of(name)}: its shape {text} is too large");
            }
        }
        long length = offsets[1] - offsets[0];
        if (count * stored.Bytes() != length)
        {
            throw Refuse($"{Excerpt.Of(name)}: its shape {text} in {type} needs {count * stored.Bytes():N0} bytes, but it has {length:N0}");
        }
        return new Entry(_entries.Count, name, stored, Array.ConvertAll(shape, size => (int)size), count, offsets[0], offsets[1]);
    }

    private void CheckLayout(long dataBytes)
    {
        long position = 0;
        foreach (var entry in _entries.OrderBy(e => e.Begin).ThenBy(e => e.End))
        {
            if (entry.End > dataBytes)
            {
                throw Refuse($"{Excerpt.Of(entry.Name)} ends at byte {entry.End:N0} of the data, which have only "
                    + $"{dataBytes:N0}: it is truncated");
            }
            if (entry.Begin != position)
            {
                string what = entry.Begin < position ? "overlaps the tensor before it" : "leaves a gap before it";
                throw Refuse($"{Excerpt.Of(entry.Name)} {what} (begins at byte {entry.Begin:N0} of the data, {position:N0} expected)");
            }
            position = entry.End;
        }
        if (position != dataBytes)
        {
            throw Refuse($"{dataBytes - position:N0} bytes follow its last tensor");
        }
    }

    private ModelFormatException Refuse(string what, Exception? inner = null) =>
        new($"{_file} is not a valid safetensors file: {what}. Download or save it again.", ModelFormatError.Damaged, _file, inner);
}
