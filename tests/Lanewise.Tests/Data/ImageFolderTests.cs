using Lanewise.Tests.Imaging;
using SkiaSharp;
using Xunit;

namespace Lanewise.Tests.Data;

public sealed class ImageFolderTests
{
    private static readonly byte[] Red = ImageReaderTests.Encode(6, 4, (_, _) => SKColors.Red);
    private static readonly byte[] Blue = ImageReaderTests.Encode(6, 4, (_, _) => SKColors.Blue);

    [Theory]
    [InlineData("val")]
    [InlineData("test")]
    public async Task Classes_and_files_come_in_ordinal_order(string test)
    {
        using var folder = Folder(test);
        folder.Write("train/red/deep/er/a.JPG", ImageReaderTests.Encode(6, 4, (_, _) => SKColors.Red, SKEncodedImageFormat.Jpeg));
        folder.Write("train/red/notes.txt", [1]);
        folder.Write("train/.cache/x.png", Red);
        folder.Write("train/red/._1.png", [1]);
        var splits = ImageFolder.OpenSplits(folder.Path, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(["Blue", "red"], splits.Train.Classes);
        Assert.Null(splits.Transform);
        var train = Assert.IsType<ImageFolder>(splits.Train);
        Assert.Equal(
            ["train/Blue/1.png", "train/Blue/2.png", "train/red/1.png", "train/red/2.png", "train/red/deep/er/a.JPG"],
            Enumerable.Range(0, train.Count).Select(i => Path.GetRelativePath(folder.Path, train.PathOf(i))));
        Assert.Equal([0, 0, 1, 1, 1], Enumerable.Range(0, train.Count).Select(train.Label));
        var decoded = train.Read(4, new DecodeOptions(minSide: 100));
        Assert.Equal((3, 6, 4), (decoded.Channels, decoded.Width, decoded.Height));
        Assert.InRange(decoded.Pixels[0], 250, 255);
    }

    [Fact]
    public void A_limit_keeps_every_class()
    {
        using var folder = Folder("val");
        IImageDataset some = Open(folder).Take(2);
        Assert.Equal([0, 1], Enumerable.Range(0, some.Count).Select(some.Label));
        Assert.Equal(255, some.Read(1).Pixels[0]);
    }

    [Fact]
    public void What_is_missing_is_told_with_what_is_expected()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("there is no such folder", Refusal(() => Splits(folder["none"])), StringComparison.Ordinal);
        Directory.CreateDirectory(folder["val/a"]);
        Assert.Contains(
            "it lacks the folder train; an image folder holds train/CLASS/…", Refusal(() => Splits(folder.Path)), StringComparison.Ordinal);
        Directory.CreateDirectory(folder["train"]);
        Directory.Delete(folder["val"], recursive: true);
        Assert.Contains("it lacks the folder val (or test)", Refusal(() => Splits(folder.Path)), StringComparison.Ordinal);
        Directory.CreateDirectory(folder["val"]);
        Assert.StartsWith($"{folder["train"]}: there is no class in it", Refusal(() => Splits(folder.Path)), StringComparison.Ordinal);
        Directory.CreateDirectory(folder["train/a"]);
        Assert.StartsWith($"{folder["train/a"]}: there is no image (png jpg", Refusal(() => Splits(folder.Path)), StringComparison.Ordinal);
    }

    [Fact]
    public void Both_splits_need_the_same_classes()
    {
        using var folder = Folder("val");
        folder.Write("val/green/1.png", Red);
        Assert.Contains("green has no folder in", Refusal(() => Splits(folder.Path)), StringComparison.Ordinal);
        Directory.Delete(folder["val/green"], recursive: true);
        Directory.Delete(folder["val/red"], recursive: true);
        Assert.Contains("red has no folder in", Refusal(() => Splits(folder.Path)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_bad_image_is_refused_when_it_is_read()
    {
        using var folder = Folder("val");
        string path = folder.Write("train/red/1.png", Red[..(Red.Length / 2)]);
        var train = Splits(folder.Path).Train;
        Assert.StartsWith(path, Refusal(() => train.Read(2)), StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_images_are_named_and_left_out_if_asked()
    {
        using var folder = Folder("val");
        string first = folder.Write("train/Blue/2.png", [1, 2, 3]), second = folder.Write("train/red/1.png", Red[..(Red.Length / 2)]);
        var skipped = new Messages();
        var train = Open(folder, CorruptImagePolicy.Skip, skipped);
        Assert.Equal([0, 1], Enumerable.Range(0, train.Count).Select(train.Label));
        Assert.Equal(2, skipped.All.Count);
        Assert.StartsWith(first, skipped.All[0], StringComparison.Ordinal);
        Assert.StartsWith(second, skipped.All[1], StringComparison.Ordinal);

        folder.Write("train/red/2.png", []);
        Assert.Contains(
            "red: there is no image that can be decoded", Refusal(() => Open(folder, CorruptImagePolicy.Skip)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_to_a_folder_above_does_not_lead_in_circles()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need a privilege there.");
        using var folder = Folder("val");
        Directory.CreateSymbolicLink(folder["train/red/again"], folder["train/red"]);
        Assert.Equal(4, Open(folder).Count);
    }

    private static ImageFolder Open(TemporaryFolder folder, CorruptImagePolicy onCorrupt = CorruptImagePolicy.Error, IProgress<string>? skipped = null) =>
        new(folder["train"], onCorrupt, skipped, TestContext.Current.CancellationToken);

    private static DatasetSplits Splits(string path) =>
        ImageFolder.OpenSplits(path, cancellationToken: TestContext.Current.CancellationToken);

    private static string Refusal(Func<object> open) => Assert.ThrowsAny<LanewiseException>(open).Message;

    private static TemporaryFolder Folder(string test)
    {
        var folder = new TemporaryFolder();
        foreach (string name in (string[])["train/red/1.png", "train/red/2.png", $"{test}/red/1.png"])
        {
            folder.Write(name, Red);
            folder.Write(name.Replace("red", "Blue", StringComparison.Ordinal), Blue);
        }

        return folder;
    }

    private sealed class Messages : IProgress<string>
    {
        public List<string> All { get; } = [];

        public void Report(string value) => All.Add(value);
    }
}
