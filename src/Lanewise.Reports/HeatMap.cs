using Lanewise.IO;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace Lanewise.Reports;

/// <summary>
/// Values over rows and columns as shades: the higher the lighter, so that it reads without colour too. Values that are not finite
/// are left blank.
/// </summary>
/// <param name="Title">What it shows.</param>
/// <param name="X">What the columns are.</param>
/// <param name="Y">What the rows are.</param>
/// <param name="Unit">What the shades mean.</param>
/// <param name="Columns">The columns' names; there is room for some of them only.</param>
/// <param name="Rows">The rows' names, from the top.</param>
/// <param name="Values">[row][column].</param>
public sealed record HeatMap(string Title, string X, string Y, string Unit, IReadOnlyList<string> Columns, IReadOnlyList<string> Rows, double[][] Values) : IDrawing
{
    private const int Width = 760, RowHeight = 14, Margins = 90, MaxRowNames = 30, MaxColumnNames = 12;
    private const int MinHeight = 220, MaxHeight = 640;
    private const int Shades = 128;

    /// <summary>The lowest and the highest shade's value; null for those of the values.</summary>
    public (double Min, double Max)? Range { get; init; }

    /// <inheritdoc/>
    public Html ToHtml() => HtmlParts.Figure(Html.Of($"""<div class="chart shades" tabindex="0" role="img" aria-label="{Title}: {Unit} by {Y} and {X}">{ToSvg()}</div>"""), Title);

    /// <inheritdoc/>
    public void Save(string path) => AtomicFile.WriteText(path, Drawing.File(ToSvg(), Title, Width, Height, Html.Empty, room: 0).ToString());

    /// <summary>The drawing alone.</summary>
    public Html ToSvg()
    {
        var model = Drawing.Model();
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
        var (least, most) = Range ?? (finite.Min(), finite.Max());
        model.Axes.Add(Drawing.Style(new LinearColorAxis
        {
            Position = AxisPosition.Right,
            Title = Unit,
            Palette = OxyPalettes.Viridis(Shades),
            InvalidNumberColor = OxyColors.Transparent,
            Minimum = least,
            Maximum = most > least ? most : least + 1,
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
        return Drawing.Svg(model, Width, Height);
    }

    private int Height => Math.Clamp(Rows.Count * RowHeight + Margins, MinHeight, MaxHeight);

    private static Axis Names(AxisPosition position, string title, IReadOnlyList<string> names, int most)
    {
        int every = Math.Max(1, (names.Count + most - 1) / most);
        return Drawing.Style(new LinearAxis
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
