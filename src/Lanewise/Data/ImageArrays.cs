namespace Lanewise;

/// <summary>An array of images and one of labels, as bytes of channels, rows and columns.</summary>
/// <param name="Shape">(C, H, W) of every image.</param>
/// <param name="Pixels">The images one after another.</param>
/// <param name="Labels">A label for each image.</param>
internal sealed record ImageArrays(Shape Shape, byte[] Pixels, long[] Labels)
{
    private const int MaxSide = 1 << 14;

    /// <summary>Takes arrays as files have them: N×H×W, N×H×W×C or N×C×H×W bytes, and N or N×1 labels.</summary>
    /// <param name="sizes">The sizes of the images' array.</param>
    /// <param name="pixels">Its bytes.</param>
    /// <param name="labelSizes">The sizes of the labels' array.</param>
    /// <param name="labels">Its values.</param>
    /// <param name="name">The dataset's name, for messages.</param>
    /// <exception cref="DatasetException">The sizes are others, or the numbers of images and labels differ.</exception>
    public static ImageArrays Of(IReadOnlyList<int> sizes, byte[] pixels, IReadOnlyList<int> labelSizes, long[] labels, string name)
    {
        if (labelSizes is not ([_] or [_, 1]))
        {
            throw Damaged($"{name}: the labels are an array of {string.Join('×', labelSizes)}; expected N or N×1, one number an image.");
        }

        bool isLast = sizes is [_, _, _, 1 or 3];
        Shape? shape = sizes switch
        {
            [_, var h, var w] => new Shape(1, h, w),
            [_, var h, var w, (1 or 3) and var c] => new Shape(c, h, w),
            [_, (1 or 3) and var c, var h, var w] => new Shape(c, h, w),
            _ => null,
        };
        if (shape is not { Height: > 0 and <= MaxSide, Width: > 0 and <= MaxSide } found)
        {
            throw Damaged($"{name}: the images are an array of {string.Join('×', sizes)}; expected N×H×W, N×H×W×C or N×C×H×W, with 1 or 3 "
                + "channels.");
        }

        if (sizes[0] != labels.Length || sizes[0] == 0)
        {
            throw Damaged($"{name}: {sizes[0]} images, but {labels.Length} labels; both need the same number, at least 1.");
        }

        return new(found, isLast && found.Channels > 1 ? Planes(pixels, found) : pixels, labels);

        DatasetException Damaged(string message) => new(message, DatasetError.Damaged, name);
    }

    /// <summary>Turns rows of pixels, each of all channels, into a plane for each channel.</summary>
    private static byte[] Planes(byte[] pixels, Shape shape)
    {
        byte[] planes = new byte[pixels.Length];
        int area = shape.Height * shape.Width, size = shape.Count;
        Parallel.For(0, pixels.Length / size, image =>
        {
            for (int channel = 0; channel < shape.Channels; channel++)
            {
                int to = image * size + channel * area, from = image * size + channel;
                for (int i = 0; i < area; i++)
                {
                    planes[to + i] = pixels[from + i * shape.Channels];
                }
            }
        });
        return planes;
    }
}
