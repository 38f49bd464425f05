using Lanewise.Data;
using Lanewise.Data.Transforms;
using Lanewise.Graphs;

namespace Lanewise.Imaging;

/// <summary>Reads PNG, JPEG, BMP, WEBP and GIF files of any size and colour as a network's input.</summary>
/// <remarks>
/// Transparent parts are composited on white, the EXIF orientation is applied, and of an animation the first frame is read.
/// Photographs are prepared as in training and evaluation (<see cref="Preprocessing.Fit"/>). For a network of drawings an image is
/// converted to luma (ITU-R BT.601), and inverted if it shows dark ink on a light background.
/// </remarks>
public static class ImageReader
{
    /// <summary>Reads a file as the bytes that <see cref="Preprocessing.Normalize"/> takes.</summary>
    /// <param name="path">The image file.</param>
    /// <param name="preprocessing">The preprocessing of the model.</param>
    /// <param name="framing">How the image is framed; null for Ink with one channel and None with three.</param>
    /// <param name="drawing">The shape of the drawings that the model was trained on; null for that of the input.</param>
    /// <exception cref="FileAccessException">The file cannot be read.</exception>
    /// <exception cref="ImageFormatException">The file is not an image, damaged or too large.</exception>
    /// <exception cref="ShapeException">The network's input has neither one nor three channels.</exception>
    public static PreparedImage Read(string path, Preprocessing preprocessing, ImageFraming? framing = null, Shape? drawing = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            using var stream = File.OpenRead(path);
            return Read(stream, path, preprocessing, framing, drawing);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FileAccessException.Reading(path, e, "image");
        }
    }

    /// <summary>Reads an image from a stream.</summary>
    /// <param name="stream">The content of the image file.</param>
    /// <param name="name">The image's name in messages.</param>
    /// <param name="preprocessing">The preprocessing of the model.</param>
    /// <param name="framing">How the image is framed; null for Ink with one channel and None with three.</param>
    /// <param name="drawing">The shape of the drawings that the model was trained on; null for that of the input.</param>
    /// <exception cref="ImageFormatException">The content is not an image, damaged or too large.</exception>
    /// <exception cref="ShapeException">The network's input has neither one nor three channels.</exception>
    public static PreparedImage Read(
        Stream stream, string name, Preprocessing preprocessing, ImageFraming? framing = null, Shape? drawing = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(preprocessing);
        var shape = drawing ?? preprocessing.Input;
        framing ??= shape.Channels == 1 ? ImageFraming.Ink : ImageFraming.None;
        return framing == ImageFraming.None
            ? ReadPhotograph(stream, name, preprocessing)
            : ReadDrawing(stream, name, preprocessing, framing.Value, shape);
    }

    private static PreparedImage ReadPhotograph(Stream stream, string name, Preprocessing preprocessing)
    {
        var decoded = ImageDecoder.Decode(stream, name, channels: 3, preprocessing.MinSide());
        var input = preprocessing.Input;
        string treatment = $"resized and cropped to {input.Width}×{input.Height}";
        return new PreparedImage(preprocessing.Fit(decoded), input, Inverted: false, treatment);
    }

    private static PreparedImage ReadDrawing(Stream stream, string name, Preprocessing preprocessing, ImageFraming framing, Shape shape)
    {
        var decoded = ImageDecoder.Decode(stream, name, channels: 1, minSide: int.MaxValue);
        var treatment = new List<string> { $"{decoded.Width}×{decoded.Height}" };
        bool inverted = Ink.IsDarkOnLight(decoded);
        if (inverted)
        {
            Ink.Invert(decoded);
            treatment.Add("inverted (dark ink on a light ground)");
        }
        if (decoded.Width != shape.Width || decoded.Height != shape.Height)
        {
            decoded = Frame(decoded, shape.Width, shape.Height, framing, treatment);
        }
        else if (!inverted)
        {
            treatment.Add("used as it is");
        }
        return new PreparedImage(preprocessing.Fit(decoded), preprocessing.Input, inverted, string.Join("; ", treatment));
    }

    private static DecodedImage Frame(DecodedImage decoded, int width, int height, ImageFraming framing, List<string> treatment)
    {
        if (framing == ImageFraming.Ink)
        {
            if (Ink.Frame(decoded, width, height) is { } framed)
            {
                treatment.Add($"cropped to the ink ({framed.Cropped.Width}×{framed.Cropped.Height})");
                treatment.Add($"scaled to {framed.Placed.Width}×{framed.Placed.Height}");
                treatment.Add($"centred by its mass in {width}×{height}");
                return framed.DecodedImage;
            }
            treatment.Add("no ink found");
        }

        var middle = decoded.CenterBox(width, height);
        if (middle.Width != decoded.Width || middle.Height != decoded.Height)
        {
            treatment.Add($"cropped to the middle {middle.Width}×{middle.Height}");
        }
        treatment.Add($"resized to {width}×{height}");
        return decoded.Resize(middle, width, height);
    }
}
