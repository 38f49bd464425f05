using Xunit;

namespace Lanewise.Tests.Data.Augmentations;

public sealed class AugmentationTests
{
    private static readonly ImageTransform Plain = new(new Shape(1, 28, 28), [0], [1]);

    public static TheoryData<string> Texts =>
    [
        "none",
        "RandomCrop padding=4; RandomHorizontalFlip p=0.5",
        "RandomResizedCrop scale=0.08,1 ratio=0.75,1.3333333333333333; RandomHorizontalFlip p=0.5",
        "RandomAffine degrees=10 translate=0.08 scale=0.9,1.1 shear=5",
        "RandomVerticalFlip p=0.1; RandomVerticalFlip p=1",
    ];

    [Theory]
    [MemberData(nameof(Texts))]
    public void A_text_says_everything(string text)
    {
        var augmentation = AugmentationText.Parse(text);
        Assert.Equal(text, augmentation.ToString());
        Assert.Equal(augmentation, AugmentationText.Parse(augmentation.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("RandomCrop")]
    [InlineData("RandomCrop padding=4;RandomHorizontalFlip p=0.5")]
    [InlineData("RandomCrop padding=4 fill=3")]
    [InlineData("RandomCrop padding=x")]
    [InlineData("RandomRain p=0.5")]
    [InlineData("RandomResizedCrop scale=0.08 ratio=0.75,1.3")]
    public void Other_texts_are_refused(string text) => Assert.Throws<FormatException>(() => AugmentationText.Parse(text));

    [Fact]
    public void Augmentations_are_equal_by_their_transforms()
    {
        Assert.Equal(Augmentation.Cifar, new Augmentation(new RandomCrop(4), new RandomHorizontalFlip(0.5)));
        Assert.Equal(Augmentation.Cifar.GetHashCode(), new Augmentation(new RandomCrop(4), new RandomHorizontalFlip(0.5)).GetHashCode());
        Assert.NotEqual(Augmentation.Cifar, new Augmentation(new RandomHorizontalFlip(0.5), new RandomCrop(4)));
        Assert.Equal(Augmentation.None, new Augmentation());
        Assert.Equal(Augmentation.Cifar, Augmentation.None.Then(Augmentation.Cifar.Transforms));
    }

    [Fact]
    public void A_further_transform_does_not_change_the_others()
    {
        var image = Digit(1);
        for (ulong seed = 0; seed < 20; seed++)
        {
            byte[] upright = Apply(image, new Augmentation(new RandomVerticalFlip(1), new RandomCrop(6), new RandomHorizontalFlip()), seed);
            byte[] without = Apply(image, new Augmentation(new RandomCrop(6), new RandomHorizontalFlip()), seed);
            byte[] flipped = Apply(new DecodedImage(1, 28, 28, Flipped(image.Pixels)), new Augmentation(new RandomCrop(6), new RandomHorizontalFlip()), seed);
            Assert.Equal(flipped, upright);
            Assert.NotEqual(without, upright);
        }
    }

    [Fact]
    public void Two_of_a_kind_draw_their_own_numbers()
    {
        int both = 0, single = 0;
        var image = Digit(2);
        var twice = new Augmentation(new RandomVerticalFlip(), new RandomVerticalFlip());
        for (ulong seed = 0; seed < 400; seed++)
        {
            both += Apply(image, twice, seed).SequenceEqual(image.Pixels) ? 1 : 0;
            single += Apply(image, new Augmentation(new RandomVerticalFlip()), seed).SequenceEqual(image.Pixels) ? 1 : 0;
        }

        Assert.InRange(both, 160, 240);
        Assert.InRange(single, 160, 240);
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(3, -2, 0)]
    [InlineData(0, 0, 180)]
    public void An_affine_transform_of_whole_pixels_is_exact(int right, int down, int degrees)
    {
        var image = Digit(3);
        byte[] moved = [.. image.Pixels];
        AffineOp.Apply(new AugmentedImage(moved, Plain), AffineMatrix.About(14, 14, degrees, right, down, 1, 0, 0), []);
        for (int y = 0; y < 28; y++)
        {
            for (int x = 0; x < 28; x++)
            {
                int fromX = degrees == 0 ? x - right : 27 - x, fromY = degrees == 0 ? y - down : 27 - y;
                byte expected = fromX is >= 0 and < 28 && fromY is >= 0 and < 28 ? image.Row(0, fromY)[fromX] : (byte)0;
                Assert.Equal(expected, moved[y * 28 + x]);
            }
        }
    }

    [Fact]
    public void Digits_keep_their_ink_and_stay_near_the_middle()
    {
        var image = Digit(4);
        double ink = image.Pixels.Sum(value => value);
        var seen = new List<double>();
        for (ulong seed = 0; seed < 200; seed++)
        {
            byte[] pixels = Apply(image, Augmentation.Digits, seed);
            seen.Add(pixels.Sum(value => value) / ink);
            double column = pixels.Select((value, i) => (double)value * (i % 28)).Sum() / pixels.Sum(value => value);
            Assert.InRange(column, 9, 18);
        }

        // A scale of 0.9 to 1.1 is 0.81 to 1.21 of the area.
        Assert.InRange(seen.Min(), 0.78, 0.9);
        Assert.InRange(seen.Max(), 1.1, 1.25);
        Assert.InRange(seen.Average(), 0.98, 1.03);
    }

    [Fact]
    public void A_value_out_of_range_is_named()
    {
        AssertInvalid(new RandomHorizontalFlip(-0.1), "P", "RandomHorizontalFlip, p -0.1: expected a probability from 0 to 1.");
        AssertInvalid(new RandomVerticalFlip(double.NaN), "P", "RandomVerticalFlip, p NaN: expected a probability from 0 to 1.");
        AssertInvalid(new RandomCrop(-1), "Padding", "RandomCrop, padding -1: expected a whole number from 0 to 65536.");
        AssertInvalid(
            new RandomResizedCrop { Scale = (0.5, 1.5) }, "Scale",
            "RandomResizedCrop, scale (0.5, 1.5): expected a minimum above 0 and a maximum of at most 1.");
        AssertInvalid(
            new RandomResizedCrop { Ratio = (2, 1) }, "Ratio",
            "RandomResizedCrop, ratio (2, 1): expected a minimum above 0 and a maximum of at least that.");
        AssertInvalid(new RandomAffine(181), "Degrees", "RandomAffine, degrees 181: expected a number from 0 to 180.");
        AssertInvalid(new RandomAffine(0) { Translate = 2 }, "Translate", "RandomAffine, translate 2: expected a number from 0 to 1.");
        AssertInvalid(new RandomAffine(0) { Shear = 90 }, "Shear", "RandomAffine, shear 90: expected a number from 0, below 90.");
    }

    private static void AssertInvalid(RandomTransform transform, string option, string message)
    {
        var e = Assert.Throws<InvalidOptionException>(new Augmentation(transform).Check);
        Assert.Equal((option, message), (e.Option, e.Message));
    }

    private static byte[] Apply(DecodedImage image, Augmentation augmentation, ulong seed)
    {
        byte[] pixels = new byte[Plain.Input.Count];
        new ImageFitting(Plain).Apply(image, augmentation, seed, pixels);
        return pixels;
    }

    private static byte[] Flipped(byte[] pixels) => [.. pixels.Chunk(28).Reverse().SelectMany(row => row)];

    private static DecodedImage Digit(int index) => ((IImageDataset)BuiltInDigits.Test(10)).Read(index);
}
