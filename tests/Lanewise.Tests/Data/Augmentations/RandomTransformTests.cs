using Lanewise.Kernels;
using Xunit;

namespace Lanewise.Tests.Data.Augmentations;

public sealed class RandomTransformTests
{
    private static readonly ImageTransform Colour = new(new Shape(3, 40, 50), [0.25f, 0.5f, 0.75f], [0.1f, 0.1f, 0.1f]);

    [Fact]
    public void RandAugment_draws_each_operation_as_often_and_half_of_them_take_place()
    {
        const int Count = 60_000;
        var counts = Draws(Count, (ref random) => new RandAugment().Draw(32, 32, ref random).Op);
        Assert.Equal(16, counts.Count);
        Assert.Equal(0.5, counts[ImageOp.Identity] / (double)Count, 0.01);
        Assert.All(counts.Where(entry => entry.Key != ImageOp.Identity), entry => Assert.Equal(0.5 / 15, entry.Value / (double)Count, 0.004));
        Assert.Equal(15, Draws(Count, (ref random) => new RandAugment { P = 1 }.Draw(32, 32, ref random).Op).Count);
    }

    [Fact]
    public void TrivialAugment_draws_each_operation_as_often()
    {
        const int Count = 60_000;
        var counts = Draws(Count, (ref random) => TrivialAugmentWide.Draw(ref random).Op);
        Assert.Equal(14, counts.Count);
        Assert.DoesNotContain(ImageOp.Invert, counts.Keys);
        Assert.DoesNotContain(ImageOp.SolarizeAdd, counts.Keys);
        Assert.All(counts.Values, value => Assert.Equal(1.0 / 14, value / (double)Count, 0.005));
    }

    [Fact]
    public void The_magnitude_of_RandAugment_is_normal_and_signs_are_even()
    {
        var random = new SplitMix64(3);
        var augment = new RandAugment { P = 1, Magnitude = 6, MagnitudeStd = 0.5 };
        var degrees = new List<double>();
        while (degrees.Count < 2000)
        {
            var (op, value) = augment.Draw(32, 32, ref random);
            if (op == ImageOp.Rotate)
            {
                degrees.Add(value);
            }
        }

        double[] magnitudes = [.. degrees.Select(value => Math.Abs(value) / 3)];
        Assert.Equal(6, magnitudes.Average(), 0.05);
        Assert.Equal(0.5, Math.Sqrt(magnitudes.Average(m => (m - 6) * (m - 6))), 0.03);
        Assert.Equal(0.5, degrees.Count(value => value > 0) / 2000.0, 0.04);
    }

    // The tables of timm's auto_augment.py, at magnitude 9 of 10.
    [Theory]
    [InlineData(ImageOp.Rotate, 27, 27)]
    [InlineData(ImageOp.Posterize, 3, 1)]
    [InlineData(ImageOp.Solarize, 230, 26)]
    [InlineData(ImageOp.SolarizeAdd, 99, 99)]
    [InlineData(ImageOp.Color, 1.72, 1.81)]
    [InlineData(ImageOp.Contrast, 1.72, 1.81)]
    [InlineData(ImageOp.Brightness, 1.72, 1.81)]
    [InlineData(ImageOp.Sharpness, 1.72, 1.81)]
    [InlineData(ImageOp.ShearX, 0.27, 0.27)]
    [InlineData(ImageOp.ShearY, 0.27, 0.27)]
    [InlineData(ImageOp.TranslateX, 40.5, 40.5)]
    [InlineData(ImageOp.TranslateY, 20.25, 20.25)]
    [InlineData(ImageOp.Equalize, 0, 0)]
    internal void Magnitudes_of_RandAugment_are_timms(ImageOp op, double expected, double increasing)
    {
        Assert.Equal(expected, new RandAugment().ValueOf(op, 0.9, 1, 100, 50), 1e-9);
        Assert.Equal(increasing, new RandAugment { Increasing = true }.ValueOf(op, 0.9, 1, 100, 50), 1e-9);
    }

    // The tables of torchvision's TrivialAugmentWide, at bins 0, 16 and 30.
    [Theory]
    [InlineData(ImageOp.ShearX, 0, 0.528, 0.99)]
    [InlineData(ImageOp.ShearY, 0, 0.528, 0.99)]
    [InlineData(ImageOp.TranslateX, 0, 17, 32)]
    [InlineData(ImageOp.TranslateY, 0, 17, 32)]
    [InlineData(ImageOp.Rotate, 0, 72, 135)]
    [InlineData(ImageOp.Brightness, 1, 1.528, 1.99)]
    [InlineData(ImageOp.Color, 1, 1.528, 1.99)]
    [InlineData(ImageOp.Contrast, 1, 1.528, 1.99)]
    [InlineData(ImageOp.Sharpness, 1, 1.528, 1.99)]
    [InlineData(ImageOp.Posterize, 8, 5, 2)]
    [InlineData(ImageOp.Solarize, 255, 119, 0)]
    internal void Magnitudes_of_TrivialAugment_are_torchvisions(ImageOp op, double first, double middle, double last)
    {
        double[] values = [.. new[] { 0, 16, 30 }.Select(bin => TrivialAugmentWide.ValueOf(op, bin, 1))];
        Assert.Equal([first, middle, last], values.Select(value => Math.Round(value, 9)));
    }

    [Fact]
    public void Color_jitter_stays_within_its_factors_and_changes_only_what_is_asked()
    {
        var grey = Flat(100, 100, 100);
        var seen = new List<int>();
        for (ulong seed = 0; seed < 500; seed++)
        {
            byte[] pixels = Apply(grey, new ColorJitter { Brightness = 0.4 }, seed);
            Assert.Single(pixels.Distinct());
            seen.Add(pixels[0]);
            // A flat grey image has neither contrast, nor saturation, nor hue.
            Assert.Equal(grey.Pixels, Apply(grey, new ColorJitter { Contrast = 0.9, Saturation = 0.9, Hue = 0.5 }, seed));
        }

        Assert.InRange(seen.Min(), 60, 62);
        Assert.InRange(seen.Max(), 138, 140);
        Assert.Equal(100, seen.Average(), 3.0);

        // The same image is not brighter because its hue changes too.
        byte[] bright = Apply(grey, new ColorJitter { Brightness = 0.4 }, 5);
        Assert.Equal(bright, Apply(grey, new ColorJitter { Brightness = 0.4, Hue = 0.3 }, 5));
    }

    [Fact]
    public void The_order_of_color_jitter_is_random()
    {
        // Twice as bright and of half the contrast differ by their order where levels are cut off.
        var image = Flat(200, 120, 40);
        var results = Enumerable.Range(0, 200)
            .Select(seed => Apply(image, new ColorJitter { Brightness = 1, Contrast = 1, Saturation = 1 }, (ulong)seed)[0]).ToHashSet();
        Assert.True(results.Count > 50);
    }

    [Fact]
    public void Erased_rectangles_have_the_area_and_the_levels_asked_for()
    {
        var image = Flat(0, 0, 0);
        var erasing = new RandomErasing(0.5) { Scale = (0.1, 0.2), Ratio = (0.5, 2) };
        int erased = 0;
        var areas = new List<double>();
        for (ulong seed = 0; seed < 1000; seed++)
        {
            byte[] pixels = Apply(image, erasing, seed);
            int count = pixels.AsSpan(0, 2000).Count((byte)64);
            erased += count > 0 ? 1 : 0;
            if (count > 0)
            {
                areas.Add(count / 2000.0);
                Assert.Equal((count, count), (pixels.AsSpan(2000, 2000).Count((byte)128), pixels.AsSpan(4000, 2000).Count((byte)191)));
            }
        }

        Assert.InRange(erased, 450, 550);
        Assert.InRange(areas.Min(), 0.09, 0.11);
        Assert.InRange(areas.Max(), 0.19, 0.21);
        Assert.Equal(0.15, areas.Average(), 0.005);

        byte[] flat = Apply(image, erasing with { P = 1, Mode = ErasingMode.Rand }, 1);
        byte[] noise = Apply(image, erasing with { P = 1, Mode = ErasingMode.Pixel }, 1);
        Assert.Equal(2, flat.AsSpan(0, 2000).ToArray().Distinct().Count());
        Assert.InRange(noise.AsSpan(2000, 2000).ToArray().Where(value => value > 0).Average(value => value), 122, 134);
        Assert.True(noise.Distinct().Count() > 60);
    }

    [Fact]
    public void Values_out_of_range_are_named()
    {
        AssertInvalid(new ColorJitter { Hue = 0.6 }, "Hue", "ColorJitter, hue 0.6: expected a number from 0 to 0.5.");
        AssertInvalid(new ColorJitter { Contrast = -1 }, "Contrast", "ColorJitter, contrast -1: expected a number of at least 0.");
        AssertInvalid(new RandAugment { Magnitude = 11 }, "Magnitude", "RandAugment, magnitude 11: expected a number from 0 to 10.");
        AssertInvalid(new RandAugment { NumOps = 0 }, "NumOps", "RandAugment, numops 0: expected a whole number from 1 to 100.");
        AssertInvalid(new RandAugment { P = 2 }, "P", "RandAugment, p 2: expected a probability from 0 to 1.");
        AssertInvalid(new RandomErasing(2), "P", "RandomErasing, p 2: expected a probability from 0 to 1.");
        AssertInvalid(
            new RandomErasing { Mode = (ErasingMode)7 }, "Mode", "RandomErasing, mode 7: expected const, rand or pixel.");
        new Augmentation(new ColorJitter(), new RandAugment(), new TrivialAugmentWide(), new RandomErasing()).Check();
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 9)]
    [InlineData(2, 2)]
    public void Any_size_can_be_augmented(int width, int height)
    {
        var transform = new ImageTransform(new Shape(3, height, width), [0, 0, 0], [1, 1, 1]);
        var image = new DecodedImage(3, width, height);
        Array.Fill(image.Pixels, (byte)9);
        var all = new Augmentation(
            new RandomResizedCrop(), new RandomCrop(), new RandomHorizontalFlip(), new RandomVerticalFlip(), new RandomAffine(180),
            new ColorJitter { Brightness = 1, Contrast = 1, Saturation = 1, Hue = 0.5 }, new RandAugment { NumOps = 5, P = 1 },
            new TrivialAugmentWide(), new RandomErasing(1));
        byte[] pixels = new byte[transform.Input.Count];
        var seen = new HashSet<byte>();
        for (ulong seed = 0; seed < 200; seed++)
        {
            new ImageFitting(transform).Apply(image, all, seed, pixels);
            seen.UnionWith(pixels);
        }

        Assert.True(seen.Count > 5);
    }

    private delegate ImageOp Draw(ref SplitMix64 random);

    private static Dictionary<ImageOp, int> Draws(int count, Draw draw)
    {
        var random = new SplitMix64(1);
        var counts = new Dictionary<ImageOp, int>();
        for (int i = 0; i < count; i++)
        {
            var op = draw(ref random);
            counts[op] = counts.GetValueOrDefault(op) + 1;
        }

        return counts;
    }

    private static void AssertInvalid(RandomTransform transform, string option, string message)
    {
        var e = Assert.Throws<InvalidOptionException>(new Augmentation(transform).Check);
        Assert.Equal((option, message), (e.Option, e.Message));
    }

    private static byte[] Apply(DecodedImage image, RandomTransform transform, ulong seed)
    {
        byte[] pixels = new byte[Colour.Input.Count];
        new ImageFitting(Colour).Apply(image, new Augmentation(transform), seed, pixels);
        return pixels;
    }

    private static DecodedImage Flat(byte red, byte green, byte blue)
    {
        var image = new DecodedImage(3, 50, 40);
        byte[] levels = [red, green, blue];
        for (int c = 0; c < 3; c++)
        {
            image.Pixels.AsSpan(c * 2000, 2000).Fill(levels[c]);
        }

        return image;
    }
}
