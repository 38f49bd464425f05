using System.Xml.Linq;
using Lanewise.Analysis;
using Lanewise.Reports;
using Xunit;

namespace Lanewise.Tests.Reports;

public sealed class DepthPageTests
{
    private static readonly (string, string)[] Settings = [("Batch norm", "none")];

    [Fact]
    public void The_page_is_self_contained_and_has_curves_maps_and_tables()
    {
        DepthResult[] results =
            [Result(DepthFamily.Plain, 8, 0.1), Result(DepthFamily.Plain, 14, 0.3), Result(DepthFamily.Residual, 8, 0.1)];
        string page = DepthPage.Create("digits & more", results, 4, Settings, "lanewise depth --depths '8,14'").ToString();
        var html = XElement.Parse(page.Replace("<!DOCTYPE html>", ""));
        Assert.Equal("Depth on digits & more", html.Descendants("title").Single().Value);
        Assert.Contains("3 of 4 runs are complete.", html.Descendants("p").First().Value);
        Assert.Equal(
            [
                "Training error by epoch", "Test error by epoch", "Gradient norm by layer at initialization",
                "Gradient norm by step and layer: plain8, seed 1", "Gradient norm by step and layer: plain14, seed 1",
                "Gradient norm by step and layer: residual8, seed 1", "Gradient norm by layer at the last sampled step",
            ],
            html.Descendants("figcaption").Select(c => c.Value));
        Assert.Equal("lanewise depth --depths '8,14'", html.Descendants("pre").Single().Value);
        Assert.DoesNotContain("http://", page.Replace("http://www.w3.org/", ""));
        Assert.DoesNotContain("https://", page);
        Assert.DoesNotContain("NaN", page);
    }

    [Fact]
    public void A_study_without_training_has_no_curves()
    {
        var start = Result(DepthFamily.Plain, 8, 0.1);
        start = start with { Samples = [start.AtStart], Epochs = [] };
        string page = DepthPage.Create("digits", [start], 1, Settings, "lanewise depth").ToString();
        var html = XElement.Parse(page.Replace("<!DOCTYPE html>", ""));
        Assert.Equal(
            ["Results", "Gradient norms at initialization", "Zero gradients", "Runs", "Settings"],
            html.Descendants("h2").Select(h => h.Value));
    }

    [Fact]
    public void NaN_gradients_are_reported_in_words()
    {
        var lost = Result(DepthFamily.Plain, 8, 0.9) with { Diverged = true, Epochs = [] };
        lost = lost with { Samples = [.. lost.Samples.Select(WithNaN)] };
        string page = DepthPage.Create("digits", [lost], 1, Settings, "lanewise depth").ToString();
        Assert.DoesNotContain("NaN", page);
        var html = XElement.Parse(page.Replace("<!DOCTYPE html>", ""));
        Assert.Contains("diverged", html.Descendants("td").Select(cell => cell.Value));
        Assert.EndsWith("is undefined in the plain network (75.00 % of it zero or denormal).", html.Descendants("li").Last().Value);

        static GradientSample WithNaN(GradientSample sample) =>
            sample with { Layers = [.. sample.Layers.Select(l => l with { Norm = double.NaN })] };
    }

    [Fact]
    public void More_lines_than_a_chart_can_hold_are_split_by_family()
    {
        DepthResult[] many =
        [
            .. from depth in new[] { 8, 14, 20, 26, 32 }
               from family in new[] { DepthFamily.Plain, DepthFamily.Residual }
               select Result(family, depth, 0.2),
        ];
        string page = DepthPage.Create("digits", many, many.Length, Settings, "lanewise depth").ToString();
        var html = XElement.Parse(page.Replace("<!DOCTYPE html>", ""));
        string[] captions = [.. html.Descendants("figcaption").Select(c => c.Value)];
        Assert.Contains("Training error by epoch: plain8 to plain32", captions);
        Assert.Contains("Training error by epoch: residual8 to residual32", captions);
    }

    [Fact]
    public void The_summary_reports_a_higher_and_a_lower_error_alike()
    {
        string[] sentences =
        [
            .. DepthSummary.Of(
            [
                Result(DepthFamily.Plain, 20, 0.125), Result(DepthFamily.Plain, 56, 0.5),
                Result(DepthFamily.Residual, 20, 0.25), Result(DepthFamily.Residual, 56, 0.125),
            ]),
        ];
        Assert.Equal(
            "Plain: training error 12.50 % with 20 layers, 50.00 % with 56: higher in the deeper network.", sentences[0]);
        Assert.Equal(
            "Residual: training error 25.00 % with 20 layers, 12.50 % with 56: lower in the deeper network.", sentences[1]);
        Assert.Equal(
            "56 layers at initialization: the gradient norm of the first layer divided by that of the last is 1e-10 in the plain "
            + "network (75.00 % of it zero or denormal), 1e-10 in the residual network (75.00 % of it zero or denormal).",
            sentences[3]);
        Assert.Equal(4, sentences.Length);
    }

    [Fact]
    public void The_summary_averages_seeds_and_leaves_out_diverged_ones()
    {
        DepthResult[] results =
        [
            Result(DepthFamily.Plain, 20, 0.1), Result(DepthFamily.Plain, 56, 0.3),
            Result(DepthFamily.Plain, 20, 0.2, seed: 2), Result(DepthFamily.Plain, 56, 0.1, seed: 2),
            Result(DepthFamily.Plain, 20, 0.1, seed: 3), Result(DepthFamily.Plain, 56, 0, seed: 3) with { Diverged = true },
        ];
        Assert.Equal(
            "Plain: training error 15.00 % with 20 layers, 20.00 % with 56 (means of 2 seeds): "
            + "higher in the deeper network in 1 of 2 seeds; 1 diverged seed left out.",
            DepthSummary.Of(results)[0]);
        Assert.Contains("nothing to compare", DepthSummary.Of([.. results.Where(r => r.Run.Seed == 3)])[0]);
        Assert.Equal("diverged", DepthSummary.Error(results[^1], results[^1].TrainError));
    }

    private static DepthResult Result(DepthFamily family, int depth, double error, int seed = 1) => new(
        new DepthRun(family, depth, BatchNorm: false, WeightStart.Default, seed),
        [Sample(0, depth, 1e-10), Sample(5, depth, 0), Sample(9, depth, double.NaN)],
        [new(1, 2.3, 0.9, 2.3, 0.9), new(2, 1.1, error, 1.2, error)],
        Diverged: false);

    private static GradientSample Sample(int step, int depth, double first) =>
        new(step, [.. Enumerable.Range(1, depth).Select(i => new LayerGradient($"layer{i}", i == 1 ? first : 1, i == 1 ? 0.75 : 0))]);
}
