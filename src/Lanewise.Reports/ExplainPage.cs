using Lanewise.Analysis;

namespace Lanewise.Reports;

/// <summary>A Grad-CAM map of an image, with its PNG images.</summary>
public sealed record GradCamFigure
{
    /// <summary>Creates a figure.</summary>
    /// <param name="file">The image's file name.</param>
    /// <param name="processing">The description of how the image became the network's input.</param>
    /// <param name="image">The network's input, as PNG.</param>
    /// <param name="overlay">The map over the image, as PNG.</param>
    /// <param name="map">The map alone, as PNG.</param>
    /// <param name="layer">The layer's path.</param>
    /// <param name="result">The map.</param>
    public GradCamFigure(string file, string processing, byte[] image, byte[] overlay, byte[] map, string layer, GradCamMap result) =>
        (File, Processing, Image, Overlay, Map, Layer, Result) = (file, processing, image, overlay, map, layer, result);

    /// <summary>The image's file name.</summary>
    public string File { get; init; }

    /// <summary>The description of how the image became the network's input.</summary>
    public string Processing { get; init; }

    /// <summary>The network's input, as PNG.</summary>
    public byte[] Image { get; init; }

    /// <summary>The map over the image, as PNG.</summary>
    public byte[] Overlay { get; init; }

    /// <summary>The map alone, as PNG.</summary>
    public byte[] Map { get; init; }

    /// <summary>The layer's path.</summary>
    public string Layer { get; init; }

    /// <summary>The map.</summary>
    public GradCamMap Result { get; init; }
}

/// <summary>Many small images as one.</summary>
public sealed record ContactSheet
{
    /// <summary>Creates a contact sheet.</summary>
    /// <param name="title">The heading.</param>
    /// <param name="caption">The caption.</param>
    /// <param name="png">The PNG file's bytes.</param>
    /// <param name="width">The width in pixels.</param>
    public ContactSheet(string title, string caption, byte[] png, int width) => (Title, Caption, Png, Width) = (title, caption, png, width);

    /// <summary>The heading.</summary>
    public string Title { get; init; }

    /// <summary>The caption.</summary>
    public string Caption { get; init; }

    /// <summary>The PNG file's bytes.</summary>
    public byte[] Png { get; init; }

    /// <summary>The width in pixels.</summary>
    public int Width { get; init; }
}

/// <summary>Renders Grad-CAM maps, contributions of branches and blocks, feature maps and filters as a page.</summary>
public sealed record ExplainPage
{
    /// <summary>Creates a page.</summary>
    /// <param name="model">The model's name.</param>
    /// <param name="classes">The class names, by index.</param>
    public ExplainPage(string model, IReadOnlyList<string> classes) => (Model, Classes) = (model, classes);

    /// <summary>The model's name.</summary>
    public string Model { get; init; }

    /// <summary>The class names, by index.</summary>
    public IReadOnlyList<string> Classes { get; init; }

    private const int ImageWidth = 280, TopClasses = 5;

    /// <summary>Gets the Grad-CAM maps; empty for none.</summary>
    public IReadOnlyList<GradCamFigure> GradCams { get; init; } = [];

    /// <summary>Gets the dataset on which contributions were measured: its name and the number of images.</summary>
    public string Dataset { get; init; } = "";

    /// <summary>Gets the contributions of branches; null to omit them.</summary>
    public BranchContributions? Branches { get; init; }

    /// <summary>Gets the contributions of residual blocks; null to omit them.</summary>
    public BlockContributions? Blocks { get; init; }

    /// <summary>Gets the feature maps of a layer, one sheet for each image; empty for none.</summary>
    public IReadOnlyList<ContactSheet> FeatureMaps { get; init; } = [];

    /// <summary>Gets the kernels of the first convolution; null to omit them.</summary>
    public ContactSheet? Filters { get; init; }

    /// <summary>Renders the page; parts that are null or empty have no section.</summary>
    public Page ToPage() => new($"{Model}: explanation", Html.Of($"{Lead()}."), [.. Sections()]);

    private IEnumerable<Section> Sections()
    {
        if (GradCams.Count > 0)
        {
            yield return new("Grad-CAM", GradCamContent());
        }

        if (Branches is { } branches)
        {
            yield return new("Branch contributions", Content(branches));
        }

        if (Blocks is { } blocks)
        {
            yield return new("Residual block contributions", Content(blocks));
        }

        if (FeatureMaps.Count > 0)
        {
            yield return new("Feature maps", Html.Each(FeatureMaps, sheet => Html.Of($"<h3>{sheet.Title}</h3>{Content(sheet)}")));
        }

        if (Filters is { } filters)
        {
            yield return new(filters.Title, Content(filters));
        }
    }

    private string Lead()
    {
        string[] parts =
        [
            .. GradCams.Count > 0 ? (string[])["where it looks (Grad-CAM)"] : [],
            .. Branches is null ? (string[])[] : ["what its branches contribute"],
            .. Blocks is null ? (string[])[] : ["what its residual blocks contribute"],
            .. FeatureMaps.Count > 0 ? (string[])["its feature maps"] : [],
            .. Filters is null ? (string[])[] : ["its filters"],
        ];
        return parts.Length == 0 ? $"The network {Model}" : $"The network {Model}: {string.Join(", ", parts)}";
    }

    private static Html Content(ContactSheet sheet) =>
        HtmlElements.Figure(HtmlElements.Image(sheet.Png, sheet.Title, sheet.Width), sheet.Caption);

    private Html GradCamContent() => Html.Join(
        Html.Of($"<p>Grad-CAM (Selvaraju et al. 2017) highlights where a layer's features raise the logit of a class: bright is a large "),
        Html.Of($"contribution, dark is none. Each map is normalized by its own peak, which is stated in units of the logit. "),
        Html.Of($"A map has the resolution of the layer; for the overlay it is interpolated to that of the image.</p>"),
        Html.Each(GradCams, Content));

    private Html Content(GradCamFigure figure)
    {
        var map = figure.Result;
        string target = Classes[map.Target];
        int brightest = Array.IndexOf(map.Values, map.Peak);
        string position = map.Peak > 0
            ? $"brightest in row {brightest / map.Width + 1} of {map.Height}, column {brightest % map.Width + 1} of {map.Width}"
            : "dark everywhere";
        string overlayAlt = $"Grad-CAM overlay of {figure.File} for class {target}: {position}";
        string mapAlt = $"Grad-CAM map for class {target}: {position}";
        string peak = map.Peak > 0 ? FormattableString.Invariant($"peak {map.Peak:G4}") : $"no contribution to class {target}";
        var table = new Table("class", "probability");
        foreach (int c in map.Classification.Ranking.Take(TopClasses))
        {
            table.Add(Html.Of($"{Classes[c]}"), HtmlElements.Meter(map.Classification.Probabilities[c]));
        }

        return Html.Of(
            $"""
            <h3>{figure.File}</h3>
            <ul class="gallery large">
            {Item(figure.Image, $"Input: {figure.File}", $"Input: {figure.Processing}")}
            {Item(figure.Overlay, overlayAlt, $"Grad-CAM for class {target}, over the greyscale image")}
            {Item(figure.Map, mapAlt, $"Map of {figure.Layer}, {map.Height}×{map.Width}; {peak}")}
            </ul>
            {table.ToHtml($"Predictions for {figure.File}")}
            """);
    }

    private static Html Item(byte[] png, string alt, string caption) =>
        Html.Of($"<li>{HtmlElements.Figure(HtmlElements.Image(png, alt, ImageWidth), caption)}</li>");

    private Html Content(BranchContributions branches)
    {
        var table = new Table("branch", ">channels", ">accuracy without", "accuracy lost", "energy share");
        foreach (var b in branches.Branches)
        {
            table.Add(
                Html.Of($"{b.Name}"),
                Html.Of($"{b.Channels}"),
                Html.Of($"{HtmlElements.Percent(b.Top1Without)}"),
                HtmlElements.Meter(branches.Top1 - b.Top1Without),
                HtmlElements.Meter(b.EnergyShare));
        }

        return Html.Join(
            Html.Of($"<p>Accuracy with all branches: {HtmlElements.Percent(branches.Top1)} on {Dataset}. For each branch: the accuracy "),
            Html.Of($"when its output is set to zero, the difference in percentage points, and the branch's share of the sum of squares "),
            Html.Of($"(energy) of the module's output. The network was not trained without the branch, so the accuracy lost measures "),
            Html.Of($"how much it relies on the branch, not how well it would do if trained without it.</p>\n"),
            table.ToHtml("Contribution of each branch"));
    }

    private Html Content(BlockContributions blocks)
    {
        var table = new Table("block", ">accuracy without", "accuracy lost", ">RMS of F(x)", ">RMS of the shortcut", ">ratio", ">cosine");
        foreach (var b in blocks.Blocks)
        {
            table.Add(
                Html.Of($"{b.Name}"),
                Html.Of($"{HtmlElements.Percent(b.Top1Without)}"),
                HtmlElements.Meter(blocks.Top1 - b.Top1Without),
                Html.Of($"{b.ResidualRms:F3}"),
                Html.Of($"{b.ShortcutRms:F3}"),
                Html.Of($"{b.Ratio:F3}"),
                Html.Of($"{b.Cosine:F3}"));
        }

        return Html.Join(
            Html.Of($"<p>Accuracy with all blocks: {HtmlElements.Percent(blocks.Top1)} on {Dataset}. For each block: the accuracy when "),
            Html.Of($"F(x) is set to zero and only the shortcut remains, the difference in percentage points, the root mean square (RMS) "),
            Html.Of($"of F(x) and of the shortcut with their ratio, and the cosine similarity of the two: near 1 the block amplifies its "),
            Html.Of($"input, near 0 it adds new features, below 0 it removes some.</p>\n"),
            table.ToHtml("Contribution of each residual block"));
    }
}
