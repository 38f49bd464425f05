using System.Globalization;

namespace Lanewise.Workflows;

/// <summary>Ranges as text: <c>MIN,MAX</c>; in JSON an array of two numbers.</summary>
internal static class RangeText
{
    /// <summary>Creates the type of ranges of positive numbers, which may be left open.</summary>
    /// <param name="max">The largest value; infinite for any.</param>
    /// <param name="example">A range, for messages.</param>
    public static SettingType<(double Min, double Max)?> Type(double max, string example)
    {
        string limit = double.IsFinite(max) ? string.Create(CultureInfo.InvariantCulture, $", at most {max}") : "";
        string expected = $"two positive numbers in ascending order{limit}, such as {example}";
        bool IsValid((double Min, double Max) range) =>
            range.Min > 0 && range.Min <= range.Max && range.Max <= max && float.IsFinite((float)range.Max);
        return new(
            "MIN,MAX",
            (name, text) => Parse(text) is { } range && IsValid(range) ? range
                : throw new SettingException($"{{{name}}} {text}: expected {expected}.", name),
            range => Format(range.GetValueOrDefault()),
            (json, range) =>
            {
                json.WriteStartArray();
                json.WriteNumberValue(range.GetValueOrDefault().Min);
                json.WriteNumberValue(range.GetValueOrDefault().Max);
                json.WriteEndArray();
            },
            json => json.GetArrayLength() == 2 && (json[0].GetDouble(), json[1].GetDouble()) is var range && IsValid(range) ? range
                : throw new FormatException($"{json} is not a range of {expected}"));
    }

    private static (double Min, double Max)? Parse(string text)
    {
        double[] numbers = [.. text.Split(',').Select(
            part => double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : double.NaN)];
        return numbers.Length == 2 ? (numbers[0], numbers[1]) : null;
    }

    private static string Format((double Min, double Max) range) =>
        string.Create(CultureInfo.InvariantCulture, $"{range.Min},{range.Max}");
}
