using System.Text.Json;

namespace Lanewise;

/// <summary>
/// Reads the attributes of an op that <see cref="AttributeWriter"/> wrote. Every value that is missing, of another type or absurd is a
/// <see cref="FormatException"/> that names the attribute.
/// </summary>
/// <param name="json">The JSON object.</param>
internal sealed class AttributeReader(JsonElement json)
{
    /// <summary>What stands for ∞.</summary>
    public const string Infinity = "Infinity";

    /// <summary>What stands for −∞.</summary>
    public const string NegativeInfinity = "-Infinity";

    // No layer of a network in use has more; sums and products of a few such numbers stay far below 2⁶³.
    private const int MaxNumber = 1 << 24;

    // Kernels, strides and paddings: memory holds a border of the padding around each channel.
    private const int MaxExtent = 1 << 12;

    public int Int(string name) => Int(name, Member(name), MaxNumber);

    public float Float(string name) => (float)Double(name);

    public double Double(string name) => Double(name, Member(name));

    /// <summary>Reads a number that may be missing.</summary>
    public double Double(string name, double missing) => json.TryGetProperty(name, out var value) ? Double(name, value) : missing;

    /// <summary>Reads a number, or the text that stands for an infinite one.</summary>
    public float FloatOrInfinity(string name)
    {
        var value = Member(name);
        return value.ValueKind != JsonValueKind.String ? (float)Double(name, value)
            : value.ValueEquals(Infinity) ? float.PositiveInfinity
            : value.ValueEquals(NegativeInfinity) ? float.NegativeInfinity
            : throw Invalid(name, $"a number, \"{Infinity}\" or \"{NegativeInfinity}\"");
    }

    public bool Bool(string name) => Member(name).ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Invalid(name, "true or false"),
    };

    public Size2d Size(string name) => Ints(name, 2, MaxExtent) is [var height, var width] ? new(height, width) : default;

    public Padding Padding(string name) =>
        Ints(name, 4, MaxExtent) is [var top, var left, var bottom, var right] ? new(top, left, bottom, right) : default;

    public Shape Shape(string name) =>
        Ints(name, 3, MaxNumber) is [var channels, var height, var width] ? new(channels, height, width) : default;

    /// <summary>Reads the distribution of initial values; null if there is none.</summary>
    public Initializer? Initializer(string name) => !json.TryGetProperty(name, out var value) ? null
        : value.ValueKind == JsonValueKind.Object ? Lanewise.Initializer.Read(new AttributeReader(value), name)
        : throw Invalid(name, "an object");

    /// <summary>Whether there is an attribute of a name.</summary>
    public bool Has(string name) => json.TryGetProperty(name, out _);

    /// <summary>Returns the exception for an attribute that is not what was expected.</summary>
    public static FormatException Invalid(string name, string expected) => new($"'{name}' is not {expected}");

    private static int Int(string name, JsonElement value, int max) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number >= 0 && number <= max
            ? number
            : throw Invalid(name, FormattableString.Invariant($"a whole number from 0 to {max}"));

    private static double Double(string name, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && float.IsFinite((float)number)
            ? number
            : throw Invalid(name, "a finite number");

    private int[] Ints(string name, int count, int max)
    {
        var array = Member(name);
        return array.ValueKind == JsonValueKind.Array && array.GetArrayLength() == count
            ? [.. array.EnumerateArray().Select(value => Int(name, value, max))]
            : throw Invalid(name, $"an array of {count} numbers");
    }

    private JsonElement Member(string name) =>
        json.TryGetProperty(name, out var value) ? value : throw new FormatException($"'{name}' is missing");
}
