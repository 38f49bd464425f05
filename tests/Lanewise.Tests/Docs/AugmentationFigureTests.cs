using System.Globalization;
using System.Text;
using Lanewise.Imaging;
using Xunit;

namespace Lanewise.Tests.Docs;

public sealed class AugmentationFigureTests
{
    private const string Path = "docs/figures/augmentation.svg";
    private const int Columns = 6, Margin = 10, Gap = 6, LabelHeight = 18, TileWidth = 128, TileHeight = 96;

    private static readonly Shape PhotographShape = new(3, 48, 64), DigitShape = new(1, 28, 28);

    private static readonly (string Label, Augmentation Augmentation)[] Photographs =
    [
        ("--aug cifar", Augmentation.Cifar),
        ("--aug imagenet", Augmentation.ImageNet),
        ("--color-jitter 0.4", new(new ColorJitter { Brightness = 0.4, Contrast = 0.4, Saturation = 0.4 })),
        ("--aa rand-m9-n2-mstd0.5", new(new RandAugment())),
        ("--aa trivial", new(new TrivialAugmentWide())),
        ("--reprob 1", new(new RandomErasing(1))),
        ("--reprob 1 --remode pixel", new(new RandomErasing(1) { Mode = ErasingMode.Pixel })),
    ];

    private static readonly ImageOp[] Operations = [.. Enum.GetValues<ImageOp>().Where(op => op != ImageOp.Identity)];

    [Fact]
    public void The_figure_shows_every_augmentation()
    {
        var photograph = Photograph();
        var transform = new ImageTransform(PhotographShape, [0.49f, 0.46f, 0.41f], [0.23f, 0.22f, 0.22f]);
        var tiles = new List<(string Label, DecodedImage[] Images)> { ("the image", [photograph]) };
        tiles.AddRange(Photographs.Select(row => (row.Label, Draw(row.Augmentation, transform, _ => photograph))));
        var digits = BuiltInDigits.Test(Columns);
        tiles.Add(("digits", [.. Enumerable.Range(0, Columns).Select(i => ((IImageDataset)digits).Read(i))]));
        var plain = new ImageTransform(DigitShape, [0], [1 / 255f]);
        tiles.Add(("--aug digits", Draw(Augmentation.Digits, plain, i => ((IImageDataset)digits).Read(i))));
        tiles.Add(("--mixup 0.8", Mixed(new() { MixupAlpha = 0.8 }, digits, plain)));
        tiles.Add(("--cutmix 1", Mixed(new() { CutMixAlpha = 1 }, digits, plain)));

        string drawn = Drawn(tiles, [.. Operations.Select(op => (op.ToString(), At(op, photograph, transform)))]);
        string text = Environment.GetEnvironmentVariable("LANEWISE_UPDATE_DOCS") == "1" ? drawn : Documentation.Read(Path);
        Documentation.AssertFile(Path, text);
        // Pixels may differ by rounding on other processors; the captions do not.
        Assert.Equal(Captions(drawn), Captions(text));
    }

    private static DecodedImage Photograph()
    {
        var strip = ImageDecoder.Decode(System.IO.Path.Combine(AppContext.BaseDirectory, "goldens", "augmentation.png"));
        return strip.Resize(new Box(0, 0, PhotographShape.Width, PhotographShape.Height), PhotographShape.Width, PhotographShape.Height);
    }

    private static DecodedImage[] Draw(Augmentation augmentation, ImageTransform transform, Func<int, DecodedImage> read) =>
    [
        .. Enumerable.Range(0, Columns).Select(i =>
        {
            byte[] pixels = new byte[transform.Input.Count];
            new ImageFitting(transform).Apply(read(i), augmentation, (ulong)(1 + i), pixels);
            return new DecodedImage(transform.Input.Channels, transform.Input.Width, transform.Input.Height, pixels);
        }),
    ];

    private static DecodedImage At(ImageOp op, DecodedImage photograph, ImageTransform transform)
    {
        byte[] pixels = [.. photograph.Pixels];
        double value = new RandAugment().ValueOf(op, 0.6, 1, PhotographShape.Width, PhotographShape.Height);
        ImageOps.Apply(new AugmentedImage(pixels, transform), op, value, []);
        return new(PhotographShape.Channels, PhotographShape.Width, PhotographShape.Height, pixels);
    }

    private static DecodedImage[] Mixed(Mixup mixup, IDataset digits, ImageTransform plain)
    {
        // The first batch in which both images are well seen.
        var mix = Enumerable.Range(0, 1000).Select(batch => BatchMix.Draw(mixup, plain.Input, seed: 1, epoch: 0, batch))
            .First(mix => mix is { Share: > 0.55f and < 0.7f });
        using var batches = new BatchLoader(
            new PreparedDataset(digits, plain), [.. Enumerable.Range(0, Columns)], Columns, 0, 1, TestContext.Current.CancellationToken, _ => mix);
        return [.. batches.Next().ToArray().Select(i =>
        {
            float[] values = new float[plain.Input.Count];
            batches.Read(i, values);
            return new DecodedImage(1, plain.Input.Width, plain.Input.Height, [.. values.Select(v => (byte)Math.Clamp(MathF.Round(v), 0, 255))]);
        })];
    }

    private static string Drawn(List<(string Label, DecodedImage[] Images)> rows, (string Label, DecodedImage Image)[] operations)
    {
        var body = new StringBuilder();
        int y = Margin;
        foreach (var (label, images) in rows)
        {
            Text(body, Margin, y, label);
            for (int i = 0; i < images.Length; i++)
            {
                Embed(body, Margin + i * (TileWidth + Gap), y + LabelHeight, images[i]);
            }

            y += LabelHeight + TileHeight + Gap;
        }

        for (int i = 0; i < operations.Length; i++)
        {
            int x = Margin + i % Columns * (TileWidth + Gap), top = y + i / Columns * (LabelHeight + TileHeight + Gap);
            Text(body, x, top, operations[i].Label);
            Embed(body, x, top + LabelHeight, operations[i].Image);
        }

        int height = y + (operations.Length + Columns - 1) / Columns * (LabelHeight + TileHeight + Gap) + Margin;
        int width = 2 * Margin + Columns * TileWidth + (Columns - 1) * Gap;
        return string.Create(CultureInfo.InvariantCulture, $$"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{{width}}" height="{{height}}" viewBox="0 0 {{width}} {{height}}" role="img">
            <title>An image and digits under each augmentation</title>
            <style>
            text { font: 13px system-ui, sans-serif; fill: #1c1f23; } image { image-rendering: pixelated; }
            @media (prefers-color-scheme: dark) { text { fill: #e6e8eb; } }
            </style>
            {{body}}</svg>

            """).ReplaceLineEndings("\n");
    }

    private static void Text(StringBuilder body, int x, int y, string label) =>
        body.Append(CultureInfo.InvariantCulture, $"<text x=\"{x}\" y=\"{y + 13}\">{label}</text>\n");

    private static void Embed(StringBuilder body, int x, int y, DecodedImage image)
    {
        int width = TileHeight * image.Width / image.Height;
        string data = Convert.ToBase64String(ImageWriter.Encode(new Shape(image.Channels, image.Height, image.Width), image.Pixels));
        body.Append(CultureInfo.InvariantCulture, $"<image x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{TileHeight}\" ");
        body.Append(CultureInfo.InvariantCulture, $"href=\"data:image/png;base64,{data}\"/>\n");
    }

    private static string[] Captions(string svg) => [.. svg.Split('\n').Where(line => line.StartsWith("<text", StringComparison.Ordinal))];
}
