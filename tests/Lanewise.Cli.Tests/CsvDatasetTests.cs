using System.Text;
using Lanewise.Workflows;

namespace Lanewise.Cli.Tests;

/// <summary>Tables of images: paths and labels, or labels and pixels.</summary>
public sealed class CsvDatasetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("filename,label\na.png,cat\nb.png,dog\n")]
    [InlineData("a.png,cat\nb.png,dog")]
    [InlineData("\uFEFFlabel;owner;image\ncat;x;a.png\ndog;y;b.png\n")]
    [InlineData("id\tbreed\n\"a\"\t\"cat\"\nb\tdog\n")]
    public void Paths_and_labels_are_read(string text)
    {
        File.WriteAllBytes(_folder["a.png"], [1]);
        File.WriteAllBytes(_folder["b.png"], [1]);
        var part = Assert.Single(Read(text).Parts);
        var files = Assert.IsAssignableFrom<IFileDataset>(part.Images);
        Assert.Equal(["cat", "dog"], files.Classes);
        Assert.Equal([_folder["a.png"], _folder["b.png"]], Enumerable.Range(0, 2).Select(files.PathOf));
        Assert.Equal([0, 1], Enumerable.Range(0, 2).Select(files.Label));
    }

    [Fact]
    public void Splits_and_groups_are_columns()
    {
        var parts = Read("path,class,split,patient\na,2,train,p1\nb,10,train,p2\nc,2,Valid,p3\n", "patient");
        Assert.Equal(["train", "Valid"], parts.Parts.Select(part => part.Name));
        Assert.Equal(["2", "10"], parts.Parts[0].Images.Classes);
        Assert.Equal(["p1", "p2"], parts.Parts[0].Groups);
        Assert.Equal(1, parts.Divide(new()).Splits.Test.Count);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 3)]
    public void Labels_and_pixels_are_read(bool hasHeader, int channels)
    {
        int pixels = channels * 8 * 8;
        string header = hasHeader ? "label," + string.Join(',', Enumerable.Range(0, pixels).Select(i => $"pixel{i}")) + "\n" : "";
        string Row(int label) => $"{label}," + string.Join(',', Enumerable.Range(0, pixels).Select(i => (label + i) % 256)) + "\n";
        var images = Assert.IsAssignableFrom<IFixedShapeImageDataset>(Read(header + Row(3) + Row(1)).Parts[0].Images);
        Assert.Equal(new Shape(channels, 8, 8), images.Shape);
        Assert.Equal(["1", "3"], images.Classes);
        Assert.Equal([1, 0], Enumerable.Range(0, 2).Select(images.Label));
        byte[] read = new byte[pixels];
        images.Read(0, read);
        // In a row the colours of a pixel are neighbours.
        Assert.Equal((3, 3 + channels), (read[0], read[1]));
    }

    [Theory]
    [InlineData("", "there is no row with an image")]
    [InlineData("a,b,c\n1,2,3\n", "the columns are a, b, c; expected path and label")]
    [InlineData("path,label\n", "there is no row with an image")]
    [InlineData("path,label\na.png,\n", "line 2 has no label")]
    [InlineData("path,label\na.png,x\na.png,y\n", "a.png is listed twice, in lines 2 and 3")]
    [InlineData("path,label\na.png,x,z\n", "line 2 has 3 cells, the first row 2")]
    [InlineData("path,label\n\"a.png,x\n", "line 2 has 1 cells, the first row 2")]
    [InlineData("path,label\n,x\n", "line 2 has no path")]
    [InlineData("path,label\na\0.png,x\n", "line 2 has a NUL character in its path")]
    public void A_malformed_table_is_refused_with_the_reason(string text, string expected)
    {
        var e = Assert.Throws<DatasetException>(() => Read(text));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pixels_out_of_range_and_unknown_groups_are_named()
    {
        string row = string.Join(',', Enumerable.Range(0, 64).Select(_ => "7"));
        Assert.Contains("line 2: '256' is not a pixel", Message($"1,{row}\n2,256{row[1..]}\n"), StringComparison.Ordinal);
        Assert.Contains("the 63 columns beside the label are no square image", Message($"1,{row[2..]}\n"), StringComparison.Ordinal);
        Assert.Contains("there is no column 'who' to group by; there are path, label", Message("path,label\na,b\n", "who"), StringComparison.Ordinal);
        Assert.Throws<FileAccessException>(() => CsvDataset.Read(_folder["none.csv"], null));

        string Message(string text, string? groupBy = null) => Assert.Throws<DatasetException>(() => Read(text, groupBy)).Message;
    }

    [Fact]
    public void Blank_lines_are_passed_over() =>
        Assert.Equal(2, Assert.Single(Read("path,label\n\na.png,cat\n  \nb.png,dog\n\n\n").Parts).Images.Count);

    [Fact]
    public void A_table_that_is_not_UTF8_is_refused()
    {
        // Read as UTF-8, both labels would be one.
        File.WriteAllBytes(_folder["table.csv"], Encoding.Latin1.GetBytes("path,label\na.png,h\u00E4se\nb.png,h\u00F6se\n"));
        var e = Assert.Throws<DatasetException>(() => CsvDataset.Read(_folder["table.csv"], null));
        Assert.Contains("it is not UTF-8", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_first_cell_is_shortened_in_the_message()
    {
        var e = Assert.Throws<DatasetException>(() => Read(new string('x', 10_000) + "\n"));
        Assert.Contains($"the columns are {new string('x', 40)}…; expected", e.Message, StringComparison.Ordinal);
    }

    private DatasetParts Read(string text, string? groupBy = null)
    {
        File.WriteAllText(_folder["table.csv"], text);
        return CsvDataset.Read(_folder["table.csv"], groupBy);
    }
}
