using Lanewise.Graphs;
using Lanewise.Kernels;

namespace Lanewise.Data.Transforms;

/// <summary>The one way from a decoded image to the bytes of the network's input, in training, evaluation and prediction.</summary>
/// <param name="preprocessing">The input's shape and how images are fitted into it.</param>
internal sealed class ImageTransform(Preprocessing preprocessing)
{
    private const int Attempts = 10;

    // The smallest random part has 8 % of the area, 0.28 of the side: of an image four times as large it still fills the input.
    private const int MinSideFactor = 4;

    private readonly Shape _input = preprocessing.Input;
    private readonly int _resizedWidth = preprocessing.BeforeCrop(preprocessing.Input.Width);
    private readonly int _resizedHeight = preprocessing.BeforeCrop(preprocessing.Input.Height);

    /// <summary>An image with a longer shorter side may be decoded at a smaller scale, down to this.</summary>
    public int MinSide => MinSideFactor * Math.Max(_resizedWidth, _resizedHeight);

    /// <summary>Whether an image of that shape becomes input without any change.</summary>
    public bool Keeps(Shape shape) => shape == _input && _resizedWidth == _input.Width && _resizedHeight == _input.Height;

    /// <summary>As in evaluation: resized so that it just covers the size before the crop, and cropped to the middle.</summary>
    /// <param name="image">One or three channels, or as many as the input.</param>
    /// <param name="pixels">Is written: C×H×W bytes.</param>
    public void Apply(DecodedImage image, Span<byte> pixels) => Write(Fit(image), 0, 0, flip: false, pixels);

    /// <summary>As in training: varied by <paramref name="augmentation"/>.</summary>
    /// <param name="image">One or three channels, or as many as the input.</param>
    /// <param name="augmentation">What may be varied.</param>
    /// <param name="random">Decides how.</param>
    /// <param name="pixels">Is written: C×H×W bytes.</param>
    public void Apply(DecodedImage image, Augmentation augmentation, SplitMix64 random, Span<byte> pixels)
    {
        int right = 0, down = 0;
        DecodedImage fitted;
        if (augmentation.Crop == RandomCrop.Resized)
        {
            fitted = image.Resize(RandomPart(image, augmentation, ref random), _input.Width, _input.Height);
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
        // The side that is short for the input's proportions gets its size, the other follows.
        int width = _resizedWidth, height = _resizedHeight;
        if ((long)image.Width * height <= (long)image.Height * width)
        {
            height = Follow(width, image.Height, image.Width);
        }
        else
        {
            width = Follow(height, image.Width, image.Height);
        }
        int left = Half(width - _input.Width), top = Half(height - _input.Height);
        return image.Resize(new Box(0, 0, image.Width, image.Height), width, height, new Box(left, top, _input.Width, _input.Height));
    }

    private static int Follow(int side, int longer, int shorter) => (int)((long)side * longer / shorter);

    // To the even neighbour, as Python rounds and so torchvision's CenterCrop.
    private static int Half(int rest) => (int)Math.Round(rest / 2.0, MidpointRounding.ToEven);

    /// <summary>A part of random area and proportions; after ten that do not fit, the largest in the middle whose proportions are allowed.</summary>
    private static Box RandomPart(DecodedImage image, Augmentation augmentation, ref SplitMix64 random)
    {
        double area = (double)image.Width * image.Height, widest = augmentation.MaxRatio;
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            double part = area * (augmentation.MinArea + (1 - augmentation.MinArea) * random.NextSingle());
            double ratio = Math.Exp(Math.Log(widest) * (2 * random.NextSingle() - 1));
            int width = (int)Math.Round(Math.Sqrt(part * ratio)), height = (int)Math.Round(Math.Sqrt(part / ratio));
            if (width > 0 && width <= image.Width && height > 0 && height <= image.Height)
            {
                return new Box(random.Below(image.Width - width + 1), random.Below(image.Height - height + 1), width, height);
            }
        }
        double own = Math.Clamp((double)image.Width / image.Height, 1 / widest, widest);
        int most = Math.Min(image.Width, Math.Max(1, (int)Math.Round(image.Height * own)));
        int tallest = Math.Min(image.Height, Math.Max(1, (int)Math.Round(image.Width / own)));
        return new Box((image.Width - most) / 2, (image.Height - tallest) / 2, most, tallest);
    }

    /// <summary>Writes an image of the input's size, moved and flipped, in the input's channels: grey is repeated, colour becomes luma.</summary>
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
                Move(fitted.Row(fitted.Channels == 1 ? 0 : c, y + down), right, to);
                if (flip)
                {
                    to.Reverse();
                }
            }
        }
    }

    private static void Move(ReadOnlySpan<byte> from, int right, Span<byte> to)
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
