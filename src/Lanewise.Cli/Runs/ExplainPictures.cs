using Lanewise.Analysis;
using Lanewise.Graphs;
using Lanewise.Imaging;
using Lanewise.Reports;

namespace Lanewise.Cli.Runs;

/// <summary>What was found out about a picture.</summary>
/// <param name="File">The picture's file.</param>
/// <param name="GradCam">Where the network looks; null where that was not asked for.</param>
/// <param name="Written">The files that show it.</param>
internal sealed record ExplainedPicture(string File, GradCamFigure? GradCam, IReadOnlyList<string> Written);

/// <summary>Makes the pictures of an explanation and writes them into its folder.</summary>
internal sealed class ExplainPictures(RunModel model, ExplainFolder folder)
{
    // The sides that small pictures are enlarged to, and a contact sheet's width.
    private const int PictureSide = 280, TileSide = 72, SheetWidth = 960;
    private const int LargestSheet = 25_000_000;

    private readonly List<SheetFigure> _sheets = [];

    /// <summary>The sheets written so far.</summary>
    public IReadOnlyList<SheetFigure> Sheets => _sheets;

    /// <summary>Writes a picture's files.</summary>
    /// <param name="pictures">The pictures.</param>
    /// <param name="index">Which.</param>
    /// <param name="cam">Where the network looks; null to leave that out.</param>
    /// <param name="target">The class to explain; null for the likeliest.</param>
    /// <param name="maps">Whose channels are shown; null for none.</param>
    public ExplainedPicture Explain(RunPictures pictures, int index, GradCam? cam, int? target, Node? maps)
    {
        string file = pictures.Files[index], stem = folder.StemOf(file);
        var written = new List<string>();
        GradCamFigure? figure = null;
        if (cam is not null)
        {
            figure = Figure(file, pictures.Pictures[index], cam.Layer, cam.Explain(pictures.Source, [index], target)[0]);
            written.Add(folder.Write($"{stem}-grad-cam.png", figure.Overlay));
            written.Add(folder.Write($"{stem}-map.png", figure.Map));
        }

        if (maps is not null)
        {
            var sheet = FeatureMaps.Of(model.Network, model.Weights, maps, pictures.Source, index).ToImages(GreyRange.Common);
            string text = $"{sheet.Images.Count} channels of {maps.Path}, {maps.Shape.Height}×{maps.Shape.Width} each; black is the least value of all channels, white the largest.";
            written.Add(Add($"{stem}-feature-maps.png", $"What {maps.Path} makes of {file}", text, sheet));
        }

        return new(file, figure, written);
    }

    /// <summary>Writes the first convolution's kernels and returns the file's path.</summary>
    public string AddFilters()
    {
        var layer = Filters.FirstLayer(model.Network);
        var sheet = Filters.Of(model.Network, model.Weights);
        string colour = sheet.Shape.Channels == 3 ? "in the picture's colours" : "in grey";
        return Add("filters.png", $"Filters of {layer.Path}", $"The {sheet.Images.Count} kernels of {layer.Path}, {sheet.Shape.Height}×{sheet.Shape.Width} each, {colour}; zero is mid grey, darker takes away, lighter adds.", sheet);
    }

    /// <summary>Refuses a layer whose channels make too large a picture.</summary>
    /// <exception cref="LanewiseException">They do.</exception>
    public static void RequireShowable(Node layer)
    {
        if (layer.Shape.Count > LargestSheet)
        {
            throw new LanewiseException($"{layer.Path}: its {layer.Shape} values are too many for one picture; choose a later layer, or a smaller --img-size.");
        }
    }

    private static GradCamFigure Figure(string file, Picture picture, Node layer, GradCamMap map)
    {
        var shape = picture.Shape;
        int scale = Math.Max(1, PictureSide / shape.Width);
        float[] heat = map.Resize(shape.Height * scale, shape.Width * scale);
        return new(
            file,
            picture.Treatment,
            PictureWriter.Encode(shape, picture.Pixels, scale),
            HeatPicture.EncodeOverlay(shape, picture.Pixels, heat, scale),
            HeatPicture.Encode(map.Resize(map.Height, map.Width), map.Height, map.Width, Math.Max(1, PictureSide / map.Width)),
            layer.Path,
            map);
    }

    private string Add(string name, string title, string text, ImageSheet sheet)
    {
        int scale = Math.Max(1, TileSide / Math.Max(sheet.Shape.Width, sheet.Shape.Height));
        int columns = Math.Max(1, SheetWidth / (sheet.Shape.Width * scale));
        byte[] png = PictureWriter.EncodeContactSheet(sheet.Shape, sheet.Images, columns, scale);
        _sheets.Add(new(title, text, png, Math.Min(columns, sheet.Images.Count) * sheet.Shape.Width * scale));
        return folder.Write(name, png);
    }
}
