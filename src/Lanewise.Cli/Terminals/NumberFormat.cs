using System.Globalization;

namespace Lanewise.Cli.Terminals;

/// <summary>Formats numbers for people; JSON and CSV have raw numbers.</summary>
internal static class NumberFormat
{
    /// <summary>The text of a table cell without a value.</summary>
    public const string NoValue = "–";

    /// <summary>Formats an integer with thousands separators.</summary>
    public static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Formats a fraction as a percentage: 0.9916 as "99.16 %".</summary>
    public static string Percent(double fraction) => (fraction * 100).ToString("F2", CultureInfo.InvariantCulture) + " %";
}
