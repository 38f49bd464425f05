using System.Globalization;
using System.Text.Json;

namespace Lanewise.Workflows;

/// <summary>The types of settings.</summary>
internal static class SettingTypes
{
    /// <summary>Gets the type of switches.</summary>
    public static SettingType<bool> Switch { get; } = new(
        null, (_, text) => bool.Parse(text), value => value ? "true" : "false",
        (json, value) => json.WriteBooleanValue(value), json => json.GetBoolean());

    /// <summary>Gets the type of switches that may be left open.</summary>
    public static SettingType<bool?> OptionalSwitch { get; } = new(
        null, (_, text) => bool.Parse(text), value => value is true ? "true" : "false",
        (json, value) => json.WriteBooleanValue(value is true), json => json.GetBoolean());

    /// <summary>Creates the type of integers within a range.</summary>
    public static SettingType<int> Whole(int min, int max) => new(
        "N", (name, text) => ParseWhole(name, text, min, max), value => Invariant(value), (json, value) => json.WriteNumberValue(value),
        json => Within(json.GetInt32(), min, max));

    /// <summary>Creates the type of integers from 1, which may be left open.</summary>
    public static SettingType<int?> Limit(int max = int.MaxValue) => new(
        "N", (name, text) => ParseWhole(name, text, 1, max), value => Invariant(value ?? 0),
        (json, value) => json.WriteNumberValue(value ?? 0), json => Within(Single(json).GetInt32(), 1, max));

    /// <summary>Creates the type of sizes of images, which may be left open. Where both sides agree, JSON holds one number.</summary>
    public static SettingType<Size2d?> ImageSize(int max) => new(
        SizeText.ValueName,
        (name, text) => SizeText.Parse(text, max)
            ?? throw new SettingException($"{{{name}}} {text}: expected a whole number from 1 to {max}, or HEIGHTxWIDTH.", name),
        size => SizeText.Format(size.GetValueOrDefault()),
        (json, size) => WriteSize(json, size.GetValueOrDefault()),
        json => json.ValueKind != JsonValueKind.String ? Size2d.FromInt32(Within(Single(json).GetInt32(), 1, max))
            : SizeText.Parse(json.GetString()!, max)
            ?? throw new FormatException($"'{Excerpt.Of(json.GetString()!)}' is not a size from 1 to {max}, such as 128x256"));

    /// <summary>Creates the type of numbers within the range of a float.</summary>
    public static SettingType<double> Number(Func<double, bool> accepts, string expected) => new(
        "X", (name, text) => ParseNumber(name, text, accepts, expected), value => Invariant(value),
        (json, value) => json.WriteNumberValue(value),
        json => json.GetDouble());

    /// <summary>Creates the type of numbers within the range of a float, which may be left open.</summary>
    public static SettingType<double?> OptionalNumber(Func<double, bool> accepts, string expected) => new(
        "X", (name, text) => ParseNumber(name, text, accepts, expected), value => Invariant(value ?? 0),
        (json, value) => json.WriteNumberValue(value ?? 0), json => json.GetDouble());

    /// <summary>Creates the type of floats, which may be left open.</summary>
    public static SettingType<float?> OptionalFloat(Func<float, bool> accepts, string expected) => new(
        "X", (name, text) => (float)ParseNumber(name, text, v => accepts((float)v), expected), value => Invariant(value ?? 0),
        (json, value) => json.WriteNumberValue(value ?? 0), json => Single(json).GetSingle());

    /// <summary>Creates the type of comma-separated floats; empty if left open.</summary>
    public static SettingType<IReadOnlyList<float>?> Floats(Func<float, bool> accepts, string expected) => new(
        "X,X,X",
        (name, text) => [.. text.Split(',').Select(part => (float)ParseNumber(name, text, v => accepts((float)v), expected, part))],
        values => string.Join(',', (values ?? []).Select(value => Invariant(value))),
        (json, values) => WriteArray(json, values ?? [], json.WriteNumberValue),
        json => [.. json.EnumerateArray().Select(value => value.GetSingle())]);

    /// <summary>Creates the type of comma-separated positive numbers in ascending order.</summary>
    public static SettingType<IReadOnlyList<double>> Ascending { get; } = new(
        "N,…", ParseAscending, values => string.Join(',', values.Select(value => Invariant(value))),
        (json, values) => WriteArray(json, values, json.WriteNumberValue),
        json => [.. json.EnumerateArray().Select(value => value.GetDouble())]);

    /// <summary>Creates the type of values of an enumeration, by lower-case names.</summary>
    /// <param name="kind">What is chosen, for messages.</param>
    /// <param name="among">The valid values; null for all.</param>
    public static SettingType<T> Choice<T>(string kind, IReadOnlyList<T>? among = null)
        where T : struct, Enum
    {
        string[] names = Names(among);
        return new(
            "NAME", (name, text) => Parse<T>(name, text, kind, names), EnumNames.Of,
            (json, value) => json.WriteStringValue(EnumNames.Of(value)), Read<T>)
        {
            Choices = names,
        };
    }

    /// <summary>Creates the type of values of an enumeration, which may be left open.</summary>
    /// <param name="kind">What is chosen, for messages.</param>
    public static SettingType<T?> OptionalChoice<T>(string kind)
        where T : struct, Enum
    {
        string[] names = Names<T>(null);
        return new(
            "NAME", (name, text) => Parse<T>(name, text, kind, names), value => EnumNames.Of(value.GetValueOrDefault()),
            (json, value) => json.WriteStringValue(EnumNames.Of(value.GetValueOrDefault())), json => Read<T>(json))
        {
            Choices = names,
        };
    }

    /// <summary>Creates the type of texts.</summary>
    /// <param name="valueName">What the value is called in help.</param>
    /// <param name="check">
    /// Returns the text in its canonical form, or throws <see cref="LanewiseException"/>; null to accept any text.
    /// </param>
    /// <param name="choices">The possible values, for completion.</param>
    public static SettingType<string?> Text(string valueName, Func<string, string>? check = null, IReadOnlyList<string>? choices = null) =>
        new(
            valueName,
            (name, text) =>
            {
                try
                {
                    return check is null ? text : check(text);
                }
                catch (LanewiseException e) when (e is not SettingException)
                {
                    throw new SettingException(e.Message, name, e);
                }
            },
            text => text ?? "",
            (json, text) => json.WriteStringValue(text),
            json => json.GetString())
        {
            Choices = choices ?? [],
        };

    /// <summary>Creates the type of distinct comma-separated values.</summary>
    /// <param name="valueName">What the value is called in help.</param>
    /// <param name="parse">Parses a value; gets the name of the setting and the value.</param>
    /// <param name="format">Formats a value.</param>
    /// <param name="asText">Whether JSON holds one comma-separated text instead of an array of numbers.</param>
    public static SettingType<IReadOnlyList<T>> List<T>(
        string valueName, Func<string, string, T> parse, Func<T, string> format, bool asText)
    {
        string Join(IReadOnlyList<T> items) => string.Join(',', items.Select(format));
        return new(
            valueName,
            (name, text) => Once(name, text.Split(',').Select(part => parse(name, part.Trim()))),
            Join,
            (json, items) =>
            {
                if (asText)
                {
                    json.WriteStringValue(Join(items));
                }
                else
                {
                    WriteArray(json, items, item => json.WriteRawValue(format(item)));
                }
            },
            json => Once("", (asText ? (json.GetString() ?? "").Split(',') : json.EnumerateArray().Select(item => item.ToString()))
                .Select(item => parse("", item))));

        T[] Once(string name, IEnumerable<T> values)
        {
            T[] items = [.. values];
            return items.Distinct().Count() == items.Length
                ? items
                : throw new SettingException($"{{{name}}} {Join(items)}: a value is repeated; list each once.", name);
        }
    }

    /// <summary>Parses an integer within a range.</summary>
    public static int ParseWhole(string name, string text, int min, int max)
    {
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= min && value <= max)
        {
            return value;
        }

        string range = min == int.MinValue ? "of 32 bits" : max == int.MaxValue ? $"of at least {min}" : $"from {min} to {max}";
        throw new SettingException($"{{{name}}} {text}: expected a whole number {range}.", name);
    }

    private static string[] Names<T>(IReadOnlyList<T>? among)
        where T : struct, Enum => among is null ? EnumNames.All<T>() : [.. among.Select(EnumNames.Of)];

    private static T Parse<T>(string setting, string text, string kind, string[] names)
        where T : struct, Enum =>
        EnumNames.Find<T>(text) is { } value && names.Contains(EnumNames.Of(value), StringComparer.Ordinal)
            ? value
            : throw new SettingException(UnknownName.Message(kind, text, names), setting);

    private static T Read<T>(JsonElement json)
        where T : struct, Enum => EnumNames.Find<T>(json.GetString() ?? "")
        ?? throw new FormatException($"'{json}' is not one of {string.Join(", ", EnumNames.All<T>())}");

    private static double ParseNumber(string name, string text, Func<double, bool> accepts, string expected, string? part = null)
    {
        // The library computes with floats: 1e-60 would be 0 there and is not positive.
        return double.TryParse(part ?? text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            && float.IsFinite((float)value) && accepts((float)value)
            ? value
            : throw new SettingException($"{{{name}}} {text}: expected {expected}.", name);
    }

    private static double[] ParseAscending(string name, string text)
    {
        double[] numbers = [.. text.Split(',').Select(
            part => double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out double v) ? v : double.NaN)];
        return numbers.All(v => double.IsFinite(v) && v > 0) && numbers.Zip(numbers.Skip(1)).All(pair => pair.First < pair.Second)
            ? numbers
            : throw new SettingException(
                $"{{{name}}} {text}: expected comma-separated positive numbers in ascending order, such as 80,120.", name);
    }

    // Versions before 0.2 wrote some numbers as a list of one.
    private static JsonElement Single(JsonElement json) => json.ValueKind == JsonValueKind.Array ? json.EnumerateArray().First() : json;

    private static int Within(int value, int min, int max) =>
        value >= min && value <= max ? value : throw new FormatException($"{value} is not a number from {min} to {max}");

    private static void WriteSize(Utf8JsonWriter json, Size2d size)
    {
        if (size.Height == size.Width)
        {
            json.WriteNumberValue(size.Height);
        }
        else
        {
            json.WriteStringValue(SizeText.Format(size));
        }
    }

    private static void WriteArray<T>(Utf8JsonWriter json, IEnumerable<T> items, Action<T> write)
    {
        json.WriteStartArray();
        foreach (var item in items)
        {
            write(item);
        }

        json.WriteEndArray();
    }

    private static string Invariant(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
