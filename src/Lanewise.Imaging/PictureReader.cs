using Lanewise.Data;
using Lanewise.Files;

namespace Lanewise.Imaging;

/// <summary>Reads PNG, JPEG, BMP, WEBP and GIF files of any size and colour as a network's input.</summary>
/// <remarks>
/// Transparent parts lie on white; a picture is turned as its EXIF orientation says; of an animation the first frame is read.
/// Networks of one channel get the luma (ITU-R 601), and light on dark: a picture of dark ink on a light ground is inverted.
/// </remarks>
public static class PictureReader
{
    /// <summary>Reads a file as the bytes that <see cref="Preprocessing.Normalize"/> takes.</summary>
    /// <param name="path">The picture.</param>
    /// <param name="preprocessing">The model's; it gives the input's shape.</param>
    /// <param name="framing">How the picture is fitted; when null, Ink for one channel and Whole for three.</param>
    /// <exception cref="LanewiseException">The file cannot be read, is no picture, or is larger than 100 megapixels.</exception>
    public static Picture Read(string path, Preprocessing preprocessing, PictureFraming? framing = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            using var stream = File.OpenRead(path);
            return Read(stream, path, preprocessing, framing);
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
    /// <param name="framing">How the picture is fitted; when null, Ink for one channel and Whole for three.</param>
    /// <exception cref="LanewiseException">It is no picture, or larger than 100 megapixels.</exception>
    /// <exception cref="ArgumentException">The network's input has neither one nor three channels.</exception>
    public static Picture Read(Stream stream, string name, Preprocessing preprocessing, PictureFraming? framing = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(preprocessing);
        var input = preprocessing.Input;
        if (input.Channels is not (1 or 3))
        {
            throw new ArgumentException($"A picture has 1 or 3 channels, the network's input {input.Channels}.", nameof(preprocessing));
        }

        var raster = PictureDecoder.Decode(stream, name, input.Channels);
        var treatment = new List<string> { $"{raster.Width}×{raster.Height}" };
        bool inverted = input.Channels == 1 && Ink.IsDarkOnLight(raster);
        if (inverted)
        {
            Ink.Invert(raster);
            treatment.Add("inverted (dark ink on a light ground)");
        }
        if (raster.Width != input.Width || raster.Height != input.Height)
        {
            raster = Fit(raster, input.Width, input.Height, framing, treatment);
        }
        else if (!inverted)
        {
            treatment.Add("used as it is");
        }
        return new Picture(raster.Pixels, input, inverted, string.Join("; ", treatment));
    }

    private static Raster Fit(Raster raster, int width, int height, PictureFraming? framing, List<string> treatment)
    {
        bool frame = raster.Channels == 1 && framing is not PictureFraming.Whole;
        if (frame && Ink.Frame(raster, width, height) is { } framed)
        {
            treatment.Add($"cropped to the ink ({framed.Cropped.Width}×{framed.Cropped.Height})");
            treatment.Add($"scaled to {framed.Placed.Width}×{framed.Placed.Height}");
            treatment.Add($"centred by its mass in {width}×{height}");
            return framed.Raster;
        }

        if (frame)
        {
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
