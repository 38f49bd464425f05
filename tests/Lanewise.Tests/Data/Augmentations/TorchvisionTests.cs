using Lanewise.Imaging;
using Xunit;

namespace Lanewise.Tests.Data.Augmentations;

/// <summary>The transforms on the same image with the same parameters as torchvision's (tests/goldens/augmentation.py).</summary>
public sealed class TorchvisionTests
{
    private const int Width = 64, Height = 48;
    private static readonly byte[] Fill = [120, 60, 200];

    private delegate void Change(AugmentedImage image);

    // In the order of the script, with the largest difference allowed for each.
    private static readonly (string Name, int Tolerance, Change Change)[] Cases =
    [
        ("hflip", 0, i => RandomHorizontalFlip.Flip(i)),
        ("vflip", 0, i => RandomVerticalFlip.Flip(i)),
        ("crop", 0, i => RandomCrop.Move(i, 2, -3)),
        ("resized_crop", 1, ResizedCrop),
        ("affine", 1, i => AffineOp.Apply(i, AffineMatrix.About(32, 24, 10, 2, -3, 0.9, 5, 0), [])),
        ("affine_2", 1, i => AffineOp.Apply(i, AffineMatrix.About(32, 24, -137, 0.4, 5.3, 1.3, -20, 11), [])),
        ("rotate", 1, Of(ImageOp.Rotate, 30)),
        ("shear_x", 1, Of(ImageOp.ShearX, 0.3)),
        ("shear_y", 1, Of(ImageOp.ShearY, -0.25)),
        ("translate_x", 1, Of(ImageOp.TranslateX, 12.7)),
        ("translate_y", 0, Of(ImageOp.TranslateY, -7)),
        ("brightness", 0, Of(ImageOp.Brightness, 0.6)),
        ("brightness_2", 0, Of(ImageOp.Brightness, 1.7)),
        ("contrast", 0, Of(ImageOp.Contrast, 0.4)),
        ("contrast_2", 0, Of(ImageOp.Contrast, 1.9)),
        ("saturation", 0, Of(ImageOp.Color, 0.3)),
        ("saturation_2", 0, Of(ImageOp.Color, 1.8)),
        ("hue", 0, i => HueOp.Apply(i, 0.2)),
        ("hue_2", 0, i => HueOp.Apply(i, -0.45)),
        ("sharpness", 0, Of(ImageOp.Sharpness, 0.1)),
        ("sharpness_2", 0, Of(ImageOp.Sharpness, 1.9)),
        ("posterize", 0, Of(ImageOp.Posterize, 3)),
        ("posterize_0", 0, Of(ImageOp.Posterize, 0)),
        ("solarize", 0, Of(ImageOp.Solarize, 100.5)),
        ("solarize_add", 0, Of(ImageOp.SolarizeAdd, 90)),
        ("autocontrast", 0, Of(ImageOp.AutoContrast, 0)),
        ("equalize", 0, Of(ImageOp.Equalize, 0)),
        ("invert", 0, Of(ImageOp.Invert, 0)),
    ];

    public static TheoryData<string, bool> Names =>
    [
        .. from isGrey in new[] { false, true }
           from name in Cases.Select(c => c.Name)
           select new TheoryDataRow<string, bool>(name, isGrey),
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void An_image_becomes_torchvisions(string name, bool isGrey)
    {
        int index = Array.FindIndex(Cases, c => c.Name == name);
        var strip = Read(isGrey);
        byte[] image = Tile(strip, 0), expected = Tile(strip, index + 1);
        var transform = new ImageTransform(new Shape(strip.Channels, Height, Width), [0.5f], [1]);
        byte[] original = [.. image];
        Cases[index].Change(new AugmentedImage(image, transform));

        int largest = image.Zip(expected, (a, b) => Math.Abs(a - b)).Max();
        Assert.InRange(largest, 0, Cases[index].Tolerance);
        bool needsColour = name is "saturation" or "saturation_2" or "hue" or "hue_2";
        Assert.Equal(isGrey && needsColour, image.SequenceEqual(original));
    }

    private static Change Of(ImageOp op, double value) =>
        i => ImageOps.Apply(i, op, value, op is ImageOp.Rotate or >= ImageOp.ShearX ? Fill.AsSpan(0, i.Channels) : []);

    private static void ResizedCrop(AugmentedImage image)
    {
        var whole = new DecodedImage(image.Channels, Width, Height, image.Pixels.ToArray());
        whole.Resize(new Box(7, 5, 41, 37), Width, Height).Pixels.CopyTo(image.Pixels);
    }

    private static DecodedImage Read(bool isGrey) => ImageDecoder.Decode(
        Path.Combine(AppContext.BaseDirectory, "goldens", isGrey ? "augmentation-grey.png" : "augmentation.png"),
        new DecodeOptions(minSide: null, isGrey));

    private static byte[] Tile(DecodedImage strip, int index) =>
    [
        .. Enumerable.Range(0, strip.Channels).SelectMany(c => Enumerable.Range(index * Height, Height).SelectMany(y => strip.Row(c, y).ToArray())),
    ];
}
