using CsCheck;
using Lanewise.Imaging;
using Xunit;

namespace Lanewise.Tests.Data.Transforms;

public sealed class ImageTransformTests
{
    private static readonly ImageTransform Colour = ImageTransform.Cifar10;

    [Theory]
    [InlineData(Interpolation.Bilinear, "photograph")]
    [InlineData(Interpolation.Bicubic, "photograph-bicubic")]
    public void Evaluation_gives_torchvisions_values(Interpolation interpolation, string golden)
    {
        var transform = ImageTransform.ImageNet with { Interpolation = interpolation };
        var decoded = ImageDecoder.Decode(
            Path.Combine(AppContext.BaseDirectory, "goldens", "photograph.png"), transform.Decoding);
        float[] values = new float[transform.Input.Count];
        transform.Normalize(transform.Apply(decoded).Pixels, values);

        float[] expected = Golden.Read(golden)["every_seventh"].Values;
        Assert.Equal(3 * 32 * 32, expected.Length);
        double sum = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            int c = i / 1024, y = i / 32 % 32 * 7, x = i % 32 * 7;
            float level = 1 / 255f / transform.Std[c];
            float difference = (values[(c * 224 + y) * 224 + x] - expected[i]) / level;
            Assert.InRange(difference, -2.01f, 2.01f);
            sum += Math.Abs(difference);
        }

        // Of 255 levels; a shift by a tenth of a pixel would be several.
        Assert.InRange(sum / expected.Length, 0, 0.3);
    }

    [Theory]
    [InlineData(CropMode.Center, 224, 224, 1, 0)]
    [InlineData(CropMode.Center, 448, 224, 1, 0.5)]
    [InlineData(CropMode.Center, 100, 300, 1, 0.6667)]
    [InlineData(CropMode.Center, 512, 512, 0.875f, 0.2344)]
    [InlineData(CropMode.Border, 448, 224, 1, 0)]
    [InlineData(CropMode.Squash, 448, 224, 1, 0)]
    public void The_share_that_the_crop_hides_is_known(CropMode mode, int width, int height, float crop, double expected)
    {
        var transform = ImageTransform.ImageNet with { CropMode = mode, CropPct = crop };
        Assert.Equal(expected, transform.HiddenShare(width, height), 1e-4);
    }

    [Fact]
    public void Bicubic_interpolation_keeps_straight_ramps_and_sharpens_edges()
    {
        var image = new DecodedImage(1, 8, 1, [10, 10, 10, 10, 200, 200, 200, 200]);
        var large = image.Resize(new Box(0, 0, 8, 1), 16, 1, Interpolation.Bicubic);
        Assert.InRange(large.Pixels.Min(), 0, 5);
        Assert.InRange(large.Pixels.Max(), 205, 255);
        var ramp = new DecodedImage(1, 8, 1, [0, 20, 40, 60, 80, 100, 120, 140]).Resize(new Box(0, 0, 8, 1), 16, 1, Interpolation.Bicubic);
        Assert.Equal([45, 55, 65, 75, 85, 95], ramp.Pixels[5..11]);
    }

    [Theory]
    [InlineData(100, 100, 1, 40, 40)]
    [InlineData(100, 100, 0.8f, 50, 50)]
    [InlineData(60, 150, 1, 40, 100)]
    [InlineData(240, 60, 1, 96, 24)]
    public void The_center_of_the_smallest_cover_fills_an_input_that_is_not_square(int width, int height, float crop, int columns, int rows)
    {
        // As timm's ResizeKeepRatio and CenterCrop. Columns and rows hold their own number, which tells where a pixel comes from.
        var image = new DecodedImage(3, width, height);
        for (int y = 0; y < height; y++)
        {
            image.Row(1, y).Fill((byte)y);
            for (int x = 0; x < width; x++)
            {
                image.Row(0, y)[x] = (byte)x;
            }
        }

        foreach (var interpolation in Enum.GetValues<Interpolation>())
        {
            var transform = Colour.For(new Shape(3, 24, 40)) with { CropPct = crop, Interpolation = interpolation };
            byte[] pixels = transform.Apply(image).Pixels;
            for (int i = 4; i < 20; i++)
            {
                double x = ((columns - 40) / 2 + i + 0.5) * width / columns - 0.5, y = ((rows - 24) / 2 + i + 0.5) * height / rows - 0.5;
                Assert.Equal(x, pixels[i * 40 + i], tolerance: 1);
                Assert.Equal(y, pixels[960 + i * 40 + i], tolerance: 1);
            }
        }
    }

    [Fact]
    public void An_image_of_the_inputs_size_is_left_as_it_is()
    {
        var image = Noise(3, 32, 32);
        Assert.Equal(image.Pixels, Colour.Apply(image).Pixels);
    }

    [Fact]
    public void Grey_is_repeated_and_colour_becomes_luma()
    {
        var grey = Noise(1, 32, 32);
        byte[] repeated = Colour.Apply(grey).Pixels;
        Assert.All(Enumerable.Range(0, 3), c => Assert.Equal(grey.Pixels, repeated[(c * 1024)..((c + 1) * 1024)]));

        var flat = new DecodedImage(3, 28, 28);
        flat.Pixels.AsSpan(0, 784).Fill(255);
        Assert.All(ImageTransform.Mnist.Apply(flat).Pixels, value => Assert.Equal(76, value));
    }

    [Fact]
    public void Small_grey_images_fill_a_larger_input()
    {
        byte[] digit = Imaging.ImageReaderTests.Digit(0);
        var image = new DecodedImage(1, 28, 28);
        digit.CopyTo(image.Pixels, 0);
        byte[] fitted = Colour.Apply(image).Pixels;
        Assert.Equal(digit.Average(v => v), fitted.Average(v => v), tolerance: 1);
    }

    [Fact]
    public void Any_size_fits_any_input() => Gen.Select(Gen.Int[1, 90], Gen.Int[1, 90], Gen.Int[1, 40], Gen.Int[1, 40], Gen.Float[0.1f, 1]).Sample((width, height, inputWidth, inputHeight, crop) =>
    {
        var image = new DecodedImage(3, width, height);
        Array.Fill(image.Pixels, (byte)200);
        var transform = new ImageTransform(new Shape(3, inputHeight, inputWidth), [0, 0, 0], [1, 1, 1]) { CropPct = crop };
        Assert.All(transform.Apply(image).Pixels, value => Assert.Equal(200, value));
        Assert.All(Augmented(image, transform, Augmentation.ImageNet, 3), value => Assert.Equal(200, value));
    }, iter: 200);

    [Fact]
    public void An_image_that_is_a_line_takes_no_memory_to_speak_of()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        _ = ImageTransform.ImageNet.Apply(new DecodedImage(3, 65_535, 1)).Pixels;
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4_000_000);
    }

    [Fact]
    public void A_padded_crop_moves_by_up_to_four_pixels_and_flips_half_of_the_images()
    {
        // A single light pixel in the middle shows where the image went.
        var image = new DecodedImage(3, 32, 32);
        image.Row(0, 16)[12] = 255;
        var seen = new HashSet<(int X, int Y)>();
        for (int i = 0; i < 2000; i++)
        {
            byte[] pixels = Augmented(image, Colour, Augmentation.Cifar, i);
            int at = Array.IndexOf(pixels, (byte)255);
            Assert.Equal(255, pixels.Sum(v => v));
            seen.Add((at % 32, at / 32));
        }

        // 9 rows, 9 columns, and the mirror images of the columns; 12 ± 4 and 19 ± 4 share two.
        Assert.Equal(Enumerable.Range(12, 9), seen.Select(p => p.Y).Distinct().Order());
        Assert.Equal(Enumerable.Range(8, 16), seen.Select(p => p.X).Distinct().Order());
    }

    [Fact]
    public void A_random_part_has_the_asked_area_and_proportions()
    {
        // Columns and rows hold their own number, so the ends of the result tell which part was taken.
        var image = new DecodedImage(3, 200, 200);
        for (int y = 0; y < 200; y++)
        {
            for (int x = 0; x < 200; x++)
            {
                image.Row(0, y)[x] = (byte)x;
                image.Row(1, y)[x] = (byte)y;
            }
        }

        var areas = new List<double>();
        for (int i = 0; i < 1000; i++)
        {
            byte[] pixels = Augmented(image, Colour, Augmentation.ImageNet, i);
            double width = Math.Abs(pixels[31] - pixels[0]) / 31.0 * 32, height = (pixels[1024 + 31 * 32] - pixels[1024]) / 31.0 * 32;
            Assert.InRange(width / height, 0.70, 1.43);
            areas.Add(width * height / 40_000);
        }

        Assert.InRange(areas.Min(), 0.07, 0.12);
        Assert.InRange(areas.Max(), 0.85, 1.03);
        // Parts near the whole often do not fit at their proportions, so the mean is below (0.08 + 1) / 2.
        Assert.InRange(areas.Average(), 0.42, 0.55);
    }

    [Fact]
    public void Seed_epoch_and_image_decide_an_augmentation()
    {
        var images = new MemoryImageDataset(
            "noise", new Shape(3, 40, 40), ["a"], Noise(3, 40, 40).Pixels.Concat(Noise(3, 40, 40).Pixels).ToArray(), new byte[2]);
        float[] Read(int index, int seed, int epoch)
        {
            float[] values = new float[Colour.Input.Count];
            new PreparedDataset(images, Colour, Augmentation.ImageNet, seed, epoch).Read(index, values);
            return values;
        }

        Assert.Equal(Read(0, 1, 0), Read(0, 1, 0));
        Assert.NotEqual(Read(0, 1, 0), Read(1, 1, 0));
        Assert.NotEqual(Read(0, 1, 0), Read(0, 2, 0));
        Assert.NotEqual(Read(0, 1, 0), Read(0, 1, 1));
    }

    [Fact]
    public void Presets_suit_the_input()
    {
        Assert.Equal(Augmentation.None, Augmentation.For(new Shape(1, 28, 28)));
        Assert.Equal(Augmentation.Cifar, Augmentation.For(new Shape(3, 32, 32)));
        Assert.Equal(Augmentation.ImageNet, Augmentation.For(new Shape(3, 224, 224)));
        Assert.Equal([0.1307f, 0.1307f, 0.1307f], ImageTransform.Mnist.For(new Shape(3, 32, 32)).Mean);
        Assert.Equal(0.4734f, Assert.Single(Colour.For(new Shape(1, 28, 28)).Mean), 1e-4f);
    }

    [Fact]
    public void Networks_of_bgr_get_blue_first_whichever_class_normalizes()
    {
        var transform = new ImageTransform(new Shape(3, 5, 4), [0.1, 0.2, 0.3], [1, 2, 4]) { ChannelOrder = ChannelOrder.Bgr };
        var image = Noise(3, 4, 5);
        float[] values = new float[60], prepared = new float[60], read = new float[60];
        transform.Normalize(image.Pixels, values);
        Assert.All(Enumerable.Range(0, 60), i =>
        {
            int c = i / 20;
            Assert.Equal((image.Pixels[(2 - c) * 20 + i % 20] / 255f - transform.Mean[c]) / transform.Std[c], values[i]);
        });

        var source = new PreparedDataset(
            new MemoryImageDataset("noise", new Shape(3, 5, 4), ["a"], image.Pixels, new byte[1]), transform);
        byte[] pixels = new byte[60];
        source.Fit(0, pixels);
        source.Read(0, read);
        new ImagePreparation(transform).Normalize(transform.Apply(image), prepared);
        Assert.Equal(image.Pixels, pixels);
        Assert.Equal(values, read);
        Assert.Equal(values, prepared);
    }

    [Fact]
    public void Means_stay_with_their_colours_in_another_channel_order()
    {
        var bgr = ImageTransform.ImageNet.In(ChannelOrder.Bgr);
        Assert.Equal([0.406f, 0.456f, 0.485f], bgr.Mean);
        Assert.Equal([0.225f, 0.224f, 0.229f], bgr.Std);
        Assert.NotEqual(ImageTransform.ImageNet, bgr);
        Assert.Equal(ImageTransform.ImageNet, bgr.In(ChannelOrder.Rgb));

        // The border has the means' colour, red first.
        var border = (bgr with { CropMode = CropMode.Border, CropPct = 1 }).For(new Shape(3, 4, 8));
        Assert.Equal([124, 116, 104], border.Apply(new DecodedImage(3, 2, 2)).Pixels.Where((_, i) => i % 32 == 0));
        Assert.Equal(ChannelOrder.Bgr, border.ChannelOrder);
    }

    private static byte[] Augmented(DecodedImage image, ImageTransform transform, Augmentation augmentation, int seed)
    {
        byte[] pixels = new byte[transform.Input.Count];
        new ImageFitting(transform).Apply(image, augmentation, (ulong)seed, pixels);
        return pixels;
    }

    private static DecodedImage Noise(int channels, int width, int height)
    {
        var decoded = new DecodedImage(channels, width, height);
        for (int i = 0; i < decoded.Pixels.Length; i++)
        {
            decoded.Pixels[i] = (byte)((i * 167) ^ (i >> 3));
        }

        return decoded;
    }
}
