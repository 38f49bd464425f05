using System.Globalization;

namespace Lanewise.Workflows;

/// <summary>Texts of findings.</summary>
internal static class FindingText
{
    /// <summary>Formats a number with what is counted: <c>1 image</c>, <c>2,345 images</c>.</summary>
    public static string Count(int count, string one, string many) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? one : many)}");
}
