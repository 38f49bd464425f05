using Xunit;

namespace Lanewise.Tests.Data;

public sealed class ImageDatasetTests
{
    private static readonly Shape Tiny = new(1, 1, 2);

    [Fact]
    public void Images_and_labels_are_given_back()
    {
        var set = new MemoryImageDataset("tiny", Tiny, ["a", "b"], [1, 2, 3, 4], new byte[] { 0, 1 });
        byte[] pixels = new byte[2];
        set.Read(1, pixels);
        Assert.Equal([3, 4], pixels);
        Assert.Equal(1, set.Label(1));
        Assert.Equal(2, set.Count);
    }

    [Theory]
    [InlineData(4, new byte[] { 0, 1, 0 }, "2 images but 3 labels")]
    [InlineData(3, new byte[] { 0 }, "not a whole number")]
    [InlineData(4, new byte[] { 0, 2 }, "image 1 is labelled 2")]
    public void What_does_not_fit_together_is_refused(int bytes, byte[] labels, string expected)
    {
        var e = Assert.ThrowsAny<LanewiseException>(() => new MemoryImageDataset("tiny", Tiny, ["a", "b"], new byte[bytes], labels));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Take_shows_the_first_images_only()
    {
        var set = new MemoryImageDataset("tiny", Tiny, ["a", "b"], [1, 2, 3, 4], new byte[] { 0, 1 });
        var one = set.Take(1);
        Assert.Equal(1, one.Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => one.Label(1));
        Assert.Same(set, set.Take(9));
        Assert.Throws<ArgumentOutOfRangeException>(() => set.Take(0));
    }
}
