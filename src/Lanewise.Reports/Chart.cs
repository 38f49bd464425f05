using Lanewise.IO;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace Lanewise.Reports;

/// <summary>A line of a chart.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Points">Its points; those that are not finite are left out.</param>
public sealed record Line(string Name, IReadOnlyList<(double X, double Y)> Points);

/// <summary>
/// Lines over an axis, as SVG inside a page, with the figures as a table behind it. Lines differ in dash and mark as well as in
/// colour.
/// </summary>
/// <param name="Title">What it shows.</param>
/// <param name="X">The horizontal axis: what, and its unit.</param>
/// <param name="Y">The vertical axis.</param>
/// <param name="Lines">At most eight.</param>
public sealed record Chart(string Title, string X, string Y, IReadOnlyList<Line> Lines) : IDrawing
{
    private const int Width = 760, Height = 340;
    private const int MaxMarks = 40;
    private const int MaxRows = 60;

    private static readonly LineStyle[] Dashes = [LineStyle.Solid, LineStyle.Dash, LineStyle.Dot, LineStyle.DashDot];
    private static readonly MarkerType[] Marks = [MarkerType.Circle, MarkerType.Square, MarkerType.Triangle, MarkerType.Diamond];

    /// <summary>Whether the vertical axis is logarithmic; values that are not positive are then left out.</summary>
    public bool IsLogarithmic { get; init; }

    /// <summary>Whether the horizontal axis has whole numbers only, such as epochs.</summary>
    public bool IsWhole { get; init; } = true;

    /// <inheritdoc/>
    public Html ToHtml() => HtmlParts.Figure(
        Html.Of($"""{Legend()}<div class="chart" tabindex="0" role="img" aria-label="{Title}: {string.Join(", ", Lines.Select(l => l.Name))}, over {X}">{ToSvg()}</div>{HtmlParts.Details("Figures", ToTable())}"""),
        Title);

    /// <inheritdoc/>
    public void Save(string path)
    {
        const int SwatchRoom = 36, Gap = 20, LineHeight = 20;
        var legend = new List<Html>();
        double x = 0, y = 4;
        foreach (var (i, line) in Lines.Index())
        {
            double width = SwatchRoom + Drawing.WidthOf(line.Name);
            if (x > 0 && x + width > Width)
            {
                (x, y) = (0, y + LineHeight);
            }

            legend.Add(Html.Of($"""<g transform="translate({x:F0} {y:F0})">{Swatch(i)}<text x="{SwatchRoom}" y="12" font-size="{Drawing.FontSize}" fill="var(--ink)">{line.Name}</text></g>"""));
            x += width + Gap;
        }

        AtomicFile.WriteText(path, Drawing.File(ToSvg(), Title, Width, Height, Html.Join(legend), (int)y + LineHeight).ToString());
    }

    /// <summary>The drawing alone.</summary>
    public Html ToSvg()
    {
        var model = Drawing.Model();
        model.Axes.Add(Drawing.Style(new LinearAxis { Position = AxisPosition.Bottom, Title = X, MinimumMajorStep = IsWhole ? 1 : 0, MinimumPadding = 0.02, MaximumPadding = 0.02 }, grid: false));
        model.Axes.Add(Drawing.Style(IsLogarithmic
            ? new LogarithmicAxis { Position = AxisPosition.Left, Title = Y, UseSuperExponentialFormat = false, StringFormat = "0.##e+0", MajorStep = 10 }
            : new LinearAxis { Position = AxisPosition.Left, Title = Y, MinimumPadding = 0.03, MaximumPadding = 0.05 }, grid: true));
        foreach (var (i, line) in Lines.Index())
        {
            var series = new LineSeries
            {
                Color = Drawing.Series(i),
                LineStyle = Dashes[i / 2 % Dashes.Length],
                StrokeThickness = 2,
                MarkerType = line.Points.Count <= MaxMarks ? Marks[i % Marks.Length] : MarkerType.None,
                MarkerSize = 3.5,
                MarkerFill = Drawing.Series(i),
            };
            series.Points.AddRange(Drawn(line).Select(p => new DataPoint(p.X, p.Y)));
            model.Series.Add(series);
        }

        return Drawing.Svg(model, Width, Height);
    }

    private IEnumerable<(double X, double Y)> Drawn(Line line) => line.Points.Where(p => double.IsFinite(p.Y) && (p.Y > 0 || !IsLogarithmic));

    private Html Legend() => Lines.Count < 2 ? Html.Empty : Html.Of($"""<ul class="legend">{Html.Each(Lines.Index(), l => Html.Of($"<li>{Swatch(l.Index)}{l.Item.Name}</li>"))}</ul>""");

    /// <summary>A line's dash and mark, drawn as in the chart.</summary>
    private static Html Swatch(int i)
    {
        string colour = Drawing.Variable(i);
        string dash = (i / 2 % Dashes.Length) switch { 1 => "6 3", 2 => "2 2", 3 => "6 3 2 3", _ => "none" };
        string mark = (i % Marks.Length) switch
        {
            0 => "M11 7a4 4 0 1 1 8 0a4 4 0 1 1 -8 0",
            1 => "M11.5 3.5h7v7h-7z",
            2 => "M15 2.5l4.5 8h-9z",
            _ => "M15 2l5 5l-5 5l-5 -5z",
        };
        return Html.Of($"""<svg width="30" height="14" viewBox="0 0 30 14" aria-hidden="true"><path d="M0 7H30" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"/><path d="{mark}" fill="{colour}"/></svg>""");
    }

    private Html ToTable()
    {
        var table = new Table([X, .. Lines.Select(l => ">" + l.Name)]);
        var byLine = Lines.Select(l => l.Points.DistinctBy(p => p.X).ToDictionary(p => p.X, p => p.Y)).ToArray();
        double[] rows = [.. byLine.SelectMany(l => l.Keys).Distinct().Order()];
        int every = (rows.Length + MaxRows - 1) / MaxRows;
        foreach (double x in rows.Where((_, i) => i % Math.Max(1, every) == 0))
        {
            table.Add([Drawing.Number(x), .. byLine.Select(l => l.TryGetValue(x, out double y) ? Drawing.Number(y) : "")]);
        }

        return table.ToHtml(every > 1 ? $"{Title} (every {every}th)" : Title);
    }
}
