using System.CommandLine;
using System.Globalization;
using Lanewise.Graphs;

namespace Lanewise.Cli.Verbs;

/// <summary>The option that names an input's channels, height and width.</summary>
internal static class ShapeOption
{
    private const int LargestSide = 65_536;

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

            result.AddError($"--input {text}: expected channels, height and width such as 3x224x224, each from 1 to {LargestSide}.");
            return null;
        },
    };

    private static Shape? Parse(string text)
    {
        int[] sizes = Array.ConvertAll(text.Split('x', 'X', '×'), part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int size) ? size : 0);
        return sizes is [var channels, var height, var width] && sizes.All(size => size is >= 1 and <= LargestSide) ? new Shape(channels, height, width) : null;
    }
}
