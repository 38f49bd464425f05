using Lanewise.IO;
using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Series;

namespace Lanewise.Reports;

/// <summary>One series of a line chart.</summary>
/// <param name="Name">The name in the legend.</param>
/// <param name="Points">The points in order of X; points whose Y is not finite are skipped.</param>
internal sealed record Line(string Name, IReadOnlyList<(double X, double Y)> Points);

/// <summary>A line chart, as inline SVG with the data as a folded table, or as an SVG file.</summary>
/// <remarks>Lines differ in dash and marker as well as in colour, so the chart can be read without colour.</remarks>
/// <param name="Title">The caption.</param>
/// <param name="X">The label of the horizontal axis, with its unit.</param>
/// <param name="Y">The label of the vertical axis, with its unit.</param>
/// <param name="Lines">The series, at most eight.</param>
internal sealed record Chart(string Title, string X, string Y, IReadOnlyList<Line> Lines) : IFigure
{
    private const int Width = 760, Height = 340;
    private const int MaxMarks = 40;
    private const int MaxRows = 60;

    private static readonly LineStyle[] Dashes = [LineStyle.Solid, LineStyle.Dash, LineStyle.Dot, LineStyle.DashDot];
    private static readonly MarkerType[] Marks = [MarkerType.Circle, MarkerType.Square, MarkerType.Triangle, MarkerType.Diamond];

    /// <summary>Gets whether the vertical axis is logarithmic; values ≤ 0 are then skipped. Default: false.</summary>
    public bool IsLogarithmic { get; init; }

    /// <summary>Gets whether the horizontal axis has integer ticks only, such as epochs. Default: true.</summary>
    public bool IsInteger { get; init; } = true;

    /// <inheritdoc/>
    public Html ToHtml()
    {
        string description = $"{Title}: {string.Join(", ", Lines.Select(l => l.Name))}, by {X}";
        var svg = Html.Of($"""<div class="chart" tabindex="0" role="img" aria-label="{description}">{ToSvg()}</div>""");
        return HtmlElements.Figure(Html.Join(Legend(), svg, HtmlElements.Details("Data", ToTable())), Title);
    }

    /// <inheritdoc/>
    public void Save(string path)
    {
        const int SwatchRoom = 36, Gap = 20, LineHeight = 20;
        var legend = new List<Html>();
        double x = 0, y = 4;
        foreach (var (i, line) in Lines.Index())
        {
            double width = SwatchRoom + Plot.WidthOf(line.Name);
            if (x > 0 && x + width > Width)
            {
                (x, y) = (0, y + LineHeight);
            }

            var label = Html.Of(
                $"""<text x="{SwatchRoom}" y="12" font-size="{Plot.FontSize}" fill="var(--ink)">{line.Name}</text>""");
            legend.Add(Html.Of($"""<g transform="translate({x:F0} {y:F0})">{Swatch(i)}{label}</g>"""));
            x += width + Gap;
        }

        var svg = Plot.File(ToSvg(), Title, Width, Height, Html.Join(legend), headerHeight: (int)y + LineHeight);
        AtomicFile.WriteText(path, svg.ToString());
    }

    /// <summary>Renders the chart as one SVG element, without legend and table.</summary>
    public Html ToSvg()
    {
        var model = Plot.Model();
        model.Axes.Add(Plot.Style(HorizontalAxis(), grid: false));
        model.Axes.Add(Plot.Style(VerticalAxis(), grid: true));
        foreach (var (i, line) in Lines.Index())
        {
            var series = new LineSeries
            {
                Color = Plot.Series(i),
                LineStyle = Dashes[i / 2 % Dashes.Length],
                StrokeThickness = 2,
                MarkerType = line.Points.Count <= MaxMarks ? Marks[i % Marks.Length] : MarkerType.None,
                MarkerSize = 3.5,
                MarkerFill = Plot.Series(i),
            };
            series.Points.AddRange(Plottable(line).Select(p => new DataPoint(p.X, p.Y)));
            model.Series.Add(series);
        }

        return Plot.Svg(model, Width, Height);
    }

    private LinearAxis HorizontalAxis() => new()
    {
        Position = AxisPosition.Bottom,
        Title = X,
        MinimumMajorStep = IsInteger ? 1 : 0,
        MinimumPadding = 0.02,
        MaximumPadding = 0.02,
    };

    private Axis VerticalAxis() => IsLogarithmic
        ? new LogarithmicAxis
        {
            Position = AxisPosition.Left,
            Title = Y,
            UseSuperExponentialFormat = false,
            StringFormat = "0.##e+0",
            MajorStep = 10,
        }
        : new LinearAxis { Position = AxisPosition.Left, Title = Y, MinimumPadding = 0.03, MaximumPadding = 0.05 };

    private IEnumerable<(double X, double Y)> Plottable(Line line) =>
        line.Points.Where(p => double.IsFinite(p.Y) && (p.Y > 0 || !IsLogarithmic));

    private Html Legend() => Lines.Count < 2
        ? Html.Empty
        : Html.Of($"""<ul class="legend">{Html.Each(Lines.Index(), l => Html.Of($"<li>{Swatch(l.Index)}{l.Item.Name}</li>"))}</ul>""");

    /// <summary>Renders the dash and the marker of line <paramref name="i"/> for the legend.</summary>
    private static Html Swatch(int i)
    {
        string colour = Plot.Variable(i);
        string dash = (i / 2 % Dashes.Length) switch { 1 => "6 3", 2 => "2 2", 3 => "6 3 2 3", _ => "none" };
        string mark = (i % Marks.Length) switch
        {
            0 => "M11 7a4 4 0 1 1 8 0a4 4 0 1 1 -8 0",
            1 => "M11.5 3.5h7v7h-7z",
            2 => "M15 2.5l4.5 8h-9z",
            _ => "M15 2l5 5l-5 5l-5 -5z",
        };
        var line = Html.Of($"""<path d="M0 7H30" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"/>""");
        return Html.Of(
            $"""<svg width="30" height="14" viewBox="0 0 30 14" aria-hidden="true">{line}<path d="{mark}" fill="{colour}"/></svg>""");
    }

    private Html ToTable()
    {
        var table = new Table([X, .. Lines.Select(l => ">" + l.Name)]);
        var byLine = Lines.Select(l => l.Points.DistinctBy(p => p.X).ToDictionary(p => p.X, p => p.Y)).ToArray();
        double[] rows = [.. byLine.SelectMany(l => l.Keys).Distinct().Order()];
        int every = (rows.Length + MaxRows - 1) / MaxRows;
        foreach (double x in rows.Where((_, i) => i % Math.Max(1, every) == 0))
        {
            table.Add([Plot.Number(x), .. byLine.Select(l => l.TryGetValue(x, out double y) ? Plot.Number(y) : "")]);
        }

        return table.ToHtml(every > 1 ? $"{Title} (every {every}th row)" : Title);
    }
}
