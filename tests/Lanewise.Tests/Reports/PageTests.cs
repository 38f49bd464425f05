using System.Xml.Linq;
using Lanewise.Reports;
using Xunit;

namespace Lanewise.Tests.Reports;

public sealed class PageTests
{
    private static readonly (double, double)[] Falling = [(1, 2.5), (2, 0.3), (3, double.NaN), (4, 0.01), (5, 0)];

    [Fact]
    public void Values_are_escaped_and_html_is_not()
    {
        string file = "<script>alert('x')</script> & \"co\"";
        var inner = Html.Of($"<b>{file}</b>");
        string text = Html.Of($"""<p title="{file}">{inner}</p>{1.5:F2}""").ToString();
        Assert.DoesNotContain("<script>", text);
        Assert.DoesNotContain("\"co\"", text);
        Assert.Contains("<b>&lt;script&gt;", text);
        Assert.EndsWith("1.50", text);
    }

    [Fact]
    public void Control_characters_are_shown_and_right_to_left_text_is_isolated()
    {
        string hebrew = "\u05d0.png", hostile = "a\u001b[8m\u202eb";
        var image = Html.Of($"""<svg><title>{hebrew}</title><text x="{1}" y="2">{hebrew}</text></svg>""");
        string text = Html.Of($"""<p title="{hebrew}" class="x">{hostile}: {image}{hebrew}, {1.5:F2}</p>""").ToString();
        Assert.Equal(
            $"""<p title="{hebrew}" class="x">a\x1b[8m\u202eb: <svg><title>{hebrew}</title><text x="1" y="2">{hebrew}</text></svg>"""
            + $"<bdi>{hebrew}</bdi>, 1.50</p>",
            text);
    }

    [Fact]
    public void Names_in_charts_that_no_svg_can_hold_are_shown()
    {
        string[] names = ["a\u001b[8m", "b\uffff", "c\ud800"];
        double[][] values = [.. names.Select((_, row) => new double[] { row, 1, 2 })];
        var svg = XElement.Parse(new HeatMap("t", "x", "y", "u", names, names, values).ToSvg().ToString());
        string[] labels = [.. svg.Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value)];
        Assert.Equal(2, labels.Count(label => label == @"a\x1b[8m"));
        Assert.Equal(2, labels.Count(label => label == @"c\ud800"));
        Assert.Equal(2, labels.Count(label => label == "b\ufffd"));
    }

    [Fact]
    public void A_page_is_well_formed_and_self_contained()
    {
        string page = new Page("A <page>", Html.Of($"lead"), [new("Loss", Html.Of($"<p>x</p>")), new("Next", Html.Empty)]).ToString();
        var html = XElement.Parse(page.Replace("<!DOCTYPE html>", ""));
        Assert.Equal("A <page>", html.Descendants("title").Single().Value);
        Assert.Equal(["#s0", "#s1"], html.Descendants("nav").Descendants("a").Select(a => a.Attribute("href")!.Value));
        Assert.DoesNotContain("http://", page);
        Assert.DoesNotContain("https://", page);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_chart_skips_values_that_cannot_be_drawn_and_uses_the_colours_of_the_page(bool logarithmic)
    {
        var chart = new Chart("Loss", "epoch", "loss", [new("train", Falling), new("test", Falling)]) { IsLogarithmic = logarithmic };
        var svg = XElement.Parse(chart.ToSvg().ToString());
        Assert.Equal("0 0 760 340", svg.Attribute("viewBox")!.Value);
        Assert.Null(svg.Attribute("width"));
        string text = svg.ToString();
        Assert.Contains("var(--ink)", text);
        Assert.Contains("var(--series2)", text);
        Assert.DoesNotContain("rgb(1,", text);
        Assert.DoesNotContain("NaN", text);
        string html = chart.ToHtml().ToString();
        Assert.Contains("<th scope=\"row\">2</th>", html);
        Assert.Contains("0.3", html);
    }

    [Fact]
    public void Figures_can_be_saved_as_SVG_files()
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "loss.svg");
        Line[] lines = [.. Enumerable.Range(0, 6).Select(i => new Line($"a line with a long name, number {i}", Falling))];
        new Chart("Loss", "epoch", "loss", lines).Save(file);
        var chart = XElement.Load(file);
        Assert.All(lines, line => Assert.Contains(line.Name, chart.Value));
        Assert.Contains("--series1: ", chart.Value);
        new HeatMap("Norms", "step", "layer", "log10", ["0"], ["conv1"], [[1]]).Save(file);
        Assert.Equal("Norms", XElement.Load(file).Elements().First().Value);
    }

    [Fact]
    public void Ids_are_unique_across_the_charts_of_a_page()
    {
        var chart = new Chart("Loss", "epoch", "loss", [new("train", Falling)]);
        var elements = new[] { chart, chart }.SelectMany(c => XElement.Parse(c.ToSvg().ToString()).DescendantsAndSelf());
        string[] ids = [.. elements.Select(e => e.Attribute("id")?.Value).OfType<string>()];
        Assert.NotEmpty(ids);
        Assert.Equal(ids.Length, ids.Distinct().Count());
    }

    [Fact]
    public void A_heat_map_lists_rows_from_the_top_and_leaves_undefined_values_blank()
    {
        double[][] values = [[1, 2, double.NaN], [double.NegativeInfinity, 4, 5]];
        var map = new HeatMap("Norms", "step", "layer", "log10", ["0", "5", "10"], ["conv1", "fc"], values);
        var svg = XElement.Parse(map.ToSvg().ToString());
        XNamespace ns = "http://www.w3.org/2000/svg";
        var names = svg.Descendants(ns + "text").ToDictionary(t => t.Value, t => t.Attribute("transform")!.Value, StringComparer.Ordinal);
        Assert.True(Top(names["conv1"]) < Top(names["fc"]));
        Assert.DoesNotContain("NaN", svg.ToString());

        static double Top(string transform) =>
            double.Parse(transform.Split(',', ')')[1], System.Globalization.CultureInfo.InvariantCulture);
    }
}
