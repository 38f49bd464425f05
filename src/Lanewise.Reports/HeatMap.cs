using Lanewise.IO;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace Lanewise.Reports;

/// <summary>A heat map, as inline SVG or as an SVG file: higher values are lighter, values that are not finite are blank.</summary>
/// <param name="Title">The caption.</param>
/// <param name="X">The label of the columns.</param>
/// <param name="Y">The label of the rows.</param>
/// <param name="Unit">The label of the colour scale.</param>
/// <param name="Columns">The column names; where they are too many, some are shown.</param>
/// <param name="Rows">The row names, from the top.</param>
/// <param name="Values">The values, [row][column].</param>
internal sealed record HeatMap(
    string Title, string X, string Y, string Unit, IReadOnlyList<string> Columns, IReadOnlyList<string> Rows, double[][] Values) : IFigure
{
    private const int Width = 760, RowHeight = 14, Margins = 90, MaxRowNames = 30, MaxColumnNames = 12;
    private const int MinHeight = 220, MaxHeight = 640;
    private const int Shades = 128;

    /// <summary>Gets the values of the darkest and the lightest shade; null (default) for the smallest and the largest value.</summary>
    public (double Min, double Max)? Range { get; init; }

    /// <inheritdoc/>
    public Html ToHtml() => HtmlElements.Figure(
        Html.Of(
            $"""
            <div class="chart shades" tabindex="0" role="img" aria-label="{Title}: {Unit} by {Y} and {X}">{ToSvg()}</div>
            """),
        Title);

    /// <inheritdoc/>
    public void Save(string path) =>
        AtomicFile.WriteText(path, Plot.File(ToSvg(), Title, Width, Height, Html.Empty, headerHeight: 0).ToString());

    /// <summary>Renders the heat map as one SVG element, without caption.</summary>
    public Html ToSvg()
    {
        var model = Plot.Model();
        double[,] data = new double[Columns.Count, Rows.Count];
        for (int row = 0; row < Rows.Count; row++)
        {
            for (int column = 0; column < Columns.Count; column++)
            {
                double value = Values[row][column];
                data[column, row] = double.IsFinite(value) ? value : double.NaN;
            }
        }

        var finite = Values.SelectMany(row => row).Where(double.IsFinite).DefaultIfEmpty(0).ToArray();
        var (min, max) = Range ?? (finite.Min(), finite.Max());
        model.Axes.Add(Plot.Style(new LinearColorAxis
        {
            Position = AxisPosition.Right,
            Title = Unit,
            Palette = OxyPalettes.Viridis(Shades),
            InvalidNumberColor = OxyColors.Transparent,
            Minimum = min,
            Maximum = max > min ? max : min + 1,
        }, grid: false));
        model.Axes.Add(Names(AxisPosition.Bottom, X, Columns, MaxColumnNames));
        model.Axes.Add(Names(AxisPosition.Left, Y, Rows, MaxRowNames));
        model.Series.Add(new HeatMapSeries
        {
            X0 = 0,
            X1 = Columns.Count - 1,
            Y0 = 0,
            Y1 = Rows.Count - 1,
            Data = data,
            Interpolate = false,
            RenderMethod = HeatMapRenderMethod.Rectangles,
        });
        return Plot.Svg(model, Width, Height);
    }

    private int Height => Math.Clamp(Rows.Count * RowHeight + Margins, MinHeight, MaxHeight);

    private static Axis Names(AxisPosition position, string title, IReadOnlyList<string> names, int maxLabels)
    {
        int every = Math.Max(1, (names.Count + maxLabels - 1) / maxLabels);
        return Plot.Style(new LinearAxis
        {
            Position = position,
            Title = title,
            MajorStep = every,
            StartPosition = position == AxisPosition.Left ? 1 : 0,
            EndPosition = position == AxisPosition.Left ? 0 : 1,
            Minimum = -0.5,
            Maximum = names.Count - 0.5,
            LabelFormatter = at => at >= 0 && at < names.Count && at == Math.Round(at) ? names[(int)at] : "",
        }, grid: false);
    }
}
