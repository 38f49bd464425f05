using Lanewise.Analysis;
using Lanewise.Imaging;
using Lanewise.Reports;

namespace Lanewise.Workflows;

/// <summary>Creates the images of an explanation and writes them to its folder.</summary>
internal sealed class ExplainImages(TrainedModel model, ExplainFolder folder)
{
    // In pixels: the size that small images are enlarged to, and the width of a contact sheet.
    private const int ImageSide = 280, TileSide = 72, SheetWidth = 960, Gap = 6;
    private const int MaxSheetValues = 25_000_000;

    /// <summary>Explains an image and writes its files.</summary>
    /// <param name="images">The images.</param>
    /// <param name="index">The index of the image.</param>
    /// <param name="cam">Computes Grad-CAM; null to omit it.</param>
    /// <param name="target">The class to explain; null for the most likely one.</param>
    /// <param name="maps">The layer whose feature maps are shown; null for none.</param>
    public ExplainedImage Explain(PreparedImages images, int index, GradCam? cam, int? target, Node? maps)
    {
        // The page may be shared, so it shows the name of the image but not its path.
        string file = images.Files[index], shown = Path.GetFileName(file), stem = folder.StemOf(file);
        var written = new List<string>();
        GradCamFigure? figure = null;
        if (cam is not null)
        {
            figure = Figure(shown, images.Images[index], cam.Layer, cam.Explain(images.Source, [index], target)[0]);
            written.Add(folder.Write($"{stem}-grad-cam.png", figure.Overlay));
            written.Add(folder.Write($"{stem}-map.png", figure.Map));
        }

        ContactSheet? sheet = null;
        if (maps is not null)
        {
            var sheetImages = FeatureMaps.Of(model.Network, model.Weights, maps, images.Source, index).ToImages(GreyRange.Common);
            string text = $"{sheetImages.Images.Count} channels of {maps.Path}, {maps.Shape.Height}×{maps.Shape.Width} each; "
                + "black is the minimum of all channels, white the maximum.";
            sheet = Sheet($"Feature maps of {maps.Path} for {shown}", text, sheetImages);
            written.Add(folder.Write($"{stem}-feature-maps.png", sheet.Png));
        }

        return new(file, figure, sheet, written);
    }

    /// <summary>Writes an image of the kernels of the first convolution.</summary>
    public WrittenSheet Filters()
    {
        var layer = Analysis.Filters.FirstLayer(model.Network);
        var images = Analysis.Filters.Of(model.Network, model.Weights, model.Transform.ChannelOrder);
        string color = images.Shape.Channels == 3 ? "as RGB" : "in grayscale";
        string text = $"The {images.Images.Count} kernels of {layer.Path}, {images.Shape.Height}×{images.Shape.Width} each, {color}; "
            + "mid gray is zero, darker values are negative, lighter ones positive.";
        var sheet = Sheet($"Filters of {layer.Path}", text, images);
        return new(sheet, folder.Write("filters.png", sheet.Png));
    }

    /// <summary>Checks that the feature maps of a layer can be shown.</summary>
    /// <exception cref="LanewiseException">The layer is the input, or its feature maps are too large for one image.</exception>
    public static void RequireShowable(Network network, Node layer)
    {
        network.UpTo(layer);
        if (layer.Shape.Count > MaxSheetValues)
        {
            throw new JobException(
                $"{layer.Path}: feature maps of {layer.Shape} are too large for one image; "
                + "choose a later layer or a smaller {img-size}.");
        }
    }

    private static GradCamFigure Figure(string file, PreparedImage image, Node layer, GradCamMap map)
    {
        var shape = image.Shape;
        int scale = Math.Max(1, ImageSide / shape.Width);
        float[] heat = map.Resize(shape.Height * scale, shape.Width * scale);
        return new(
            file,
            image.Processing,
            ImageWriter.Encode(shape, image.Pixels, scale),
            HeatmapImage.EncodeOverlay(shape, image.Pixels, heat, scale),
            HeatmapImage.Encode(map.Resize(map.Height, map.Width), map.Height, map.Width, scale: Math.Max(1, ImageSide / map.Width)),
            layer.Path,
            map);
    }

    private static ContactSheet Sheet(string title, string text, ImageSheet sheet)
    {
        int scale = Math.Max(1, TileSide / Math.Max(sheet.Shape.Width, sheet.Shape.Height)), tile = sheet.Shape.Width * scale + Gap;
        int columns = Math.Clamp(SheetWidth / tile, 1, sheet.Images.Count);
        byte[] png = ImageWriter.EncodeContactSheet(sheet.Shape, sheet.Images, columns, scale, Gap);
        return new(title, text, png, columns * tile + Gap);
    }
}
