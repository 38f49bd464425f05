using System.Globalization;

namespace Lanewise.Cli.Terminals;

/// <summary>Lines on stdout, and numbers as people read them.</summary>
internal static class Report
{
    public static void Line(string line = "") => Console.Out.WriteLine(line);

    /// <summary>A whole number with its thousands set apart.</summary>
    public static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>0.9916 as "99.16 %".</summary>
    public static string Percent(double share) => (share * 100).ToString("F2", CultureInfo.InvariantCulture) + " %";
}
