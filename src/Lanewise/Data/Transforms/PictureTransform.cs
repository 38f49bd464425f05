using Lanewise.Graphs;
using Lanewise.Kernels;

namespace Lanewise.Data.Transforms;

/// <summary>The one way from a decoded picture to the bytes of the network's input, in training, evaluation and prediction.</summary>
/// <param name="preprocessing">The input's shape and how pictures are fitted into it.</param>
internal sealed class PictureTransform(Preprocessing preprocessing)
{
    private const int Attempts = 10;

    // The smallest random part has 8 % of the area, 0.28 of the side: of a picture four times as large it still fills the input.
    private const int LeastSideFactor = 4;

    private readonly Shape _input = preprocessing.Input;
    private readonly int _resizedWidth = preprocessing.BeforeCrop(preprocessing.Input.Width);
    private readonly int _resizedHeight = preprocessing.BeforeCrop(preprocessing.Input.Height);

    /// <summary>A picture with a longer shorter side may be decoded at a smaller scale, down to this.</summary>
    public int LeastSide => LeastSideFactor * Math.Max(_resizedWidth, _resizedHeight);

    /// <summary>Whether a picture of that shape becomes input without any change.</summary>
    public bool Keeps(Shape shape) => shape == _input && _resizedWidth == _input.Width && _resizedHeight == _input.Height;

    /// <summary>As in evaluation: resized so that it just covers the size before the crop, and cropped to the middle.</summary>
    /// <param name="picture">One or three channels, or as many as the input.</param>
    /// <param name="pixels">Is written: C×H×W bytes.</param>
    public void Apply(Raster picture, Span<byte> pixels) => Write(Fit(picture), 0, 0, flip: false, pixels);

    /// <summary>As in training: varied by <paramref name="augmentation"/>.</summary>
    /// <param name="picture">One or three channels, or as many as the input.</param>
    /// <param name="augmentation">What may be varied.</param>
    /// <param name="random">Decides how.</param>
    /// <param name="pixels">Is written: C×H×W bytes.</param>
    public void Apply(Raster picture, Augmentation augmentation, SplitMix64 random, Span<byte> pixels)
    {
        int right = 0, down = 0;
        Raster fitted;
        if (augmentation.Crop == RandomCrop.Resized)
        {
            fitted = picture.Resize(RandomPart(picture, augmentation, ref random), _input.Width, _input.Height);
        }
        else
        {
            fitted = Fit(picture);
            if (augmentation.Crop == RandomCrop.Padded)
            {
                right = random.Below(2 * augmentation.Padding + 1) - augmentation.Padding;
                down = random.Below(2 * augmentation.Padding + 1) - augmentation.Padding;
            }
        }
        Write(fitted, right, down, random.NextSingle() < augmentation.Flip, pixels);
    }

    private Raster Fit(Raster picture)
    {
        if (Keeps(new Shape(_input.Channels, picture.Height, picture.Width)))
        {
            return picture;
        }
        // The side that is short for the input's proportions gets its size, the other follows.
        int width = _resizedWidth, height = _resizedHeight;
        if ((long)picture.Width * height <= (long)picture.Height * width)
        {
            height = Follow(width, picture.Height, picture.Width);
        }
        else
        {
            width = Follow(height, picture.Width, picture.Height);
        }
        int left = Half(width - _input.Width), top = Half(height - _input.Height);
        return picture.Resize(new Box(0, 0, picture.Width, picture.Height), width, height, new Box(left, top, _input.Width, _input.Height));
    }

    private static int Follow(int side, int longer, int shorter) => (int)((long)side * longer / shorter);

    // To the even neighbour, as Python rounds and so torchvision's CenterCrop.
    private static int Half(int rest) => (int)Math.Round(rest / 2.0, MidpointRounding.ToEven);

    /// <summary>A part of random area and proportions; after ten that do not fit, the largest in the middle whose proportions are allowed.</summary>
    private static Box RandomPart(Raster picture, Augmentation augmentation, ref SplitMix64 random)
    {
        double area = (double)picture.Width * picture.Height, widest = augmentation.WidestRatio;
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            double part = area * (augmentation.LeastArea + (1 - augmentation.LeastArea) * random.NextSingle());
            double ratio = Math.Exp(Math.Log(widest) * (2 * random.NextSingle() - 1));
            int width = (int)Math.Round(Math.Sqrt(part * ratio)), height = (int)Math.Round(Math.Sqrt(part / ratio));
            if (width > 0 && width <= picture.Width && height > 0 && height <= picture.Height)
            {
                return new Box(random.Below(picture.Width - width + 1), random.Below(picture.Height - height + 1), width, height);
            }
        }
        double own = Math.Clamp((double)picture.Width / picture.Height, 1 / widest, widest);
        int most = Math.Min(picture.Width, Math.Max(1, (int)Math.Round(picture.Height * own)));
        int tallest = Math.Min(picture.Height, Math.Max(1, (int)Math.Round(picture.Width / own)));
        return new Box((picture.Width - most) / 2, (picture.Height - tallest) / 2, most, tallest);
    }

    /// <summary>Writes a picture of the input's size, moved and flipped, in the input's channels: grey is repeated, colour becomes luma.</summary>
    private void Write(Raster fitted, int right, int down, bool flip, Span<byte> pixels)
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
