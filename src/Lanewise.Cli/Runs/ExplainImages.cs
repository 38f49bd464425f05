using Lanewise.Analysis;
using Lanewise.Graphs;
using Lanewise.Imaging;
using Lanewise.Reports;

namespace Lanewise.Cli.Runs;

/// <summary>What was found out about an image.</summary>
/// <param name="File">The image's file.</param>
/// <param name="GradCam">Where the network looks; null where that was not asked for.</param>
/// <param name="FeatureMaps">What a layer makes of it, likewise.</param>
/// <param name="Written">The files that show it.</param>
internal sealed record ExplainedImage(string File, GradCamFigure? GradCam, SheetFigure? FeatureMaps, IReadOnlyList<string> Written);

/// <summary>Makes the images of an explanation and writes them into its folder.</summary>
internal sealed class ExplainImages(RunModel model, ExplainFolder folder)
{
    // The sides that small images are enlarged to, and a contact sheet's width.
    private const int ImageSide = 280, TileSide = 72, SheetWidth = 960, Gap = 6;
    private const int LargestSheet = 25_000_000;

    /// <summary>Writes an image's files.</summary>
    /// <param name="images">The images.</param>
    /// <param name="index">Which.</param>
    /// <param name="cam">Where the network looks; null to leave that out.</param>
    /// <param name="target">The class to explain; null for the likeliest.</param>
    /// <param name="maps">Whose channels are shown; null for none.</param>
    public ExplainedImage Explain(PreparedImages images, int index, GradCam? cam, int? target, Node? maps)
    {
        // The page may be passed on: it tells the image's name, not where it lies.
        string file = images.Files[index], shown = Path.GetFileName(file), stem = folder.StemOf(file);
        var written = new List<string>();
        GradCamFigure? figure = null;
        if (cam is not null)
        {
            figure = Figure(shown, images.Images[index], cam.Layer, cam.Explain(images.Source, [index], target)[0]);
            written.Add(folder.Write($"{stem}-grad-cam.png", figure.Overlay));
            written.Add(folder.Write($"{stem}-map.png", figure.Map));
        }

        SheetFigure? sheet = null;
        if (maps is not null)
        {
            var sheetImages = FeatureMaps.Of(model.Network, model.Weights, maps, images.Source, index).ToImages(GreyRange.Common);
            string text = $"{sheetImages.Images.Count} channels of {maps.Path}, {maps.Shape.Height}×{maps.Shape.Width} each; black is the least value of all channels, white the largest.";
            sheet = Sheet($"What {maps.Path} makes of {shown}", text, sheetImages);
            written.Add(folder.Write($"{stem}-feature-maps.png", sheet.Png));
        }

        return new(file, figure, sheet, written);
    }

    /// <summary>Writes the first convolution's kernels.</summary>
    public (SheetFigure Sheet, string File) Filters()
    {
        var layer = Analysis.Filters.FirstLayer(model.Network);
        var images = Analysis.Filters.Of(model.Network, model.Weights);
        string colour = images.Shape.Channels == 3 ? "in the image's colours" : "in grey";
        string text = $"The {images.Images.Count} kernels of {layer.Path}, {images.Shape.Height}×{images.Shape.Width} each, {colour}; zero is mid grey, darker takes away, lighter adds.";
        var sheet = Sheet($"Filters of {layer.Path}", text, images);
        return (sheet, folder.Write("filters.png", sheet.Png));
    }

    /// <summary>Refuses the input, and a layer whose channels make too large an image.</summary>
    /// <exception cref="LanewiseException">It is such a one.</exception>
    public static void RequireShowable(Network network, Node layer)
    {
        network.UpTo(layer);
        if (layer.Shape.Count > LargestSheet)
        {
            throw new LanewiseException($"{layer.Path}: its {layer.Shape} values are too many for one image; choose a later layer, or a smaller --img-size.");
        }
    }

    private static GradCamFigure Figure(string file, PreparedImage image, Node layer, GradCamMap map)
    {
        var shape = image.Shape;
        int scale = Math.Max(1, ImageSide / shape.Width);
        float[] heat = map.Resize(shape.Height * scale, shape.Width * scale);
        return new(
            file,
            image.Treatment,
            ImageWriter.Encode(shape, image.Pixels, scale),
            HeatmapImage.EncodeOverlay(shape, image.Pixels, heat, scale),
            HeatmapImage.Encode(map.Resize(map.Height, map.Width), map.Height, map.Width, Math.Max(1, ImageSide / map.Width)),
            layer.Path,
            map);
    }

    private static SheetFigure Sheet(string title, string text, ImageSheet sheet)
    {
        int scale = Math.Max(1, TileSide / Math.Max(sheet.Shape.Width, sheet.Shape.Height)), tile = sheet.Shape.Width * scale + Gap;
        int columns = Math.Clamp(SheetWidth / tile, 1, sheet.Images.Count);
        return new(title, text, ImageWriter.EncodeContactSheet(sheet.Shape, sheet.Images, columns, scale, Gap), columns * tile + Gap);
    }
}
