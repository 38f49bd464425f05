using System.Globalization;
using OxyPlot;
using OxyPlot.Axes;

namespace Lanewise.Reports;

/// <summary>
/// What charts share. OxyPlot writes fixed colours; those of this class stand for the page's, which are light or dark, and are
/// replaced by the style sheet's variables.
/// </summary>
internal static class Drawing
{
    /// <summary>The size of texts, in pixels.</summary>
    public const int FontSize = 13;

    private const int SeriesColours = 8;

    /// <summary>A font whose widths OxyPlot knows; the page's own takes its place.</summary>
    private const string MeasuredFont = "Helvetica";

    private static readonly OxyColor Ink = OxyColor.FromRgb(1, 0, 1), Faint = OxyColor.FromRgb(1, 0, 2);
    private static int _drawings;

    /// <summary>The colour of a line, in place of <see cref="Variable"/>.</summary>
    public static OxyColor Series(int i) => OxyColor.FromRgb(1, 1, (byte)(i % SeriesColours + 1));

    /// <summary>The style sheet's variable for a line's colour.</summary>
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
        axis.TicklineColor = Faint;
        axis.AxislineColor = Faint;
        axis.MinorTickSize = 0;
        axis.MajorGridlineStyle = grid ? LineStyle.Solid : LineStyle.None;
        axis.MajorGridlineColor = Faint;
        return axis;
    }

    /// <summary>A model as SVG that grows and shrinks with its place and takes the page's colours.</summary>
    public static Html Svg(PlotModel model, int width, int height)
    {
        string svg = SvgExporter.ExportToString(model, width, height, false, new Measurer());
        svg = svg[svg.IndexOf("<svg", StringComparison.Ordinal)..];
        svg = svg.Replace($"width=\"{width}\" height=\"{height}\" version", $"viewBox=\"0 0 {width} {height}\" version");
        svg = svg.Replace("rgb(1,0,1)", "var(--ink)").Replace("rgb(1,0,2)", "var(--faint)").Replace($"font-family=\"{MeasuredFont}\"", "font-family=\"inherit\"");
        for (int i = 0; i < SeriesColours; i++)
        {
            svg = svg.Replace($"rgb(1,1,{i + 1})", Variable(i));
        }

        // Several drawings share a page, and names must be its own.
        int drawing = Interlocked.Increment(ref _drawings);
        return Html.Trusted(svg.Replace("id=\"clipPath", $"id=\"d{drawing}c").Replace("url(#clipPath", $"url(#d{drawing}c"));
    }

    /// <summary>A drawing as a file of its own, in light or dark as its reader has chosen, with something above it.</summary>
    /// <param name="svg">What <see cref="Svg"/> gave.</param>
    /// <param name="title">What it shows.</param>
    /// <param name="width">The drawing's width.</param>
    /// <param name="height">The drawing's height.</param>
    /// <param name="above">SVG that stands above it.</param>
    /// <param name="room">The height that this takes.</param>
    public static Html File(Html svg, string title, int width, int height, Html above, int room) => Html.Of(
        $"""
        <svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height + room}" viewBox="0 0 {width} {height + room}" font-family="system-ui, sans-serif" role="img">
        <title>{title}</title>
        <style>
        {Styles.Colours}</style>
        <rect width="{width}" height="{height + room}" fill="var(--paper)"/>
        {above}
        {Html.Trusted(svg.ToString().Replace("<svg viewBox", $"<svg y=\"{room}\" width=\"{width}\" height=\"{height}\" viewBox"))}
        </svg>

        """);

    /// <summary>About how wide a text is in a drawing, in pixels.</summary>
    public static double WidthOf(string text) => new Measurer().MeasureText(text, MeasuredFont, FontSize, 400).Width;

    /// <summary>A number with as many digits as tell something.</summary>
    public static string Number(double value) => Math.Abs(value) is >= 1e-3 and < 1e7 or 0
        ? value.ToString("0.####", CultureInfo.InvariantCulture)
        : value.ToString("0.##e+0", CultureInfo.InvariantCulture);

    /// <summary>Measures text by the widths of Helvetica's letters in pixels, OxyPlot's are points, with room for a wider font.</summary>
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
