using System.Globalization;
using Lanewise.Engine;
using Xunit;

namespace Lanewise.Tests.Docs;

public sealed class GeneratedTablesTests
{
    [Fact]
    public void The_table_of_models_is_that_of_the_catalogue()
    {
        string[] headings = ["model", "input", ">parameters", ">MACs", ">classes", "source"];
        Documentation.AssertPart("docs/models.md", "models", Documentation.Table(headings, ModelCatalog.All.Select(Row)));

        static string[] Row(ModelEntry entry)
        {
            var network = entry.Create(new ModelOptions());
            string[] cells = [$"`{entry.Name}`", $"{network.Input}", Count(network.ParameterCount), Count(network.Macs)];
            return [.. cells, $"{network.OutputCount}", entry.Paper];
        }
    }

    [Fact]
    public void The_table_of_datasets_is_that_of_the_catalogue()
    {
        string[] headings = ["`--dataset`", "content", "image", ">classes", ">training images", ">test images", "files"];
        Documentation.AssertPart("docs/data.md", "datasets", Documentation.Table(headings, DatasetCatalog.All.Select(Row)));

        static string[] Row(DatasetEntry entry)
        {
            var (train, test) = Images(entry);
            string[] cells = [$"`{entry.Name}`", entry.Title, $"{entry.Shape}", $"{entry.Classes.Count}", Count(train), Count(test)];
            return [.. cells, Source(entry)];
        }
    }

    [Fact]
    public void The_table_of_ops_is_that_of_the_engine()
    {
        string[] headings = ["op", "shape", "MACs for one image", "parameters and buffers", "gradient"];
        Documentation.AssertPart("docs/ops.md", "ops", Documentation.Table(headings, OpTable.Rows.Select(Row)));

        static string[] Row(OpRow row) => [$"`{row.Type.Name}`", row.Shape, row.Macs, row.Parameters, row.Gradient];
    }

    private static (int Train, int Test) Images(DatasetEntry entry) => entry switch
    {
        { IsBuiltIn: true } => (BuiltInDigits.Train().Count, BuiltInDigits.Test().Count),
        // Images, labels, test images, test labels.
        { Format: DatasetFormat.Idx } => (entry.Files[0].Count, entry.Files[2].Count),
        // The training files, then the test file.
        _ => (entry.Files.SkipLast(1).Sum(file => file.Count), entry.Files[^1].Count),
    };

    private static string Source(DatasetEntry entry) => entry switch
    {
        { IsBuiltIn: true } => "none: generated",
        { Mirrors.Count: > 0 } => "downloaded on demand",
        _ => $"{string.Join(", ", entry.Files.Select(f => $"`{f.Name}`"))} from [this archive]({entry.Archive}), in `{entry.Folders[0]}`",
    };

    private static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
