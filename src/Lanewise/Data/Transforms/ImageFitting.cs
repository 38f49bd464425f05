using Lanewise.Kernels;

namespace Lanewise;

/// <summary>Converts a decoded image to the bytes of the network's input, the same way in training, evaluation and prediction.</summary>
/// <param name="transform">The input's shape and how images are framed, resized and cropped to it.</param>
internal sealed class ImageFitting(ImageTransform transform)
{
    private const ulong MaxOfAKind = 1024;

    // The smallest random crop has 8 % of the area, 0.28 of the side: at four times the input's size it still covers the input.
    private const int MinSideFactor = 4;

    private readonly Shape _input = transform.Input;
    private readonly int _resizedWidth = transform.BeforeCrop(transform.Input.Width);
    private readonly int _resizedHeight = transform.BeforeCrop(transform.Input.Height);

    /// <summary>An image may be decoded at a smaller scale as long as its shorter side has at least this many pixels.</summary>
    public int MinSide => MinSideFactor * Math.Max(_resizedWidth, _resizedHeight);

    /// <summary>Whether an image of the given shape, in the form of the training data, is used unchanged.</summary>
    public bool Keeps(Shape shape) => shape == _input && _resizedWidth == _input.Width && _resizedHeight == _input.Height;

    /// <summary>Transforms an image for evaluation and prediction.</summary>
    /// <param name="image">An image of one or three channels, or as many as the input.</param>
    /// <param name="pixels">Receives C×H×W bytes.</param>
    /// <param name="steps">Receives what is done, in words; null if nobody reads it.</param>
    /// <returns>Whether dark ink on a light background was inverted.</returns>
    public bool Apply(DecodedImage image, Span<byte> pixels, ImageSteps? steps = null)
    {
        var (framed, inverted) = Frame(image, steps);
        if (transform.Ink is null)
        {
            string verb = transform.CropMode == CropMode.Center ? "resized and cropped" : "resized";
            steps?.Add($"{verb} to {_input.Width}×{_input.Height}");
        }

        Write(Fit(framed), pixels);
        return inverted;
    }

    /// <summary>Transforms an image of a dataset whose images are in the form of the training data already.</summary>
    /// <param name="image">An image of one or three channels, or as many as the input.</param>
    /// <param name="pixels">Receives C×H×W bytes.</param>
    public void ApplyFramed(DecodedImage image, Span<byte> pixels) => Write(Fit(image), pixels);

    /// <summary>Transforms an image for training, with random augmentation.</summary>
    /// <param name="image">An image of one or three channels, or as many as the input.</param>
    /// <param name="augmentation">The augmentation.</param>
    /// <param name="seed">The seed of the image's random numbers.</param>
    /// <param name="pixels">Receives C×H×W bytes.</param>
    public void Apply(DecodedImage image, Augmentation augmentation, ulong seed, Span<byte> pixels)
    {
        var transforms = augmentation.Transforms;
        var shared = new SplitMix64(seed);
        bool crops = transforms is [RandomResizedCrop, ..];
        var fitted = transforms is [RandomResizedCrop crop, ..]
            ? image.Resize(crop.Choose(image.Width, image.Height, ref shared), _input.Width, _input.Height, transform.Interpolation)
            : Fit(image);
        Write(fitted, pixels);
        var augmented = new AugmentedImage(pixels, transform);
        for (int i = crops ? 1 : 0; i < transforms.Count; i++)
        {
            if (transforms[i].Stream == 0)
            {
                transforms[i].Apply(augmented, ref shared);
            }
            else
            {
                var own = new SplitMix64(SplitMix64.Mix(seed + StreamOf(transforms, i)));
                transforms[i].Apply(augmented, ref own);
            }
        }
    }

    /// <summary>Returns a number for the stream of a transform: its kind, and how many of that kind come before it.</summary>
    private static ulong StreamOf(IReadOnlyList<RandomTransform> transforms, int index)
    {
        ulong stream = transforms[index].Stream * MaxOfAKind;
        for (int i = 0; i < index; i++)
        {
            stream += transforms[i].Stream == transforms[index].Stream ? 1u : 0;
        }

        return stream * SplitMix64.Increment;
    }

    /// <summary>Brings a drawing into the form of the training data: grey, light on dark, cropped to the ink.</summary>
    /// <param name="image">The decoded image.</param>
    /// <param name="steps">Receives what is done, in words; null if nobody reads it.</param>
    /// <returns>The drawing, and whether it was inverted; the image itself where the transform is for photographs.</returns>
    public (DecodedImage Image, bool Inverted) Frame(DecodedImage image, ImageSteps? steps = null)
    {
        if (transform.Ink is not { } ink)
        {
            return (image, false);
        }

        image = image.ToGrey();
        steps?.Add($"{image.Width}×{image.Height}");
        bool hasSize = image.Width == ink.Width && image.Height == ink.Height;
        // The search for ink takes a smaller image; the center is cropped from the image itself.
        var searched = ink.CropsToInk ? Ink.Reduced(image) : image;
        bool inverted = Ink.IsDarkOnLight(searched);
        if (inverted)
        {
            searched = Ink.Inverted(searched);
            steps?.Add("inverted (dark ink on a light background)");
        }

        if (hasSize && (ink.CropsToInk ? Ink.Shift(searched) : (0, 0)) is var (right, down))
        {
            if ((right, down) != (0, 0))
            {
                steps?.Add($"moved by {right}, {down}");
                return (Ink.Moved(searched, right, down), inverted);
            }
            if (!inverted)
            {
                steps?.Add("unchanged");
            }
            return (searched, inverted);
        }

        if (ink.CropsToInk && CropToInk(image, searched, ink, steps) is { } cropped)
        {
            return (cropped, inverted);
        }

        return (hasSize ? searched : CropCenter(searched, ink, steps), inverted);
    }

    private static DecodedImage? CropToInk(DecodedImage image, DecodedImage searched, InkFraming ink, ImageSteps? steps)
    {
        if (Ink.Frame(searched, ink.Width, ink.Height) is not { } framed)
        {
            Note(steps, "no ink found", "no ink was found");
            return null;
        }

        if (framed.Drawings > 1)
        {
            string notice = $"there are {framed.Drawings} drawings in the image; the largest was taken";
            Note(steps, $"the largest of {framed.Drawings} drawings", notice);
        }

        double scale = (double)image.Width / searched.Width;
        steps?.Add($"cropped to the ink ({Math.Round(framed.Cropped.Width * scale)}×{Math.Round(framed.Cropped.Height * scale)})");
        steps?.Add($"scaled to {framed.Placed.Width}×{framed.Placed.Height}");
        steps?.Add($"centred by mass in {ink.Width}×{ink.Height}");
        return framed.Image;
    }

    private static void Note(ImageSteps? steps, string step, string notice)
    {
        if (steps is not null)
        {
            steps.Add(step);
            steps.Notice = notice;
        }
    }

    private static DecodedImage CropCenter(DecodedImage image, InkFraming ink, ImageSteps? steps)
    {
        var middle = image.CenterBox(ink.Width, ink.Height);
        if (middle.Width != image.Width || middle.Height != image.Height)
        {
            steps?.Add($"centre-cropped to {middle.Width}×{middle.Height}");
        }

        steps?.Add($"resized to {ink.Width}×{ink.Height}");
        return image.Resize(middle, ink.Width, ink.Height);
    }

    private DecodedImage Fit(DecodedImage image)
    {
        if (Keeps(new Shape(_input.Channels, image.Height, image.Width)))
        {
            return image;
        }

        var (width, height) = Resized(image.Width, image.Height);
        int left = Half(width - _input.Width), top = Half(height - _input.Height);
        var whole = new Box(0, 0, image.Width, image.Height);
        if (left >= 0 && top >= 0)
        {
            return image.Resize(whole, width, height, new Box(left, top, _input.Width, _input.Height), transform.Interpolation);
        }

        var window = new Box(Math.Max(left, 0), Math.Max(top, 0), Math.Min(width, _input.Width), Math.Min(height, _input.Height));
        return OnBorder(image.Resize(whole, width, height, window, transform.Interpolation), Math.Max(-left, 0), Math.Max(-top, 0));
    }

    /// <summary>Returns the share of the area of an image, not a drawing, that the crop hides in evaluation, 0 to 1.</summary>
    public double HiddenShare(int width, int height)
    {
        if (Keeps(new Shape(_input.Channels, height, width)))
        {
            return 0;
        }

        var (resizedWidth, resizedHeight) = Resized(width, height);
        double shown = (double)Math.Min(resizedWidth, _input.Width) * Math.Min(resizedHeight, _input.Height);
        return 1 - shown / ((double)resizedWidth * resizedHeight);
    }

    /// <summary>Returns the size to which an image is resized before the crop.</summary>
    private (int Width, int Height) Resized(int width, int height) => transform.CropMode switch
    {
        CropMode.Squash => (_resizedWidth, _resizedHeight),
        CropMode.Border => Scaled(width, height, covers: false),
        _ => Scaled(width, height, covers: true),
    };

    /// <summary>
    /// Returns the size of the resized image with its aspect ratio kept: one side is that before the crop, the other is longer (covers)
    /// or shorter.
    /// </summary>
    private (int Width, int Height) Scaled(int width, int height, bool covers)
    {
        bool isTall = (long)width * _resizedHeight <= (long)height * _resizedWidth;
        return isTall == covers
            ? (_resizedWidth, Math.Max(1, Scale(_resizedWidth, height, width)))
            : (Math.Max(1, Scale(_resizedHeight, width, height)), _resizedHeight);
    }

    /// <summary>Places an image on a background of the channels' means, as timm does.</summary>
    private DecodedImage OnBorder(DecodedImage image, int left, int top)
    {
        var result = new DecodedImage(image.Channels, _input.Width, _input.Height);
        for (int c = 0; c < image.Channels; c++)
        {
            float mean = transform.Mean[Math.Min(transform.SourceChannel(c), transform.Mean.Count - 1)];
            byte background = (byte)Math.Clamp(MathF.Round(255 * mean), 0, 255);
            result.Pixels.AsSpan(c * _input.Pixels, _input.Pixels).Fill(background);
            for (int y = 0; y < image.Height; y++)
            {
                image.Row(c, y).CopyTo(result.Row(c, top + y)[left..]);
            }
        }

        return result;
    }

    private static int Scale(int side, int longer, int shorter) => (int)((long)side * longer / shorter);

    // Rounds half to even, as Python's round and therefore torchvision's CenterCrop.
    private static int Half(int rest) => (int)Math.Round(rest / 2.0, MidpointRounding.ToEven);

    /// <summary>Writes an image of the input's size; grey is repeated for three channels, colour becomes luma for one.</summary>
    private void Write(DecodedImage fitted, Span<byte> pixels)
    {
        if (_input.Channels == 1)
        {
            fitted = fitted.ToGrey();
        }

        for (int c = 0; c < _input.Channels; c++)
        {
            fitted.Pixels.AsSpan((fitted.Channels == 1 ? 0 : c) * _input.Pixels, _input.Pixels).CopyTo(pixels[(c * _input.Pixels)..]);
        }
    }
}
