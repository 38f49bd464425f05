using System.CommandLine;
using System.Globalization;

namespace Lanewise.Cli.Options;

/// <summary>Creates the option for the shape of an input.</summary>
internal static class ShapeOption
{
    private const int MaxSide = 65_536;

    /// <summary>Creates <c>--input CxHxW</c>, null if not given.</summary>
    public static Option<Shape?> Input(string description) => new("--input")
    {
        Description = description,
        HelpName = "CxHxW",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (Parse(text) is { } shape)
            {
                return shape;
            }

            result.AddError($"--input {text}: expected channels, height and width such as 3x224x224, each from 1 to {MaxSide}.");
            return null;
        },
    };

    private static Shape? Parse(string text)
    {
        int[] sizes = Array.ConvertAll(
            text.Split('x', 'X', '×'),
            part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int size) ? size : 0);
        return sizes is [var channels, var height, var width] && sizes.All(size => size is >= 1 and <= MaxSide)
            ? new Shape(channels, height, width)
            : null;
    }
}
