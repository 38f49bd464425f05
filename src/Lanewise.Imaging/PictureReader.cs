using Lanewise.Data;
using Lanewise.Data.Transforms;
using Lanewise.Files;
using Lanewise.Graphs;

namespace Lanewise.Imaging;

/// <summary>Reads PNG, JPEG, BMP, WEBP and GIF files of any size and colour as a network's input.</summary>
/// <remarks>
/// Transparent parts lie on white; a picture is turned as its EXIF orientation says; of an animation the first frame is read.
/// Photographs go the way of training and evaluation (<see cref="Preprocessing.Fit"/>). A network of drawings gets the luma
/// (ITU-R 601), and light on dark: a picture of dark ink on a light ground is inverted.
/// </remarks>
public static class PictureReader
{
    /// <summary>Reads a file as the bytes that <see cref="Preprocessing.Normalize"/> takes.</summary>
    /// <param name="path">The picture.</param>
    /// <param name="preprocessing">The model's; it gives the input's shape.</param>
    /// <param name="framing">How the picture is fitted; when null, Ink for one channel and None for three.</param>
    /// <param name="drawing">The shape of the drawings that the model was trained on; when null, the input's.</param>
    /// <exception cref="LanewiseException">The file cannot be read, is no picture, or is too large.</exception>
    public static Picture Read(string path, Preprocessing preprocessing, PictureFraming? framing = null, Shape? drawing = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            using var stream = File.OpenRead(path);
            return Read(stream, path, preprocessing, framing, drawing);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ReadFailure.Explain(path, e, "picture");
        }
    }

    /// <summary>Reads a picture from a stream.</summary>
    /// <param name="stream">The picture file's bytes.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="preprocessing">The model's; it gives the input's shape.</param>
    /// <param name="framing">How the picture is fitted; when null, Ink for one channel and None for three.</param>
    /// <param name="drawing">The shape of the drawings that the model was trained on; when null, the input's.</param>
    /// <exception cref="LanewiseException">It is no picture, or too large, or the network's input has neither one nor three channels.</exception>
    public static Picture Read(Stream stream, string name, Preprocessing preprocessing, PictureFraming? framing = null, Shape? drawing = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(preprocessing);
        var shape = drawing ?? preprocessing.Input;
        framing ??= shape.Channels == 1 ? PictureFraming.Ink : PictureFraming.None;
        return framing == PictureFraming.None
            ? ReadPhotograph(stream, name, preprocessing)
            : ReadDrawing(stream, name, preprocessing, framing.Value, shape);
    }

    private static Picture ReadPhotograph(Stream stream, string name, Preprocessing preprocessing)
    {
        var raster = PictureDecoder.Decode(stream, name, channels: 3, preprocessing.LeastSide);
        var input = preprocessing.Input;
        return new Picture(preprocessing.Fit(raster), input, Inverted: false, $"resized and cropped to {input.Width}×{input.Height}");
    }

    private static Picture ReadDrawing(Stream stream, string name, Preprocessing preprocessing, PictureFraming framing, Shape shape)
    {
        var raster = PictureDecoder.Decode(stream, name, channels: 1, leastSide: int.MaxValue);
        var treatment = new List<string> { $"{raster.Width}×{raster.Height}" };
        bool inverted = Ink.IsDarkOnLight(raster);
        if (inverted)
        {
            Ink.Invert(raster);
            treatment.Add("inverted (dark ink on a light ground)");
        }
        if (raster.Width != shape.Width || raster.Height != shape.Height)
        {
            raster = Frame(raster, shape.Width, shape.Height, framing, treatment);
        }
        else if (!inverted)
        {
            treatment.Add("used as it is");
        }
        return new Picture(preprocessing.Fit(raster), preprocessing.Input, inverted, string.Join("; ", treatment));
    }

    private static Raster Frame(Raster raster, int width, int height, PictureFraming framing, List<string> treatment)
    {
        if (framing == PictureFraming.Ink)
        {
            if (Ink.Frame(raster, width, height) is { } framed)
            {
                treatment.Add($"cropped to the ink ({framed.Cropped.Width}×{framed.Cropped.Height})");
                treatment.Add($"scaled to {framed.Placed.Width}×{framed.Placed.Height}");
                treatment.Add($"centred by its mass in {width}×{height}");
                return framed.Raster;
            }
            treatment.Add("no ink found");
        }

        var middle = raster.Middle(width, height);
        if (middle.Width != raster.Width || middle.Height != raster.Height)
        {
            treatment.Add($"cropped to the middle {middle.Width}×{middle.Height}");
        }
        treatment.Add($"resized to {width}×{height}");
        return raster.Resize(middle, width, height);
    }
}
