using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Lanewise.Workflows;

/// <summary>Formats JSON documents.</summary>
internal static class JsonFormat
{
    // Non-ASCII class names stay readable; the output is never embedded in HTML.
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // The first bytes of U+061C and of U+200E to U+2069 in UTF-8.
    private static readonly SearchValues<byte> FirstOfControls = SearchValues.Create([0xD8, 0xE2]);

    /// <summary>Gets the options of compact documents.</summary>
    public static JsonWriterOptions CompactOptions => Compact;

    /// <summary>Formats a compact object that ends with a line feed.</summary>
    public static byte[] Format(Action<Utf8JsonWriter> properties) => Document(properties, Compact);

    /// <summary>Formats an object with indentation, for files.</summary>
    public static byte[] Indented(Action<Utf8JsonWriter> properties) =>
        Document(properties, Compact with { Indented = true, NewLine = "\n" });

    /// <summary>Writes an array of objects.</summary>
    public static void WriteObjects<T>(this Utf8JsonWriter json, string name, IEnumerable<T> items, Action<T> properties)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            properties(item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Writes an array of values.</summary>
    public static void WriteValues<T>(this Utf8JsonWriter json, string name, IEnumerable<T> items, Action<T> value)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            value(item);
        }

        json.WriteEndArray();
    }

    /// <summary>Writes an array element, null if the number is not finite.</summary>
    public static void WriteNumberValueOrNull(this Utf8JsonWriter json, double number)
    {
        if (double.IsFinite(number))
        {
            json.WriteNumberValue(number);
        }
        else
        {
            json.WriteNullValue();
        }
    }

    /// <summary>Writes a number under its current key and under the key used before 0.2, which stays until 1.0.</summary>
    public static void WriteRenamed(this Utf8JsonWriter json, string name, string oldName, double number)
    {
        json.WriteNumberOrNull(name, number);
        json.WriteNumberOrNull(oldName, number);
    }

    /// <inheritdoc cref="WriteRenamed(Utf8JsonWriter, string, string, double)"/>
    public static void WriteRenamed(this Utf8JsonWriter json, string name, string oldName, long number)
    {
        json.WriteNumber(name, number);
        json.WriteNumber(oldName, number);
    }

    /// <summary>Writes an array of integers.</summary>
    public static void WriteNumbers(this Utf8JsonWriter json, string name, IEnumerable<int> numbers)
    {
        json.WriteStartArray(name);
        foreach (int number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }

    /// <summary>Writes a number, null if it is not finite.</summary>
    public static void WriteNumberOrNull(this Utf8JsonWriter json, string name, double number)
    {
        if (double.IsFinite(number))
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    /// <summary>
    /// Escapes the controls of the writing direction in complete tokens of JSON. The encoder escapes all other characters that a terminal
    /// would obey; these can only be in texts.
    /// </summary>
    public static ReadOnlySpan<byte> Visible(ReadOnlySpan<byte> json)
    {
        int first = json.IndexOfAny(FirstOfControls);
        if (first < 0)
        {
            return json;
        }

        var visible = new ArrayBufferWriter<byte>(json.Length);
        for (; first >= 0; first = json.IndexOfAny(FirstOfControls))
        {
            visible.Write(json[..first]);
            json = json[first..];
            Rune.DecodeFromUtf8(json, out var rune, out int length);
            string text = rune.ToString(), escaped = VisibleText.Escape(text);
            visible.Write(ReferenceEquals(text, escaped) ? json[..length] : Encoding.ASCII.GetBytes(escaped));
            json = json[length..];
        }

        visible.Write(json);
        return visible.WrittenSpan;
    }

    private static byte[] Document(Action<Utf8JsonWriter> properties, JsonWriterOptions options)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, options))
        {
            json.WriteStartObject();
            properties(json);
            json.WriteEndObject();
        }

        buffer.WriteByte((byte)'\n');
        return [.. Visible(buffer.GetBuffer().AsSpan(0, (int)buffer.Length))];
    }
}
