using System.Runtime.InteropServices;

namespace Lanewise;

/// <summary>A rectangle in pixels.</summary>
/// <param name="X">The left edge.</param>
/// <param name="Y">The top edge.</param>
/// <param name="Width">The number of columns.</param>
/// <param name="Height">The number of rows.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Box(int X, int Y, int Width, int Height);

/// <summary>A decoded image of C×H×W bytes, 0 (black) to 255 (white).</summary>
public sealed class DecodedImage
{
    /// <summary>Creates a black image.</summary>
    /// <param name="channels">The number of channels: 1 (grey) or 3 (red, green, blue).</param>
    /// <param name="width">The number of columns.</param>
    /// <param name="height">The number of rows.</param>
    public DecodedImage(int channels, int width, int height)
        : this(channels, width, height, new byte[(long)channels * width * height])
    {
    }

    /// <summary>Wraps the bytes of an image without copying them.</summary>
    /// <param name="channels">The number of channels: 1 (grey) or 3 (red, green, blue).</param>
    /// <param name="width">The number of columns.</param>
    /// <param name="height">The number of rows.</param>
    /// <param name="pixels">The bytes, laid out as [channel][row][column].</param>
    /// <exception cref="ShapeException">A size is below 1, or the number of bytes is not that of the image.</exception>
    public DecodedImage(int channels, int width, int height, byte[] pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        if (channels < 1 || width < 1 || height < 1 || (long)channels * width * height != pixels.Length)
        {
            throw new ShapeException($"{pixels.Length} bytes are not an image of {channels}×{height}×{width}.");
        }

        (Channels, Width, Height, Pixels) = (channels, width, height, pixels);
    }

    /// <summary>The number of channels, 1 (grey) or 3 (red, green, blue).</summary>
    public int Channels { get; }

    /// <summary>The number of columns.</summary>
    public int Width { get; }

    /// <summary>The number of rows.</summary>
    public int Height { get; }

    /// <summary>The bytes, laid out as [channel][row][column].</summary>
    public byte[] Pixels { get; }

    /// <summary>What is to be said of the file although it decoded, such as a missing end marker; null if there is nothing.</summary>
    public string? Notice { get; init; }

    /// <summary>Returns a row of a channel.</summary>
    public Span<byte> Row(int channel, int y) => Pixels.AsSpan((channel * Height + y) * Width, Width);

    /// <summary>Returns the largest central box with the aspect ratio <paramref name="width"/> : <paramref name="height"/>.</summary>
    internal Box CenterBox(int width, int height)
    {
        double scale = Math.Min((double)Width / width, (double)Height / height);
        int boxWidth = Math.Clamp((int)Math.Round(width * scale), 1, Width);
        int boxHeight = Math.Clamp((int)Math.Round(height * scale), 1, Height);
        return new Box((Width - boxWidth) / 2, (Height - boxHeight) / 2, boxWidth, boxHeight);
    }

    /// <summary>
    /// Resizes a part of the image with a filter that is as wide as two (bilinear) or four (bicubic) source or target pixels, whichever
    /// is more: interpolation when enlarging, antialiased when shrinking. Equals torchvision's antialiased Resize.
    /// </summary>
    /// <param name="from">The part of this image.</param>
    /// <param name="width">The width of the result.</param>
    /// <param name="height">The height of the result.</param>
    /// <param name="interpolation">The filter. Default: bilinear.</param>
    internal DecodedImage Resize(Box from, int width, int height, Interpolation interpolation = Interpolation.Bilinear) =>
        Resize(from, width, height, new Box(0, 0, width, height), interpolation);

    /// <summary>Resizes a part of the image and returns a window of the result.</summary>
    /// <param name="from">The part of this image.</param>
    /// <param name="width">The width of the resized part.</param>
    /// <param name="height">The height of the resized part.</param>
    /// <param name="window">The window of the resized part to return.</param>
    /// <param name="interpolation">The filter.</param>
    internal DecodedImage Resize(Box from, int width, int height, Box window, Interpolation interpolation) =>
        ImageResizing.Resize(this, from, width, height, window, interpolation);

    /// <summary>Returns a copy with its own bytes.</summary>
    internal DecodedImage Copy() => new(Channels, Width, Height, [.. Pixels]);

    /// <summary>Converts to grey (ITU-R BT.601 luma); returns this image if it is grey already.</summary>
    public DecodedImage ToGrey()
    {
        if (Channels == 1)
        {
            return this;
        }
        var grey = new DecodedImage(1, Width, Height);
        int plane = Width * Height;
        for (int i = 0; i < plane; i++)
        {
            grey.Pixels[i] = Luma(Pixels[i], Pixels[plane + i], Pixels[2 * plane + i]);
        }
        return grey;
    }

    /// <summary>Replaces every byte by its entry in a table of 256.</summary>
    public void Map(ReadOnlySpan<byte> table)
    {
        foreach (ref byte value in Pixels.AsSpan())
        {
            value = table[value];
        }
    }

    /// <summary>Computes the ITU-R BT.601 luma in 16-bit fixed point; grey values are unchanged.</summary>
    public static byte Luma(int red, int green, int blue) => (byte)((19595 * red + 38470 * green + 7471 * blue + 32768) >> 16);
}
