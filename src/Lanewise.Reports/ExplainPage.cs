using Lanewise.Analysis;

namespace Lanewise.Reports;

/// <summary>A Grad-CAM of an image, ready to be shown.</summary>
/// <param name="File">The image's name.</param>
/// <param name="Treatment">What was done to the image on its way into the network.</param>
/// <param name="Image">The network's input, a PNG file's bytes.</param>
/// <param name="Overlay">The map over the image, likewise.</param>
/// <param name="Map">The map alone, likewise.</param>
/// <param name="Layer">The layer's path.</param>
/// <param name="Result">The map.</param>
public sealed record GradCamFigure(string File, string Treatment, byte[] Image, byte[] Overlay, byte[] Map, string Layer, GradCamMap Result);

/// <summary>Many small images in one.</summary>
/// <param name="Title">What they are.</param>
/// <param name="Text">The caption.</param>
/// <param name="Png">A PNG file's bytes.</param>
/// <param name="Width">The image's width in pixels.</param>
public sealed record SheetFigure(string Title, string Text, byte[] Png, int Width);

/// <summary>What a network looks at, what its parts contribute, and what its layers see, as a page.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Classes">The classes' names.</param>
public sealed record ExplainPage(string Model, IReadOnlyList<string> Classes)
{
    private const int ImageWidth = 280, Top = 5;

    /// <summary>Where the network looks.</summary>
    public IReadOnlyList<GradCamFigure> GradCams { get; init; } = [];

    /// <summary>What contributions were measured on: the dataset's name and its number of images.</summary>
    public string Dataset { get; init; } = "";

    /// <summary>What branches contribute; null where that was not asked for.</summary>
    public BranchContributions? Branches { get; init; }

    /// <summary>What residual blocks contribute; null where that was not asked for.</summary>
    public BlockContributions? Blocks { get; init; }

    /// <summary>What a layer makes of images, one sheet an image.</summary>
    public IReadOnlyList<SheetFigure> FeatureMaps { get; init; } = [];

    /// <summary>The first convolution's kernels; null where that was not asked for.</summary>
    public SheetFigure? Filters { get; init; }

    /// <summary>The page.</summary>
    public Page ToPage() => new($"{Model}, seen from inside", Html.Of($"Where the network looks, what its parts contribute, and what its layers see."),
    [
        .. GradCams.Count > 0 ? [new Section("Where it looks", GradCamContent())] : Array.Empty<Section>(),
        .. Branches is { } branches ? [new Section("Branches", Content(branches))] : Array.Empty<Section>(),
        .. Blocks is { } blocks ? [new Section("Residual blocks", Content(blocks))] : Array.Empty<Section>(),
        .. FeatureMaps.Count > 0 ? [new Section("Feature maps", Html.Each(FeatureMaps, sheet => Html.Of($"<h3>{sheet.Title}</h3>{Content(sheet)}")))] : Array.Empty<Section>(),
        .. Filters is { } filters ? [new Section(filters.Title, Content(filters))] : Array.Empty<Section>(),
    ]);

    private static Html Content(SheetFigure sheet) => HtmlParts.Figure(HtmlParts.Image(sheet.Png, sheet.Title, sheet.Width), sheet.Text);

    private Html GradCamContent() => Html.Of(
        $"""
        <p>Grad-CAM (Selvaraju et al. 2017): bright is where the layer's values speak for the class, dark where they do not. Each map is divided by its own peak, which is given in units of the class's logit. The map has the layer's few pixels; over the image it is interpolated.</p>
        {Html.Each(GradCams, Content)}
        """);

    private Html Content(GradCamFigure figure)
    {
        var map = figure.Result;
        string target = Classes[map.Target];
        int brightest = Array.IndexOf(map.Values, map.Peak);
        string place = map.Peak > 0 ? $"brightest in row {brightest / map.Width + 1} of {map.Height}, column {brightest % map.Width + 1} of {map.Width}" : "dark everywhere";
        string peak = map.Peak > 0 ? FormattableString.Invariant($"peak {map.Peak:G4}") : $"nothing here speaks for {target}";
        var table = new Table("class", "probability");
        foreach (int c in map.Classification.Ranking.Take(Top))
        {
            table.Add(Html.Of($"{Classes[c]}"), HtmlParts.Meter(map.Classification.Probabilities[c]));
        }

        return Html.Of(
            $"""
            <h3>{figure.File}</h3>
            <ul class="gallery large">
            <li>{HtmlParts.Figure(HtmlParts.Image(figure.Image, $"{figure.File} as the network sees it", ImageWidth), $"The network's input: {figure.Treatment}")}</li>
            <li>{HtmlParts.Figure(HtmlParts.Image(figure.Overlay, $"Heat over {figure.File} for class {target}: {place}", ImageWidth), $"What speaks for {target}, over the image in grey")}</li>
            <li>{HtmlParts.Figure(HtmlParts.Image(figure.Map, $"The map for class {target} alone: {place}", ImageWidth), $"The map alone: {figure.Layer}, {map.Height}×{map.Width}; {peak}")}</li>
            </ul>
            {table.ToHtml($"What the network says of {figure.File}")}
            """);
    }

    private Html Content(BranchContributions branches)
    {
        var table = new Table("branch", ">channels", ">accuracy without", "accuracy lost", "share of the energy");
        foreach (var b in branches.Branches)
        {
            table.Add(
                Html.Of($"{b.Name}"),
                Html.Of($"{b.Channels}"),
                Html.Of($"{HtmlParts.Percent(b.Top1Without)}"),
                HtmlParts.Meter(branches.Top1 - b.Top1Without),
                HtmlParts.Meter(b.EnergyShare));
        }

        return Html.Of(
            $"""
            <p>With all branches the network has {HtmlParts.Percent(branches.Top1)} on {Dataset}. For each branch: the accuracy when its output is zero, what that costs, in points of a hundred, and its share of the squares of all values of its module. The network was not trained to do without a branch, so what is lost tells how much it relies on it, not how well it would do had it never had it.</p>
            {table.ToHtml("What each branch contributes")}
            """);
    }

    private Html Content(BlockContributions blocks)
    {
        var table = new Table("block", ">accuracy without", "accuracy lost", ">F(x)", ">shortcut", ">ratio", ">cosine");
        foreach (var b in blocks.Blocks)
        {
            table.Add(
                Html.Of($"{b.Name}"),
                Html.Of($"{HtmlParts.Percent(b.Top1Without)}"),
                HtmlParts.Meter(blocks.Top1 - b.Top1Without),
                Html.Of($"{b.ResidualRms:F3}"),
                Html.Of($"{b.ShortcutRms:F3}"),
                Html.Of($"{b.Ratio:F3}"),
                Html.Of($"{b.Cosine:F3}"));
        }

        return Html.Of(
            $"""
            <p>With all blocks the network has {HtmlParts.Percent(blocks.Top1)} on {Dataset}. For each block: the accuracy when F(x) is zero and only the shortcut is passed on, what that costs, in points of a hundred, and the root mean squares of F(x) and of the shortcut. The cosine is between the two: near 1 the block makes its input larger, near 0 it adds something new, below 0 it takes away.</p>
            {table.ToHtml("What each residual block contributes")}
            """);
    }
}
