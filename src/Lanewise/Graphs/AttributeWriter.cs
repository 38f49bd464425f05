using System.Text.Json;

namespace Lanewise;

/// <summary>Writes the attributes of an op as the members of a JSON object, for a file that describes its network.</summary>
/// <param name="json">The writer, inside the object.</param>
internal sealed class AttributeWriter(Utf8JsonWriter json)
{
    public void Write(string name, int value) => json.WriteNumber(name, value);

    public void Write(string name, float value) => json.WriteNumber(name, value);

    public void Write(string name, double value) => json.WriteNumber(name, value);

    /// <summary>Writes a number that may be infinite; JSON has no infinite numbers, so that it is then a text.</summary>
    public void WriteNumberOrInfinity(string name, float value)
    {
        if (float.IsInfinity(value))
        {
            json.WriteString(name, value > 0 ? AttributeReader.Infinity : AttributeReader.NegativeInfinity);
        }
        else
        {
            Write(name, value);
        }
    }

    public void Write(string name, bool value) => json.WriteBoolean(name, value);

    public void Write(string name, Size2d value) => Write(name, value.Height, value.Width);

    public void Write(string name, Padding value) => Write(name, value.Top, value.Left, value.Bottom, value.Right);

    public void Write(string name, Shape value) => Write(name, value.Channels, value.Height, value.Width);

    /// <summary>Writes the distribution of initial values; nothing for PyTorch's default.</summary>
    public void Write(string name, Initializer? value)
    {
        if (value is not null)
        {
            json.WriteStartObject(name);
            value.Write(this);
            json.WriteEndObject();
        }
    }

    private void Write(string name, params ReadOnlySpan<int> values)
    {
        json.WriteStartArray(name);
        foreach (int value in values)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }
}
