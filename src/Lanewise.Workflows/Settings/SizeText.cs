using System.Globalization;

namespace Lanewise.Workflows;

/// <summary>How a person writes the size of images: <c>224</c> for both sides, or height and width as in <c>128x256</c>.</summary>
internal static class SizeText
{
    /// <summary>What a size is called in help.</summary>
    public const string ValueName = "N|HEIGHTxWIDTH";

    /// <summary>Parses a size; null if it is none, or a side is not from 1 to <paramref name="max"/>.</summary>
    public static Size2d? Parse(string text, int max)
    {
        int[] sides = Array.ConvertAll(
            text.Split('x', 'X', '×'),
            part => int.TryParse(part, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int side) ? side : 0);
        return sides is [var height, ..] and { Length: 1 or 2 } && sides.All(side => side >= 1 && side <= max)
            ? new Size2d(height, sides[^1])
            : null;
    }

    /// <summary>Formats a size.</summary>
    public static string Format(Size2d size) => size.Height == size.Width
        ? size.Height.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{size.Height}x{size.Width}");
}
