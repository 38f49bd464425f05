using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Lanewise.Files;

/// <summary>The values of a model card as text: JSON in the metadata of a file.</summary>
/// <param name="metadata">The file's metadata.</param>
/// <param name="file">The file's name in messages.</param>
internal sealed class CardValues(IReadOnlyDictionary<string, string> metadata, string file)
{
    /// <summary>The beginning of the keys.</summary>
    public const string Prefix = "lanewise.";

    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads an element of an array.</summary>
    public delegate T Element<T>(ref Utf8JsonReader reader);

    /// <summary>The file's name in messages.</summary>
    public string File => file;

    /// <summary>Writes a JSON value.</summary>
    public static string Write(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Json))
        {
            write(writer);
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <summary>Writes a JSON array.</summary>
    public static string WriteArray<T>(IEnumerable<T> values, Action<Utf8JsonWriter, T> write) => Write(writer =>
    {
        writer.WriteStartArray();
        foreach (var value in values)
        {
            write(writer, value);
        }

        writer.WriteEndArray();
    });

    /// <summary>Returns the text of a key; null if it is missing.</summary>
    public string? Find(string key) => metadata.GetValueOrDefault(Prefix + key);

    /// <summary>Returns the text of a key.</summary>
    /// <exception cref="ModelFormatException">It is missing or empty.</exception>
    public string Text(string key) => Find(key) is { Length: > 0 } text ? text : throw Refuse(key, "is missing");

    /// <summary>Reads a number; 1 if it is missing.</summary>
    /// <exception cref="ModelFormatException">It is out of range.</exception>
    public float Fraction(string key, float min)
    {
        float value = 1;
        return Find(key) is not { } text
            || (float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && value >= min && value <= 1)
                ? value
                : throw Refuse(key, string.Create(CultureInfo.InvariantCulture, $"is not a number from {min} to 1"));
    }

    /// <summary>Reads a JSON array.</summary>
    /// <exception cref="ModelFormatException">It is missing, or has other elements.</exception>
    public T[] Array<T>(string key, Element<T> read)
    {
        string text = Text(key);
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
            var values = new List<T>();
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            {
                throw new FormatException();
            }

            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                values.Add(read(ref reader));
            }

            reader.Read();
            return [.. values];
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            throw Refuse(key, "is not a JSON array of the expected type", e);
        }
    }

    /// <summary>Reads a JSON object.</summary>
    /// <exception cref="ModelFormatException">It is missing, no object, or <paramref name="read"/> refuses it.</exception>
    public T Object<T>(string key, Func<AttributeReader, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(Text(key));
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? read(new AttributeReader(document.RootElement))
                : throw new FormatException();
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOptionException)
        {
            throw Refuse(key, "is malformed", e);
        }
    }

    /// <summary>Returns the exception for a value that is not what was expected.</summary>
    public ModelFormatException Refuse(string key, string what, Exception? inner = null) => new(
        $"{file}: the metadata's {Prefix}{key} {what}. Save the model again, or remove the {Prefix}* metadata.",
        ModelFormatError.Damaged, file, inner);
}
