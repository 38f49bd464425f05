using System.CommandLine;
using System.Globalization;
using Lanewise.Workflows;

namespace Lanewise.Cli.Options;

/// <summary>Creates options that validate their values while the command line is parsed.</summary>
/// <remarks>A default that depends on other options or on the machine is part of the description, as <c>[default: …]</c>.</remarks>
internal static class OptionFactory
{
    /// <summary>Creates an option for an integer from <paramref name="min"/> to <paramref name="max"/>, with a default value.</summary>
    public static Option<int> WholeNumber(string name, int defaultValue, int min, int max, string description) => new(name)
    {
        Description = description,
        HelpName = "N",
        DefaultValueFactory = _ => defaultValue,
        CustomParser = result => ArgumentParsing.ParseWhole(result, name, min, max),
    };

    /// <summary>Creates an option for an integer of at least 1, null if not given.</summary>
    public static Option<int?> Limit(string name, string description, string? defaultText = null) =>
        Limit(name, int.MaxValue, description, defaultText);

    /// <summary>Creates an option for an integer from 1 to <paramref name="max"/>, null if not given.</summary>
    public static Option<int?> Limit(string name, int max, string description, string? defaultText = null) => new(name)
    {
        Description = WithDefault(description, defaultText),
        HelpName = "N",
        CustomParser = result => ArgumentParsing.ParseWhole(result, name, 1, max),
    };

    /// <summary>Creates an option for a number within the range of a float, null if not given.</summary>
    /// <param name="name">The option.</param>
    /// <param name="accepts">Whether a value is valid.</param>
    /// <param name="expected">The valid values, for the message.</param>
    /// <param name="description">The help text.</param>
    /// <param name="defaultText">The default, for help.</param>
    public static Option<double?> Number(
        string name, Func<double, bool> accepts, string expected, string description, string? defaultText = null) => new(name)
        {
            Description = WithDefault(description, defaultText),
            HelpName = "X",
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                // The library computes with floats: 1e-60 would be 0 there and is not positive.
                if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
                    && float.IsFinite((float)value) && accepts((float)value))
                {
                    return value;
                }

                result.AddError($"{name} {text}: expected {expected}.");
                return null;
            },
        };

    /// <summary>Creates an option for a value of an enumeration by name, null if not given.</summary>
    /// <param name="name">The option.</param>
    /// <param name="kind">What is chosen, for the message.</param>
    /// <param name="defaultValue">The default, for help.</param>
    /// <param name="description">The help text, to which the names are appended.</param>
    /// <param name="details">Help text that follows the names.</param>
    /// <param name="among">The valid values; null for all.</param>
    public static Option<T?> Choice<T>(
        string name, string kind, T defaultValue, string description, string details = "", IReadOnlyList<T>? among = null)
        where T : struct, Enum => Choice(name, kind, EnumNames.Of(defaultValue), description, details, among);

    /// <summary>Creates an option for a value of an enumeration by name, null if not given.</summary>
    /// <param name="name">The option.</param>
    /// <param name="kind">What is chosen, for the message.</param>
    /// <param name="defaultText">What holds without the option, for help.</param>
    /// <param name="description">The help text, to which the names are appended.</param>
    /// <param name="details">Help text that follows the names.</param>
    /// <param name="among">The valid values; null for all.</param>
    public static Option<T?> Choice<T>(
        string name, string kind, string defaultText, string description, string details = "", IReadOnlyList<T>? among = null)
        where T : struct, Enum
    {
        string[] names = among is null ? EnumNames.All<T>() : [.. among.Select(EnumNames.Of)];
        var option = new Option<T?>(name)
        {
            Description = WithDefault($"{description}: {string.Join(", ", names)}.{details}", defaultText),
            HelpName = "NAME",
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                if (EnumNames.Find<T>(text) is { } value && names.Contains(EnumNames.Of(value)))
                {
                    return value;
                }

                result.AddError(UnknownName.Message(kind, text, names));
                return null;
            },
        };
        // Without the names in the enumeration's own case.
        option.CompletionSources.Clear();
        option.CompletionSources.Add(names);
        return option;
    }

    /// <summary>Creates an option for a non-empty text, null if not given.</summary>
    /// <param name="name">The option.</param>
    /// <param name="valueName">The name of the value, for help.</param>
    /// <param name="description">The help text.</param>
    /// <param name="defaultText">The default, for help.</param>
    /// <param name="check">
    /// Returns the text in its canonical form, or throws <see cref="LanewiseException"/>; null to accept any text.
    /// </param>
    public static Option<string?> Text(
        string name, string valueName, string description, string? defaultText = null, Func<string, string>? check = null) => new(name)
        {
            Description = WithDefault(description, defaultText),
            HelpName = valueName,
            CustomParser = result => ArgumentParsing.ParseText(result, name, check),
        };

    /// <summary>Appends a default to a help text, in the notation of System.CommandLine.</summary>
    public static string WithDefault(string description, string? defaultText) =>
        defaultText is null ? description : $"{description} [default: {defaultText}]";
}
