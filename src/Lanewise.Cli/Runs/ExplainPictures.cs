using Lanewise.Analysis;
using Lanewise.Graphs;
using Lanewise.Imaging;
using Lanewise.Reports;

namespace Lanewise.Cli.Runs;

/// <summary>What was found out about a picture.</summary>
/// <param name="File">The picture's file.</param>
/// <param name="GradCam">Where the network looks; null where that was not asked for.</param>
/// <param name="FeatureMaps">What a layer makes of it, likewise.</param>
/// <param name="Written">The files that show it.</param>
internal sealed record ExplainedPicture(string File, GradCamFigure? GradCam, SheetFigure? FeatureMaps, IReadOnlyList<string> Written);

/// <summary>Makes the pictures of an explanation and writes them into its folder.</summary>
internal sealed class ExplainPictures(RunModel model, ExplainFolder folder)
{
    // The sides that small pictures are enlarged to, and a contact sheet's width.
    private const int PictureSide = 280, TileSide = 72, SheetWidth = 960, Gap = 6;
    private const int LargestSheet = 25_000_000;

    /// <summary>Writes a picture's files.</summary>
    /// <param name="pictures">The pictures.</param>
    /// <param name="index">Which.</param>
    /// <param name="cam">Where the network looks; null to leave that out.</param>
    /// <param name="target">The class to explain; null for the likeliest.</param>
    /// <param name="maps">Whose channels are shown; null for none.</param>
    public ExplainedPicture Explain(RunPictures pictures, int index, GradCam? cam, int? target, Node? maps)
    {
        // The page may be passed on: it tells the picture's name, not where it lies.
        string file = pictures.Files[index], shown = Path.GetFileName(file), stem = folder.StemOf(file);
        var written = new List<string>();
        GradCamFigure? figure = null;
        if (cam is not null)
        {
            figure = Figure(shown, pictures.Pictures[index], cam.Layer, cam.Explain(pictures.Source, [index], target)[0]);
            written.Add(folder.Write($"{stem}-grad-cam.png", figure.Overlay));
            written.Add(folder.Write($"{stem}-map.png", figure.Map));
        }

        SheetFigure? sheet = null;
        if (maps is not null)
        {
            var images = FeatureMaps.Of(model.Network, model.Weights, maps, pictures.Source, index).ToImages(GreyRange.Common);
            string text = $"{images.Images.Count} channels of {maps.Path}, {maps.Shape.Height}×{maps.Shape.Width} each; black is the least value of all channels, white the largest.";
            sheet = Sheet($"What {maps.Path} makes of {shown}", text, images);
            written.Add(folder.Write($"{stem}-feature-maps.png", sheet.Png));
        }

        return new(file, figure, sheet, written);
    }

    /// <summary>Writes the first convolution's kernels.</summary>
    public (SheetFigure Sheet, string File) Filters()
    {
        var layer = Analysis.Filters.FirstLayer(model.Network);
        var images = Analysis.Filters.Of(model.Network, model.Weights);
        string colour = images.Shape.Channels == 3 ? "in the picture's colours" : "in grey";
        string text = $"The {images.Images.Count} kernels of {layer.Path}, {images.Shape.Height}×{images.Shape.Width} each, {colour}; zero is mid grey, darker takes away, lighter adds.";
        var sheet = Sheet($"Filters of {layer.Path}", text, images);
        return (sheet, folder.Write("filters.png", sheet.Png));
    }

    /// <summary>Refuses the input, and a layer whose channels make too large a picture.</summary>
    /// <exception cref="LanewiseException">It is such a one.</exception>
    public static void RequireShowable(Network network, Node layer)
    {
        network.UpTo(layer);
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

    private static SheetFigure Sheet(string title, string text, ImageSheet sheet)
    {
        int scale = Math.Max(1, TileSide / Math.Max(sheet.Shape.Width, sheet.Shape.Height)), tile = sheet.Shape.Width * scale + Gap;
        int columns = Math.Clamp(SheetWidth / tile, 1, sheet.Images.Count);
        return new(title, text, PictureWriter.EncodeContactSheet(sheet.Shape, sheet.Images, columns, scale, Gap), columns * tile + Gap);
    }
}
