using Lanewise.Data;
using Lanewise.Data.Transforms;
using Lanewise.Graphs;

namespace Lanewise.Imaging;

/// <summary>Reads PNG, JPEG, BMP, WEBP and GIF files of any size and colour as a network's input.</summary>
/// <remarks>
/// Transparent parts lie on white; an image is turned as its EXIF orientation says; of an animation the first frame is read.
/// Photographs go the way of training and evaluation (<see cref="Preprocessing.Fit"/>). A network of drawings gets the luma
/// (ITU-R 601), and light on dark: an image of dark ink on a light ground is inverted.
/// </remarks>
public static class ImageReader
{
    /// <summary>Reads a file as the bytes that <see cref="Preprocessing.Normalize"/> takes.</summary>
    /// <param name="path">The image.</param>
    /// <param name="preprocessing">The model's; it gives the input's shape.</param>
    /// <param name="framing">How the image is fitted; when null, Ink for one channel and None for three.</param>
    /// <param name="drawing">The shape of the drawings that the model was trained on; when null, the input's.</param>
    /// <exception cref="LanewiseException">The file cannot be read, is no image, or is too large.</exception>
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
    /// <param name="stream">The image file's bytes.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="preprocessing">The model's; it gives the input's shape.</param>
    /// <param name="framing">How the image is fitted; when null, Ink for one channel and None for three.</param>
    /// <param name="drawing">The shape of the drawings that the model was trained on; when null, the input's.</param>
    /// <exception cref="LanewiseException">It is no image, or too large, or the network's input has neither one nor three channels.</exception>
    public static PreparedImage Read(Stream stream, string name, Preprocessing preprocessing, ImageFraming? framing = null, Shape? drawing = null)
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
        return new PreparedImage(preprocessing.Fit(decoded), input, Inverted: false, $"resized and cropped to {input.Width}×{input.Height}");
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
