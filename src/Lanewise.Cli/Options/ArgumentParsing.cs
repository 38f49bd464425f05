using System.CommandLine.Parsing;
using System.Globalization;
using Lanewise.Cli.Common;

namespace Lanewise.Cli.Options;

/// <summary>Parses the values of options and arguments; an invalid value becomes a usage error.</summary>
internal static class ArgumentParsing
{
    /// <summary>Parses a non-empty text.</summary>
    /// <param name="result">The parse result that receives the error.</param>
    /// <param name="name">The option or argument, for the message.</param>
    /// <param name="check">
    /// Returns the text in its canonical form, or throws <see cref="LanewiseException"/>; null to accept any text.
    /// </param>
    public static string? ParseText(ArgumentResult result, string name, Func<string, string>? check)
    {
        string text = result.Tokens[0].Value;
        if (string.IsNullOrWhiteSpace(text))
        {
            result.AddError($"{name}: the value is empty.");
            return null;
        }

        try
        {
            return check is null ? text : check(text);
        }
        catch (LanewiseException e)
        {
            result.AddError(Advice.Explain(e));
            return null;
        }
    }

    /// <summary>Parses a list of non-empty texts.</summary>
    public static string[] ParseTexts(ArgumentResult result, string name)
    {
        string[] texts = [.. result.Tokens.Select(token => token.Value)];
        if (texts.Any(string.IsNullOrWhiteSpace))
        {
            result.AddError($"{name}: the value is empty.");
        }

        return texts;
    }

    /// <summary>Parses an integer from <paramref name="min"/> to <paramref name="max"/>.</summary>
    public static int ParseWhole(ArgumentResult result, string name, int min, int max)
    {
        string text = result.Tokens[0].Value;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= min && value <= max)
        {
            return value;
        }

        string range = min == int.MinValue ? "of 32 bits" : max == int.MaxValue ? $"of at least {min}" : $"from {min} to {max}";
        result.AddError($"{name} {text}: expected a whole number {range}.");
        return default;
    }
}
