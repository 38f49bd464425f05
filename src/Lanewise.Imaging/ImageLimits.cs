namespace Lanewise.Imaging;

/// <summary>What is decoded, so that a small file cannot take much memory or time.</summary>
internal static class ImageLimits
{
    /// <summary>The largest file that is read: an uncompressed image of <see cref="MaxPixels"/> at four bytes each fits.</summary>
    public const int MaxFileBytes = 512 << 20;
    public const int MaxPixels = 100_000_000;
    public const int MaxSide = 65_535;

    /// <summary>The number of pixels that need no data of their own: their memory and time are small.</summary>
    public const int FreePixels = 8_000_000;

    private const string Remedy = "Copy or save it again.";

    /// <summary>Refuses a side that is empty or too long.</summary>
    /// <exception cref="InvalidDataException">A side is not between 1 and <see cref="MaxSide"/>.</exception>
    public static void RequireSides(int width, int height)
    {
        if (width <= 0 || height <= 0)
        {
            throw Damaged($"its header says {width}×{height} pixels");
        }
        if (Math.Max(width, height) > MaxSide)
        {
            throw TooLarge(width, height);
        }
    }

    /// <summary>Refuses an image with too many pixels.</summary>
    /// <exception cref="InvalidDataException">There are none, or more than <see cref="MaxPixels"/>.</exception>
    public static void RequireSize(int width, int height)
    {
        RequireSides(width, height);
        if ((long)width * height > MaxPixels)
        {
            throw TooLarge(width, height);
        }
    }

    /// <summary>Refuses pixels that the data cannot describe.</summary>
    /// <exception cref="InvalidDataException"><paramref name="needed"/> is more than <paramref name="held"/>.</exception>
    public static void RequireData(long needed, long held, int width, int height)
    {
        if (needed > held)
        {
            throw new InvalidDataException($"is damaged or truncated: its data is too short for {width}×{height} pixels. {Remedy}");
        }
    }

    /// <summary>Refuses a canvas that is far larger than the first frame on it.</summary>
    /// <exception cref="InvalidDataException">The canvas has over <see cref="FreePixels"/> more pixels than the frame.</exception>
    public static void RequireCanvas(int width, int height, int frameWidth, int frameHeight)
    {
        if ((long)width * height - (long)frameWidth * frameHeight > FreePixels)
        {
            throw new InvalidDataException(
                $"has a first frame of {frameWidth}×{frameHeight} pixels on a canvas of {width}×{height}; " +
                $"the limit is {FreePixels / 1_000_000} megapixels more than the frame. Crop it.");
        }
    }

    public static InvalidDataException TooLarge(int width, int height) =>
        new($"has {width}×{height} pixels; the limit is {MaxPixels / 1_000_000} megapixels, {MaxSide} a side. Make it smaller.");

    public static InvalidDataException Damaged(string why, Exception? inner = null) => new($"is damaged: {why}. {Remedy}", inner);
}
