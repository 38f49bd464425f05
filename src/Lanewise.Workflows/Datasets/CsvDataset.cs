using System.Globalization;
using System.Text;
using Lanewise.Imaging;
using Lanewise.IO;
using nietras.SeparatedValues;

namespace Lanewise.Workflows;

/// <summary>
/// Reads tables of images: a row with the path and the label of each image, or with its label and its pixels, as Kaggle offers MNIST. A
/// column <c>split</c> divides the rows.
/// </summary>
internal static class CsvDataset
{
    // Two labels that differ only in bytes that are not UTF-8 would be one class.
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a table.</summary>
    /// <param name="path">The file; paths in it are relative to its folder.</param>
    /// <param name="groupBy">The column whose values keep images together when a share is held out; null for none.</param>
    /// <exception cref="DatasetException">The table has not the expected columns, or a row is malformed.</exception>
    /// <exception cref="FileAccessException">The file cannot be read.</exception>
    public static DatasetParts Read(string path, string? groupBy)
    {
        try
        {
            string[] first = InputFile.Read(path, (stream, _) => FirstRow(stream));
            var columns = CsvColumns.Of(path, first, groupBy);
            return InputFile.Read(path, (stream, _) => Read(path, stream, columns));
        }
        catch (DecoderFallbackException e)
        {
            throw Error(path, "it is not UTF-8; save it as UTF-8, in a spreadsheet program as \"CSV UTF-8\"", e);
        }
        catch (Exception e) when (e is InvalidDataException or NotSupportedException or FormatException or ArgumentException)
        {
            throw Error(path, $"not a table of comma-separated values: {e.Message.ReplaceLineEndings(" ").TrimEnd('.')}", e);
        }
    }

    internal static DatasetException Error(string path, string what, Exception? inner = null) =>
        new($"{path}: {what}.", DatasetError.Damaged, DatasetNotation.Csv + path, inner);

    private static SepReader Reader(Stream stream) => Sep.Reader(options => options with
    {
        HasHeader = false,
        Unescape = true,
        Trim = SepTrim.All,
        DisableColCountCheck = true,
    }).From(new StreamReader(stream, StrictUtf8));

    private static string[] FirstRow(Stream stream)
    {
        using var reader = Reader(stream);
        if (!reader.MoveNext())
        {
            return [];
        }

        var row = reader.Current;
        string[] cells = new string[row.ColCount];
        for (int i = 0; i < cells.Length; i++)
        {
            cells[i] = row[i].ToString().TrimStart('\uFEFF');
        }

        return cells;
    }

    private static bool IsBlank(SepReader.Row row) => row.ColCount == 1 && row[0].Span.IsWhiteSpace();

    private static DatasetParts Read(string path, Stream stream, CsvColumns columns)
    {
        var rows = new List<Row>();
        using var reader = Reader(stream);
        bool isHeader = columns.HasHeader;
        foreach (var row in reader)
        {
            if (IsBlank(row))
            {
                continue;
            }

            int line = row.LineNumberFrom;
            if (row.ColCount != columns.Count)
            {
                throw Error(path, FormattableString.Invariant($"line {line} has {row.ColCount} cells, the first row {columns.Count}"));
            }

            if (!isHeader)
            {
                string label = UnicodeForm.Compose(row[columns.Label].ToString());
                rows.Add(new(
                    line,
                    label.Length > 0 ? label : throw Error(path, $"line {line} has no label"),
                    columns.Split is { } split ? row[split].ToString() : SplitNames.Whole,
                    columns.Group is { } group ? row[group].ToString() : null,
                    columns.Path is { } file ? FileOf(path, row[file].ToString(), line) : null,
                    columns.Path is null ? PixelsOf(path, row, columns) : null));
            }

            isHeader = false;
        }

        if (rows.Count == 0)
        {
            throw Error(path, "there is no row with an image");
        }

        string[] classes = Sorted(rows.Select(row => row.Label).Distinct(StringComparer.Ordinal));
        var index = classes.Select((name, i) => (name, i)).ToDictionary(pair => pair.name, pair => pair.i, StringComparer.Ordinal);
        var parts = rows.GroupBy(row => row.Split, StringComparer.OrdinalIgnoreCase)
            .Select(part => Part(path, part.Key, [.. part], classes, index, columns)).ToList();
        var transform = parts.Select(part => part.Images.Transform).FirstOrDefault();
        return new(DatasetNotation.Csv + path, parts, transform, path);
    }

    private static DatasetPart Part(
        string path, string split, Row[] rows, string[] classes, Dictionary<string, int> index, CsvColumns columns)
    {
        string[]? groups = columns.Group is null ? null : [.. rows.Select(row => row.Group!)];
        if (columns.Shape is { } shape)
        {
            var pixels = new MemoryImageDataset(
                $"{path}/{split}", shape, classes, [.. rows.Select(row => row.Pixels!)], [.. rows.Select(row => index[row.Label])])
            {
                Transform = ImageTransform.Default(shape),
            };
            return new(split, pixels, groups);
        }

        string folder = Path.GetDirectoryName(path)!;
        var twice = rows.GroupBy(row => row.Path, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1)?.ToList();
        LabelledFile[] files = twice is null
            ? [.. rows.Select(row => new LabelledFile(Located(folder, row.Path!), row.Path!.Replace('\\', '/'), index[row.Label]))]
            : throw Error(path, $"{twice[0].Path} is listed twice, in lines {twice[0].Line} and {twice[1].Line}");
        return new(split, new ImageFileDataset(path, classes, files), groups);
    }

    private static string FileOf(string path, string name, int line) =>
        name.Length == 0 ? throw Error(path, $"line {line} has no path")
        : name.Contains('\0', StringComparison.Ordinal) ? throw Error(path, $"line {line} has a NUL character in its path")
        : name;

    /// <summary>Finds an image; tables often list names without an ending.</summary>
    private static string Located(string folder, string name)
    {
        string path = Path.Combine(folder, name.Replace('\\', '/'));
        return File.Exists(path) || Path.HasExtension(name) ? path
            : ImageFileKinds.Endings.Select(ending => path + ending).FirstOrDefault(File.Exists) ?? path;
    }

    private static byte[] PixelsOf(string path, SepReader.Row row, CsvColumns columns)
    {
        var shape = columns.Shape!.Value;
        byte[] pixels = new byte[shape.Count];
        int pixelsOfChannel = shape.Count / shape.Channels;
        for (int i = 0; i < pixels.Length; i++)
        {
            // Colours alternate in a row, and are apart in an image.
            int at = i % shape.Channels * pixelsOfChannel + i / shape.Channels;
            pixels[at] = row[columns.Pixels[i]].TryParse(out byte value) ? value : throw Error(
                path, $"line {row.LineNumberFrom}: '{row[columns.Pixels[i]].ToString()}' is not a pixel from 0 to 255");
        }

        return pixels;
    }

    private static string[] Sorted(IEnumerable<string> labels)
    {
        string[] names = [.. labels];
        return Array.TrueForAll(names, name => long.TryParse(name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
            ? [.. names.OrderBy(name => long.Parse(name, CultureInfo.InvariantCulture)).ThenBy(name => name, StringComparer.Ordinal)]
            : [.. names.Order(StringComparer.Ordinal)];
    }

    private sealed record Row(int Line, string Label, string Split, string? Group, string? Path, byte[]? Pixels);
}
