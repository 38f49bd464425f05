using Lanewise.Imaging;
using Xunit;

namespace Lanewise.Tests.Imaging;

/// <summary>Hashes and thumbnails of images that look alike, and of others.</summary>
public sealed class PerceptualHashTests
{
    private const double Limit = 0.96;

    private static readonly DecodedImage[] Scenes = [.. Enumerable.Range(0, 40).Select(seed => Scene(seed, 120, 90))];

    public static TheoryData<string> Copies => ["resized", "enlarged", "brighter", "noise"];

    [Theory]
    [MemberData(nameof(Copies))]
    public void A_copy_has_nearly_the_same_hash_and_thumbnail(string kind) => Assert.All(Scenes, scene =>
    {
        var copy = Copy(scene, kind);
        Assert.InRange(PerceptualHash.Distance(HashOf(scene).Bits, HashOf(copy).Bits), 0, 11);
        Assert.True(Thumbnail.Of(scene).IsLike(Thumbnail.Of(copy), Limit));
    });

    [Fact]
    public void Other_images_have_other_hashes_and_thumbnails()
    {
        var pairs = from a in Enumerable.Range(0, Scenes.Length) from b in Enumerable.Range(0, a) select (a, b);
        double mean = pairs.Average(pair => PerceptualHash.Distance(HashOf(Scenes[pair.a]).Bits, HashOf(Scenes[pair.b]).Bits));
        // 63 bits are used.
        Assert.InRange(mean, 29, 34);
        Assert.All(pairs.Take(100), pair => Assert.False(Thumbnail.Of(Scenes[pair.a]).IsLike(Thumbnail.Of(Scenes[pair.b]), Limit)));
    }

    [Fact]
    public void A_mirrored_image_has_the_mirrored_hash() => Assert.All(Scenes, scene =>
    {
        var mirrored = Mirror(scene);
        Assert.InRange(PerceptualHash.Distance(HashOf(scene).Mirrored.Bits, HashOf(mirrored).Bits), 0, 2);
        Assert.True(Thumbnail.Of(scene).IsLike(Thumbnail.Of(mirrored).Mirror(), Limit));
        Assert.Equal(HashOf(scene), HashOf(scene).Mirrored.Mirrored);
    });

    [Theory]
    [InlineData(0.05, 0.05, 0.05, 0.05)]
    [InlineData(0, 0.06, 0, 0.06)]
    [InlineData(0.04, 0, 0.08, 0)]
    public void A_crop_has_the_hash_of_the_crop_or_of_the_whole_and_a_thumbnail_like_it(
        double left, double right, double top, double bottom)
    {
        int near = 0, like = 0;
        foreach (var scene in Scenes)
        {
            int x = (int)Math.Round(left * scene.Width), y = (int)Math.Round(top * scene.Height);
            var box = new Box(
                x, y, scene.Width - x - (int)Math.Round(right * scene.Width), scene.Height - y - (int)Math.Round(bottom * scene.Height));
            var crop = scene.Resize(box, box.Width, box.Height);
            var (whole, part) = (ImageFingerprint.Of(scene), ImageFingerprint.Of(crop));
            near += PerceptualHash.Distance(whole.Perceptual.Bits, part.Perceptual.Bits) <= 11
                || PerceptualHash.Distance(whole.Cropped.Bits, part.Perceptual.Bits) <= 11 ? 1 : 0;
            Assert.Equal(Thumbnail.Of(scene).IsLike(Thumbnail.Of(crop), Limit), Thumbnail.Of(crop).IsLike(Thumbnail.Of(scene), Limit));
            like += Thumbnail.Of(scene).IsLike(Thumbnail.Of(crop), Limit) ? 1 : 0;
        }

        // Of 40: the drawing has sharper edges than photographs.
        Assert.InRange(near, 24, 40);
        Assert.InRange(like, 38, 40);
    }

    [Fact]
    public void An_image_of_one_shade_has_no_hash_to_compare()
    {
        var plain = new DecodedImage(3, 64, 64);
        plain.Pixels.AsSpan().Fill(200);
        plain.Pixels[5] = 205;
        Assert.True(HashOf(plain).IsPlain);
        Assert.False(HashOf(Scenes[0]).IsPlain);
        Assert.False(Thumbnail.Of(plain).IsLike(Thumbnail.Of(Scenes[0]), Limit));
    }

    [Fact]
    public void Equal_pixels_of_another_shape_are_another_image()
    {
        byte[] pixels = Scenes[0].Pixels;
        var (wide, tall) = (new DecodedImage(3, 120, 90, pixels), new DecodedImage(3, 90, 120, pixels));
        Assert.NotEqual(ImageFingerprint.Of(wide).Pixels, ImageFingerprint.Of(tall).Pixels);
        Assert.Equal(ImageFingerprint.Of(Scenes[0]), ImageFingerprint.Of(new DecodedImage(3, 120, 90, [.. pixels])));
    }

    private static PerceptualHash HashOf(DecodedImage image) => ImageFingerprint.Of(image).Perceptual;

    private static DecodedImage Copy(DecodedImage image, string kind)
    {
        var whole = new Box(0, 0, image.Width, image.Height);
        var random = new Random(3);
        return kind switch
        {
            "resized" => image.Resize(whole, image.Width / 2, image.Height / 2),
            "enlarged" => image.Resize(whole, 2 * image.Width, 2 * image.Height, Interpolation.Bicubic),
            "brighter" => Changed(p => p * 1.1 + 8),
            _ => Changed(p => p + random.Next(-12, 13)),
        };

        DecodedImage Changed(Func<double, double> change) => new(
            image.Channels, image.Width, image.Height, Array.ConvertAll(image.Pixels, p => (byte)Math.Clamp(change(p), 0, 255)));
    }

    private static DecodedImage Mirror(DecodedImage image)
    {
        var mirrored = new DecodedImage(image.Channels, image.Width, image.Height, [.. image.Pixels]);
        for (int c = 0; c < image.Channels; c++)
        {
            for (int y = 0; y < image.Height; y++)
            {
                mirrored.Row(c, y).Reverse();
            }
        }

        return mirrored;
    }

    /// <summary>Draws coloured discs of all sizes, which have the falling spectrum of photographs.</summary>
    private static DecodedImage Scene(int seed, int width, int height)
    {
        var random = new Random(seed);
        var image = new DecodedImage(3, width, height);
        for (int disc = 0; disc < 20; disc++)
        {
            double x = random.NextDouble() * width, y = random.NextDouble() * height, radius = 50 / (1 + disc / 5.0);
            byte[] colour = [(byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256)];
            for (int i = 0; i < image.Pixels.Length; i++)
            {
                double dx = i % width - x, dy = i / width % height - y;
                if (dx * dx + dy * dy < radius * radius)
                {
                    image.Pixels[i] = colour[i / (width * height)];
                }
            }
        }

        return image;
    }
}
