using System.Xml.Linq;
using Lanewise.Analysis;
using Lanewise.Reports;
using Xunit;

namespace Lanewise.Tests.Reports;

public sealed class ExplainPageTests
{
    private static readonly string[] Classes = ["cat & dog", "<owl>"];

    [Fact]
    public void Each_part_that_is_given_has_a_section()
    {
        Assert.Equal(
            ["Grad-CAM", "Branch contributions", "Residual block contributions", "Feature maps", "Filters of conv1"], Headings(Whole()));
        Assert.Equal(["Branch contributions"], Headings(new ExplainPage("net", Classes) { Branches = Whole().Branches }));
        Assert.Empty(Headings(new ExplainPage("net", Classes)));
    }

    [Fact]
    public void Images_are_embedded_and_have_alternative_texts()
    {
        string page = Whole().ToPage().ToString();
        var images = Parse(page).Descendants("img").ToArray();
        Assert.Equal(3 * 2 + 2, images.Length);
        Assert.All(images, image => Assert.StartsWith("data:image/png;base64,", image.Attribute("src")!.Value));
        string[] texts = Array.ConvertAll(images, i => i.Attribute("alt")!.Value);
        Assert.Contains("Grad-CAM overlay of <a>.png for class <owl>: brightest in row 2 of 2, column 1 of 2", texts);
        Assert.Contains(texts, text => text.EndsWith("dark everywhere", StringComparison.Ordinal));
        Assert.Contains("no contribution to class cat &amp; dog", page);
        Assert.DoesNotContain("://", page);
        Assert.DoesNotContain("NaN", page);
    }

    [Fact]
    public void Tables_contain_the_measurements()
    {
        string[] cells = [.. Parse(Whole().ToPage().ToString()).Descendants("td").Select(c => c.Value)];
        Assert.Contains("25.00 %", cells);
        Assert.Contains("-5.00 %", cells);
        Assert.Contains("0.500", cells);
    }

    private static ExplainPage Whole()
    {
        var classification = new Classification([1, 3]);
        GradCamFigure Figure(GradCamMap map) => new("<a>.png", "unchanged", [1], [2], [3], "conv2", map);
        return new("net", Classes)
        {
            GradCams = [Figure(new(classification, 1, 2, 2, [0, 1, 4, 2])), Figure(new(classification, 0, 1, 2, [0, 0]))],
            Dataset = "digits (10 images)",
            Branches = new(0.8, [new("incep1.a", "incep1.concat1", 16, 0.85, 0.25)]),
            Blocks = new(0.8, [new("block1", 0.7, 1, 2, -0.25)]),
            FeatureMaps = [new("Feature maps of conv1 for a", "10 channels", [4], 100)],
            Filters = new("Filters of conv1", "10 kernels", [5], 100),
        };
    }

    private static IEnumerable<string> Headings(ExplainPage page) => Parse(page.ToPage().ToString()).Descendants("h2").Select(h => h.Value);

    private static XElement Parse(string page) => XElement.Parse(page.Replace("<!DOCTYPE html>", ""));
}
