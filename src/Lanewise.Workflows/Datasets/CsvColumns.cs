using System.Globalization;

namespace Lanewise.Workflows;

/// <summary>What the columns of a table of images hold, found by their names or, without a header, by the first row.</summary>
internal sealed record CsvColumns
{
    private const int MinPixels = 16, MaxNamed = 40;

    private static readonly string[] PathNames =
        ["path", "file", "filename", "file_name", "filepath", "file_path", "image", "image_path", "image_id", "img", "id", "name"];

    private static readonly string[] LabelNames =
        ["label", "labels", "class", "class_name", "target", "category", "species", "breed", "diagnosis", "dx", "y"];

    private static readonly string[] SplitColumns = ["split", "subset", "partition"];

    /// <summary>Gets whether the first row names the columns.</summary>
    public bool HasHeader { get; private init; }

    /// <summary>Gets the number of columns.</summary>
    public int Count { get; private init; }

    public int Label { get; private init; }

    /// <summary>Gets the column of the paths; null if the rows hold pixels.</summary>
    public int? Path { get; private init; }

    public int? Split { get; private init; }

    public int? Group { get; private init; }

    /// <summary>Gets the columns of the pixels, row by row, with the colours of a pixel side by side.</summary>
    public int[] Pixels { get; private init; } = [];

    /// <summary>Gets the shape of the images; null if they are files.</summary>
    public Shape? Shape { get; private init; }

    /// <summary>Finds the columns.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="first">The first row.</param>
    /// <param name="groupBy">The name of the column of groups; null for none.</param>
    /// <exception cref="DatasetException">The expected columns are not there.</exception>
    public static CsvColumns Of(string path, string[] first, string? groupBy)
    {
        bool isAllNumbers = first.All(cell => double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out _));
        int label = Find(first, LabelNames), file = Find(first, PathNames);
        bool hasHeader = label >= 0 || file >= 0;
        int? group = groupBy is null ? null : hasHeader && Find(first, [groupBy]) is >= 0 and var column ? column : throw CsvDataset.Error(
            path, $"there is no column '{groupBy}' to group by; there are {Named(first)}");
        int? split = hasHeader && Find(first, SplitColumns) is >= 0 and var found ? found : null;
        if (!hasHeader && (first.Length == 2 || isAllNumbers))
        {
            // Without names, the path comes first and the label last, and before pixels the label comes first.
            return isAllNumbers && first.Length > MinPixels
                ? OfPixels(path, [.. Enumerable.Range(1, first.Length - 1)], new() { Count = first.Length, Label = 0 })
                : new() { Count = first.Length, Path = 0, Label = 1 };
        }

        var columns = new CsvColumns { Count = first.Length, HasHeader = true, Label = label, Split = split, Group = group };
        int[] others = [.. Enumerable.Range(0, first.Length).Where(i => i != label && i != split && i != group && i != file)];
        return label >= 0 && file >= 0 ? columns with { Path = file }
            : label >= 0 && others.Length > MinPixels ? OfPixels(path, others, columns)
            : throw CsvDataset.Error(
                path, $"the columns are {Named(first)}; expected path and label, "
                    + "or label and a column for each pixel");
    }

    private static CsvColumns OfPixels(string path, int[] pixels, CsvColumns columns)
    {
        int grey = (int)Math.Round(Math.Sqrt(pixels.Length)), colour = (int)Math.Round(Math.Sqrt(pixels.Length / 3.0));
        return grey * grey == pixels.Length ? columns with { Pixels = pixels, Shape = new Shape(1, grey, grey) }
            : 3 * colour * colour == pixels.Length ? columns with { Pixels = pixels, Shape = new Shape(3, colour, colour) }
            : throw CsvDataset.Error(
                path, FormattableString.Invariant($"the {pixels.Length} columns beside the label are no square image, grey or colour"));
    }

    // What is no table may have a first cell of any length.
    private static string Named(string[] cells) => cells.Length == 0
        ? "none"
        : string.Join(", ", cells.Take(10).Select(cell => cell.Length > MaxNamed ? cell[..MaxNamed] + "…" : cell));

    private static int Find(string[] cells, string[] names) =>
        names.Select(name => Array.FindIndex(cells, cell => cell.Equals(name, StringComparison.OrdinalIgnoreCase)))
            .FirstOrDefault(index => index >= 0, -1);
}
