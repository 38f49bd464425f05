using Lanewise.Imaging;
using Xunit;

namespace Lanewise.Tests.Imaging;

public sealed class HeatmapImageTests
{
    [Fact]
    public void Higher_values_are_lighter()
    {
        using var folder = new TemporaryFolder();
        float[] heat = [.. Enumerable.Range(0, 64).Select(i => i / 63f)];
        var grey = Read(folder, HeatmapImage.Encode(heat, 1, 64)).ToGrey();
        Assert.Equal((64, 1), (grey.Width, grey.Height));
        Assert.All(grey.Pixels.Zip(grey.Pixels.Skip(1)), pair => Assert.True(pair.First <= pair.Second));
        Assert.True(grey.Pixels[^1] - grey.Pixels[0] > 150);
    }

    [Fact]
    public void Values_out_of_range_are_clamped_and_squares_are_scaled()
    {
        using var folder = new TemporaryFolder();
        var image = Read(folder, HeatmapImage.Encode([-3, 0, float.NaN, 1, 7, float.PositiveInfinity], 2, 3, scale: 2));
        Assert.Equal((6, 4), (image.Width, image.Height));
        Assert.All(image.Row(0, 0).ToArray(), red => Assert.Equal(68, red));
        Assert.All(image.Row(0, 3).ToArray(), red => Assert.Equal(253, red));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void An_overlay_shows_image_and_heat_map(int channels)
    {
        using var folder = new TemporaryFolder();
        var shape = new Shape(channels, 1, 2);
        byte[] image = [.. Enumerable.Range(0, shape.Count).Select(i => (byte)(i % 2 * 255))];
        var overlay = Read(folder, HeatmapImage.EncodeOverlay(shape, image, [0, 0, 0, 0, 1, 1, 1, 1], scale: 2)).ToGrey();
        Assert.Equal((4, 2), (overlay.Width, overlay.Height));
        Assert.True(overlay.Pixels[0] < overlay.Pixels[2]);
        Assert.True(overlay.Pixels[0] < overlay.Pixels[4]);
        Assert.Equal(overlay.Pixels[0], overlay.Pixels[1]);
    }

    private static DecodedImage Read(TemporaryFolder folder, byte[] png)
    {
        File.WriteAllBytes(folder["heat.png"], png);
        return ImageDecoder.Decode(folder["heat.png"]);
    }
}
