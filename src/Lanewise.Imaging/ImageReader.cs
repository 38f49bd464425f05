namespace Lanewise.Imaging;

/// <summary>Reads PNG, JPEG, BMP, WEBP and GIF images from files, streams or bytes as a network's input.</summary>
/// <remarks>
/// The EXIF orientation is applied, transparent pixels are composited on white, and of an animation the first frame is read.
/// Photographs are resized and cropped as in training and evaluation (<see cref="ImageTransform.Fit"/>). Drawings become greyscale
/// (luma, ITU-R 601) and light on dark: dark ink on a light background is inverted. What is read is limited as in
/// <see cref="ImageDecoder"/>.
/// </remarks>
public static class ImageReader
{
    /// <summary>Reads an image file, ready for <see cref="ImageTransform.Normalize"/>.</summary>
    /// <param name="path">The path of the image file.</param>
    /// <param name="transform">The model's preprocessing, with the shape of its input.</param>
    /// <param name="framing">How the image is framed; null (default) for Ink with one channel, None with three.</param>
    /// <param name="drawing">The shape of the drawings that the model was trained on; null (default) for the input's.</param>
    /// <exception cref="FileAccessException">The file cannot be read.</exception>
    /// <exception cref="ImageFormatException">The file is not an image, or the image is damaged or too large.</exception>
    /// <exception cref="LanewiseException">The network's input has neither one nor three channels.</exception>
    public static PreparedImage Read(string path, ImageTransform transform, ImageFraming? framing = null, Shape? drawing = null)
    {
        ArgumentNullException.ThrowIfNull(transform);
        using var image = EncodedImage.Open(path);
        return Read(image, transform, framing, drawing);
    }

    /// <summary>Reads an image from a stream.</summary>
    /// <param name="stream">A stream of an image file's bytes; it need not be seekable, and stays open.</param>
    /// <param name="name">The name of the image in messages.</param>
    /// <param name="transform">The model's preprocessing, with the shape of its input.</param>
    /// <param name="framing">How the image is framed; null (default) for Ink with one channel, None with three.</param>
    /// <param name="drawing">The shape of the drawings that the model was trained on; null (default) for the input's.</param>
    /// <exception cref="ImageFormatException">The bytes are not an image, or the image is damaged or too large.</exception>
    /// <exception cref="LanewiseException">The network's input has neither one nor three channels.</exception>
    public static PreparedImage Read(
        Stream stream, string name, ImageTransform transform, ImageFraming? framing = null, Shape? drawing = null)
    {
        ArgumentNullException.ThrowIfNull(transform);
        using var image = EncodedImage.Read(stream, name);
        return Read(image, transform, framing, drawing);
    }

    /// <summary>Reads an image from the bytes of its file.</summary>
    /// <param name="encoded">The bytes of an image file.</param>
    /// <param name="name">The name of the image in messages.</param>
    /// <param name="transform">The model's preprocessing, with the shape of its input.</param>
    /// <param name="framing">How the image is framed; null (default) for Ink with one channel, None with three.</param>
    /// <param name="drawing">The shape of the drawings that the model was trained on; null (default) for the input's.</param>
    /// <exception cref="ImageFormatException">The bytes are not an image, or the image is damaged or too large.</exception>
    /// <exception cref="LanewiseException">The network's input has neither one nor three channels.</exception>
    public static PreparedImage Read(
        ReadOnlySpan<byte> encoded, string name, ImageTransform transform, ImageFraming? framing = null, Shape? drawing = null)
    {
        ArgumentNullException.ThrowIfNull(transform);
        using var image = EncodedImage.Copy(encoded, name);
        return Read(image, transform, framing, drawing);
    }

    private static PreparedImage Read(EncodedImage image, ImageTransform transform, ImageFraming? framing, Shape? drawing)
    {
        var shape = drawing ?? transform.Input;
        framing ??= shape.Channels == 1 ? ImageFraming.Ink : ImageFraming.None;
        return framing == ImageFraming.None ? ReadPhotograph(image, transform) : ReadDrawing(image, transform, framing.Value, shape);
    }

    private static PreparedImage ReadPhotograph(EncodedImage image, ImageTransform transform)
    {
        var decoded = ImageDecoder.Decode(image, channels: 3, transform.MinSide());
        var input = transform.Input;
        string processing = $"resized and cropped to {input.Width}×{input.Height}";
        return new PreparedImage(transform.Fit(decoded), input, Inverted: false, processing);
    }

    private static PreparedImage ReadDrawing(EncodedImage image, ImageTransform transform, ImageFraming framing, Shape shape)
    {
        var decoded = ImageDecoder.Decode(image, channels: 1, minSide: int.MaxValue);
        var processing = new List<string> { $"{decoded.Width}×{decoded.Height}" };
        bool inverted = Ink.IsDarkOnLight(decoded);
        if (inverted)
        {
            Ink.Invert(decoded);
            processing.Add("inverted (dark ink on a light background)");
        }
        if (decoded.Width != shape.Width || decoded.Height != shape.Height)
        {
            decoded = Frame(decoded, shape.Width, shape.Height, framing, processing);
        }
        else if (!inverted)
        {
            processing.Add("unchanged");
        }
        return new PreparedImage(transform.Fit(decoded), transform.Input, inverted, string.Join("; ", processing));
    }

    private static DecodedImage Frame(DecodedImage decoded, int width, int height, ImageFraming framing, List<string> processing)
    {
        if (framing == ImageFraming.Ink)
        {
            if (Ink.Frame(decoded, width, height) is { } framed)
            {
                processing.Add($"cropped to the ink ({framed.Cropped.Width}×{framed.Cropped.Height})");
                processing.Add($"scaled to {framed.Placed.Width}×{framed.Placed.Height}");
                processing.Add($"centred by mass in {width}×{height}");
                return framed.Image;
            }
            processing.Add("no ink found");
        }

        var middle = decoded.CenterBox(width, height);
        if (middle.Width != decoded.Width || middle.Height != decoded.Height)
        {
            processing.Add($"centre-cropped to {middle.Width}×{middle.Height}");
        }
        processing.Add($"resized to {width}×{height}");
        return decoded.Resize(middle, width, height);
    }
}
