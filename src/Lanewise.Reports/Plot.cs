using System.Globalization;
using OxyPlot;
using OxyPlot.Axes;

namespace Lanewise.Reports;

/// <summary>Provides what all charts have in common: colours, fonts, axes and the export to SVG.</summary>
/// <remarks>
/// OxyPlot writes fixed colours. The colours of this class are placeholders that <see cref="Svg"/> replaces by CSS variables, which
/// differ in light and dark mode.
/// </remarks>
internal static class Plot
{
    /// <summary>The font size, in pixels.</summary>
    public const int FontSize = 13;

    private const int SeriesColours = 8;

    /// <summary>The font that OxyPlot measures; <see cref="Svg"/> replaces it by the page's.</summary>
    private const string MeasuredFont = "Helvetica";

    private static readonly OxyColor Ink = OxyColor.FromRgb(1, 0, 1), Faint = OxyColor.FromRgb(1, 0, 2);
    private static int _count;

    /// <summary>Gets the placeholder for the colour of line <paramref name="i"/>.</summary>
    public static OxyColor Series(int i) => OxyColor.FromRgb(1, 1, (byte)(i % SeriesColours + 1));

    /// <summary>Gets the CSS variable for the colour of line <paramref name="i"/>.</summary>
    public static string Variable(int i) => $"var(--series{i % SeriesColours + 1})";

    public static PlotModel Model() => new()
    {
        TextColor = Ink,
        DefaultFont = MeasuredFont,
        DefaultFontSize = FontSize,
        PlotAreaBorderColor = Faint,
        PlotAreaBorderThickness = new OxyThickness(1, 0, 0, 1),
    };

    public static Axis Style(Axis axis, bool grid)
    {
        axis.Title = Label(axis.Title);
        axis.LabelFormatter = axis.LabelFormatter is { } format ? value => Label(format(value)) : null;
        axis.TicklineColor = Faint;
        axis.AxislineColor = Faint;
        axis.MinorTickSize = 0;
        axis.MajorGridlineStyle = grid ? LineStyle.Solid : LineStyle.None;
        axis.MajorGridlineColor = Faint;
        return axis;
    }

    /// <summary>Makes a text fit for XML, which has no control characters and no U+FFFE and U+FFFF; the former are shown.</summary>
    private static string Label(string text) => VisibleText.Escape(text).Replace('\uFFFE', '\uFFFD').Replace('\uFFFF', '\uFFFD');

    /// <summary>Exports a model as SVG that scales with its container and uses the page's colours.</summary>
    public static Html Svg(PlotModel model, int width, int height)
    {
        string svg = SvgExporter.ExportToString(model, width, height, false, new Measurer());
        svg = svg[svg.IndexOf("<svg", StringComparison.Ordinal)..];
        svg = svg.Replace($"width=\"{width}\" height=\"{height}\" version", $"viewBox=\"0 0 {width} {height}\" version");
        svg = svg.Replace("rgb(1,0,1)", "var(--ink)").Replace("rgb(1,0,2)", "var(--faint)");
        svg = svg.Replace($"font-family=\"{MeasuredFont}\"", "font-family=\"inherit\"");
        for (int i = 0; i < SeriesColours; i++)
        {
            svg = svg.Replace($"rgb(1,1,{i + 1})", Variable(i));
        }

        // A page has several charts, and ids must be unique in it.
        int number = Interlocked.Increment(ref _count);
        return Html.Trusted(svg.Replace("id=\"clipPath", $"id=\"d{number}c").Replace("url(#clipPath", $"url(#d{number}c"));
    }

    /// <summary>Renders an SVG file in the reader's colour scheme, light or dark, with a header above the chart.</summary>
    /// <param name="svg">The chart, from <see cref="Svg"/>.</param>
    /// <param name="title">The title.</param>
    /// <param name="width">The chart's width in pixels.</param>
    /// <param name="height">The chart's height in pixels.</param>
    /// <param name="header">SVG above the chart, such as a legend.</param>
    /// <param name="headerHeight">The header's height in pixels.</param>
    public static Html File(Html svg, string title, int width, int height, Html header, int headerHeight) => Html.Of(
        $"""
        <svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height + headerHeight}"
             viewBox="0 0 {width} {height + headerHeight}" font-family="system-ui, sans-serif" role="img">
        <title>{title}</title>
        <style>
        {Styles.Colours}{Html.Trusted("text { unicode-bidi: isolate; }")}</style>
        <rect width="{width}" height="{height + headerHeight}" fill="var(--paper)"/>
        {header}
        {Html.Trusted(svg.ToString().Replace("<svg viewBox", $"<svg y=\"{headerHeight}\" width=\"{width}\" height=\"{height}\" viewBox"))}
        </svg>

        """);

    /// <summary>Estimates the width of a text in a chart, in pixels.</summary>
    public static double WidthOf(string text) => new Measurer().MeasureText(text, MeasuredFont, FontSize, 400).Width;

    /// <summary>Formats a number with at most four decimals, or in scientific notation if it is very small or very large.</summary>
    public static string Number(double value) => Math.Abs(value) is >= 1e-3 and < 1e7 or 0
        ? value.ToString("0.####", CultureInfo.InvariantCulture)
        : value.ToString("0.##e+0", CultureInfo.InvariantCulture);

    /// <summary>Measures text by Helvetica's widths, converted from OxyPlot's points to pixels, with a margin for wider fonts.</summary>
    private sealed class Measurer() : PdfRenderContext(1, 1, OxyColors.Undefined)
    {
        private const double PixelsPerPoint = 96.0 / 72 * 1.2;

        public override OxySize MeasureText(string text, string fontFamily, double fontSize, double fontWeight)
        {
            var points = base.MeasureText(text, fontFamily, fontSize, fontWeight);
            return new(points.Width * PixelsPerPoint, points.Height * PixelsPerPoint);
        }
    }
}
