namespace Lanewise;

/// <summary>Prepares images with an <see cref="ImageTransform"/>, normalizing by a table of all byte values.</summary>
internal sealed class ImagePreparation
{
    private const int Levels = 256;
    private readonly float[] _normalized;

    /// <summary>Fills the table.</summary>
    /// <exception cref="InvalidOptionException">The transform does not fit its own input.</exception>
    /// <exception cref="ShapeException">The input has neither one nor three channels.</exception>
    public ImagePreparation(ImageTransform transform)
    {
        transform.Check();
        transform.CheckChannels();
        Transform = transform;
        _normalized = new float[Levels * transform.Input.Channels];
        for (int i = 0; i < _normalized.Length; i++)
        {
            _normalized[i] = transform.NormalizeLevel((byte)(i % Levels), i / Levels);
        }
    }

    /// <summary>The transform.</summary>
    public ImageTransform Transform { get; }

    /// <summary>Converts interleaved pixels, [row][column][channel], to an image.</summary>
    /// <exception cref="ArgumentException">There are not as many bytes as the image has, or neither one nor three channels.</exception>
    public static DecodedImage FromInterleaved(ReadOnlySpan<byte> pixels, int width, int height, int channels)
    {
        CheckSize(width, height, channels);
        long count = (long)width * height * channels;
        if (pixels.Length != count)
        {
            throw new ArgumentException(
                $"{pixels.Length} bytes; {width}×{height} pixels of {channels} channels are {count} bytes.", nameof(pixels));
        }

        byte[] planes = new byte[pixels.Length];
        int plane = width * height;
        for (int c = 0; c < channels && channels > 1; c++)
        {
            var to = planes.AsSpan(c * plane, plane);
            for (int i = 0, from = c; i < to.Length; i++, from += channels)
            {
                to[i] = pixels[from];
            }
        }

        if (channels == 1)
        {
            pixels.CopyTo(planes);
        }

        return new DecodedImage(channels, width, height, planes);
    }

    /// <summary>Throws unless the sizes are those of an image.</summary>
    /// <exception cref="ArgumentException">A size is below 1, or there are neither one nor three channels.</exception>
    public static void CheckSize(int width, int height, int channels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (channels is not (1 or 3))
        {
            throw new ArgumentException($"{channels} channels; pixels have 1 (grey) or 3 (red, green, blue).", nameof(channels));
        }
    }

    /// <summary>Normalizes the bytes of a prepared image.</summary>
    /// <exception cref="ShapeException">The image was prepared for another input.</exception>
    public void Normalize(PreparedImage image, Span<float> values)
    {
        if (image.Shape != Transform.Input || image.Pixels.Length != values.Length)
        {
            throw new ShapeException(
                $"the image was prepared for {image.Shape}, the network takes {Transform.Input}; use the classifier's transform.");
        }

        int plane = Transform.Input.Pixels;
        for (int c = 0; c < Transform.Input.Channels; c++)
        {
            var table = _normalized.AsSpan(c * Levels, Levels);
            var from = image.Pixels.AsSpan(Transform.SourceChannel(c) * plane, plane);
            var to = values.Slice(c * plane, plane);
            for (int i = 0; i < to.Length; i++)
            {
                to[i] = table[from[i]];
            }
        }
    }
}
