using Lanewise.Kernels;

namespace Lanewise;

/// <summary>Converts a decoded image to the bytes of the network's input, the same way in training, evaluation and prediction.</summary>
/// <param name="transform">The input's shape and how images are resized and cropped to it.</param>
internal sealed class ImageFitting(ImageTransform transform)
{
    private const int Attempts = 10;

    // The smallest random crop has 8 % of the area, 0.28 of the side: at four times the input's size it still covers the input.
    private const int MinSideFactor = 4;

    private readonly Shape _input = transform.Input;
    private readonly int _resizedWidth = transform.BeforeCrop(transform.Input.Width);
    private readonly int _resizedHeight = transform.BeforeCrop(transform.Input.Height);

    /// <summary>An image may be decoded at a smaller scale as long as its shorter side has at least this many pixels.</summary>
    public int MinSide => MinSideFactor * Math.Max(_resizedWidth, _resizedHeight);

    /// <summary>Whether an image of the given shape is used unchanged.</summary>
    public bool Keeps(Shape shape) => shape == _input && _resizedWidth == _input.Width && _resizedHeight == _input.Height;

    /// <summary>Transforms an image for evaluation: resizes it to just cover the size before the crop, then crops the center.</summary>
    /// <param name="image">An image of one or three channels, or as many as the input.</param>
    /// <param name="pixels">Receives C×H×W bytes.</param>
    public void Apply(DecodedImage image, Span<byte> pixels) => Write(Fit(image), 0, 0, flip: false, pixels);

    /// <summary>Transforms an image for training, with random augmentation.</summary>
    /// <param name="image">An image of one or three channels, or as many as the input.</param>
    /// <param name="augmentation">The augmentation.</param>
    /// <param name="random">The random numbers.</param>
    /// <param name="pixels">Receives C×H×W bytes.</param>
    public void Apply(DecodedImage image, Augmentation augmentation, SplitMix64 random, Span<byte> pixels)
    {
        int right = 0, down = 0;
        DecodedImage fitted;
        if (augmentation.Crop == RandomCrop.Resized)
        {
            fitted = image.Resize(RandomBox(image, augmentation, ref random), _input.Width, _input.Height);
        }
        else
        {
            fitted = Fit(image);
            if (augmentation.Crop == RandomCrop.Padded)
            {
                right = random.Below(2 * augmentation.Padding + 1) - augmentation.Padding;
                down = random.Below(2 * augmentation.Padding + 1) - augmentation.Padding;
            }
        }
        Write(fitted, right, down, random.NextSingle() < augmentation.Flip, pixels);
    }

    private DecodedImage Fit(DecodedImage image)
    {
        if (Keeps(new Shape(_input.Channels, image.Height, image.Width)))
        {
            return image;
        }
        // The side that is too short for the input's proportions gets its size; the other keeps the image's aspect ratio.
        int width = _resizedWidth, height = _resizedHeight;
        if ((long)image.Width * height <= (long)image.Height * width)
        {
            height = Scale(width, image.Height, image.Width);
        }
        else
        {
            width = Scale(height, image.Width, image.Height);
        }
        int left = Half(width - _input.Width), top = Half(height - _input.Height);
        return image.Resize(new Box(0, 0, image.Width, image.Height), width, height, new Box(left, top, _input.Width, _input.Height));
    }

    private static int Scale(int side, int longer, int shorter) => (int)((long)side * longer / shorter);

    // Rounds half to even, as Python's round and therefore torchvision's CenterCrop.
    private static int Half(int rest) => (int)Math.Round(rest / 2.0, MidpointRounding.ToEven);

    /// <summary>
    /// Returns a box of random area and aspect ratio; after ten that do not fit, the largest central box of an allowed ratio.
    /// </summary>
    private static Box RandomBox(DecodedImage image, Augmentation augmentation, ref SplitMix64 random)
    {
        double area = (double)image.Width * image.Height, maxRatio = augmentation.MaxRatio;
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            double part = area * (augmentation.MinArea + (1 - augmentation.MinArea) * random.NextSingle());
            double ratio = Math.Exp(Math.Log(maxRatio) * (2 * random.NextSingle() - 1));
            int width = (int)Math.Round(Math.Sqrt(part * ratio)), height = (int)Math.Round(Math.Sqrt(part / ratio));
            if (width > 0 && width <= image.Width && height > 0 && height <= image.Height)
            {
                return new Box(random.Below(image.Width - width + 1), random.Below(image.Height - height + 1), width, height);
            }
        }
        double own = Math.Clamp((double)image.Width / image.Height, 1 / maxRatio, maxRatio);
        int boxWidth = Math.Min(image.Width, Math.Max(1, (int)Math.Round(image.Height * own)));
        int boxHeight = Math.Min(image.Height, Math.Max(1, (int)Math.Round(image.Width / own)));
        return new Box((image.Width - boxWidth) / 2, (image.Height - boxHeight) / 2, boxWidth, boxHeight);
    }

    /// <summary>
    /// Writes an image of the input's size, shifted and flipped; grey is repeated for three channels, colour becomes luma for one.
    /// </summary>
    private void Write(DecodedImage fitted, int right, int down, bool flip, Span<byte> pixels)
    {
        if (_input.Channels == 1)
        {
            fitted = fitted.ToGrey();
        }
        for (int c = 0; c < _input.Channels; c++)
        {
            for (int y = 0; y < _input.Height; y++)
            {
                var to = pixels.Slice((c * _input.Height + y) * _input.Width, _input.Width);
                if (y + down < 0 || y + down >= _input.Height)
                {
                    to.Clear();
                    continue;
                }
                Shift(fitted.Row(fitted.Channels == 1 ? 0 : c, y + down), right, to);
                if (flip)
                {
                    to.Reverse();
                }
            }
        }
    }

    private static void Shift(ReadOnlySpan<byte> from, int right, Span<byte> to)
    {
        int shift = Math.Clamp(right, -to.Length, to.Length);
        if (shift >= 0)
        {
            from[shift..].CopyTo(to);
            to[(to.Length - shift)..].Clear();
        }
        else
        {
            to[..-shift].Clear();
            from[..(from.Length + shift)].CopyTo(to[-shift..]);
        }
    }
}
