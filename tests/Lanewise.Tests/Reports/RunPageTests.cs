using System.Xml.Linq;
using Lanewise.Imaging;
using Lanewise.Reports;
using Xunit;

namespace Lanewise.Tests.Reports;

public sealed class RunPageTests
{
    private static readonly Network Network = ModelCatalog.Find("residual").Create(new ModelOptions());

    private static readonly byte[] Png = ImageWriter.Encode(new Shape(1, 28, 28), new byte[28 * 28]);

    private static RunPageData Bare => new()
    {
        Name = "residual-1",
        Network = Network,
        PlannedEpochs = 3,
        Epochs = [],
        Command = "lanewise train residual --output '<b>'",
    };

    private static RunPageData Full => Bare with
    {
        Dataset = "mnist",
        Epochs = [new(1, 0.9, 0.7, 0.5, 0.8, 0.01, 3600, 500), new(2, 0.4, 0.8, 0.3, 0.9, 0.01, 3720, 500)],
        Test = Test(["nought", "<one>", "two"], [[8, 1, 1], [0, 10, 0], [0, 2, 8]], [new(4, 0, 1, 0.97), new(5, 0, 2, double.NaN)]),
        Gradients =
        [
            new(0, [new("conv1", 1e-9, 0.25), new("fc", 2, 0)]),
            new(100, [new("conv1", 0, 1), new("fc", double.PositiveInfinity, 0)]),
        ],
        Settings = [("lr", "0.01")],
        Environment = [("Processor", "one")],
        ResumeCommand = "lanewise train --resume residual-1",
        Remarks = ["A remark."],
    };

    [Fact]
    public void A_complete_run_has_every_section()
    {
        var page = Parse(Full);
        Assert.Equal(
            [
                "Summary", "Training curves", "Confusion matrix", "Precision and recall", "Calibration", "Most confident mistakes",
                "Gradient norms", "Cost by layer", "Settings and environment", "How to reproduce",
            ],
            page.Descendants("h2").Select(h => h.Value));
        string text = page.Value;
        Assert.Contains("86.67 %", text);
        Assert.Contains("26 of 30 (digits)", text);
        Assert.Contains("2 h 02 min", text);
        Assert.Contains("41,514", text);
        Assert.Contains("lanewise train --resume residual-1", text);
        Assert.Contains("--output '<b>'", text);
        Assert.Equal(
            ["Test image 4: nought, predicted <one>", "Test image 5: nought, predicted two"],
            page.Descendants("img").Select(i => i.Attribute("alt")!.Value));
        Assert.Contains("probability 97.00 %", text);
        Assert.DoesNotContain("NaN", page.ToString());
    }

    [Fact]
    public void The_confusion_matrix_has_the_counts_and_marks_the_diagonal()
    {
        var table = Table(Parse(Full), "Images by label and prediction");
        string[][] cells = Cells(table);
        Assert.Equal([["8", "1", "1"], ["·", "10", "·"], ["·", "2", "8"]], cells);
        var correct = table.Descendants("span").Where(s => s.Attribute("class")!.Value == "cell right");
        Assert.Equal(["8", "10", "8"], correct.Select(s => s.Value));
        var confusions = Table(Parse(Full), "Most frequent confusions").Descendants("tbody").Single().Elements("tr").Select(tr => tr.Value);
        Assert.Equal(["two<one>220.00 %", "nought<one>110.00 %", "noughttwo110.00 %"], confusions);
    }

    [Fact]
    public void A_run_without_a_complete_epoch_says_what_is_missing()
    {
        var page = Parse(Bare with { TestMissing = "no epoch is complete yet." });
        Assert.Contains("not yet evaluated after 0 of 3 epochs", page.Value);
        Assert.Contains("No epoch is complete yet", page.Value);
        Assert.Contains("mistakes are missing: no epoch is complete yet.", page.Value);
        Assert.Contains("no gradients.csv", page.Value);
        Assert.Empty(page.Descendants("img"));
    }

    [Theory]
    [InlineData(20, 1, 0)]
    [InlineData(21, 0, 21 * 21)]
    [InlineData(250, 0, 84 * 84)]
    public void Confusions_of_many_classes_become_a_heat_map_of_bounded_size(int classes, int tables, int squares)
    {
        string[] names = [.. Enumerable.Range(0, classes).Select(i => $"class {i}")];
        int[][] confusion = [.. names.Select((_, row) => names.Select((_, column) => Count(row, column)).ToArray())];
        var page = Parse(Full with { Test = Test(names, confusion, []), Gradients = [] });
        Assert.Equal(tables, page.Descendants("caption").Count(c => c.Value == "Images by label and prediction"));
        var section = page.Descendants("section").Single(s => s.Element("h2")!.Value == "Confusion matrix");
        int rectangles = section.Descendants().Count(e => e.Name.LocalName == "rect");
        Assert.InRange(rectangles, squares, squares + (tables == 1 ? 0 : 200));
        Assert.Contains("class 1", Table(page, "Most frequent confusions").Value);

        static int Count(int row, int column) => row == column ? 9 : column == 0 ? 1 : 0;
    }

    [Fact]
    public void Layer_costs_add_up_to_those_of_the_network()
    {
        var table = Table(Parse(Full), "Parameters and MACs per image");
        string[][] rows = Cells(table);
        Assert.Equal(["", "10×1×1", "", "41,514", "2,013,184", ""], rows[^1]);
        Assert.Equal(Network.ParameterCount, rows[..^1].Sum(row => Number(row[3])));
        Assert.Equal(Network.Macs, rows[..^1].Sum(row => Number(row[4])));

        static long Number(string text) =>
            long.Parse(text, System.Globalization.NumberStyles.AllowThousands, System.Globalization.CultureInfo.InvariantCulture);
    }

    [Theory]
    [InlineData(0.25, "0.2 s")]
    [InlineData(59.9, "59.9 s")]
    [InlineData(200, "3 min 20 s")]
    [InlineData(90_061, "25 h 01 min")]
    public void A_duration_has_two_units_at_most(double seconds, string expected) =>
        Assert.Equal(expected, HtmlElements.Duration(seconds));

    [Fact]
    public void The_reliability_diagram_has_the_bins_with_images_and_the_error()
    {
        var page = Parse(Full);
        Assert.Equal(
            [["1", "35.00 %", "100.00 %"], ["2", "95.00 %", "50.00 %"]],
            Cells(Table(page, "Images by the probability of the predicted class")));
        Assert.Contains("The expected calibration error, 51.67 %,", page.Value);
        Assert.Contains("Macro F1", page.Value);
        var plain = Parse(Full with { Test = Full.Test! with { Evaluation = Full.Test.Evaluation with { Reliability = null } } });
        Assert.DoesNotContain("alibration", plain.Value);
        var broken = Full.Test.Evaluation with { Reliability = Reliability.Of([(double.NaN, false)]) };
        Assert.Contains("probabilities are not finite", Parse(Full with { Test = Full.Test with { Evaluation = broken } }).Value);
    }

    private static TestEvaluation Test(string[] classes, int[][] confusion, ImagePrediction[] mistakes)
    {
        int total = confusion.Sum(row => row.Sum()), correct = confusion.Select((row, i) => row[i]).Sum();
        var evaluation = new Evaluation(double.NaN, correct, total, confusion)
        {
            Reliability = Reliability.Of([(0.35, true), (0.94, true), (0.96, false)]),
        };
        return new("digits", evaluation, classes, [.. mistakes.Select(m => new MistakeImage(m, Png, 28))]);
    }

    private static XElement Parse(RunPageData run) =>
        XElement.Parse(RunPage.Create(run).ToString().Replace("<!DOCTYPE html>", "", StringComparison.Ordinal));

    private static XElement Table(XElement page, string caption) =>
        page.Descendants("table").Single(t => t.Element("caption")?.Value == caption);

    private static string[][] Cells(XElement table) =>
        [.. table.Descendants("tbody").Single().Elements("tr").Select(tr => tr.Elements("td").Select(td => td.Value).ToArray())];
}
