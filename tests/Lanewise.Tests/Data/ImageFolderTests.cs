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
        folder.Write("val/a/1.png", Red);
        folder.Write("val/b/1.png", Red);
        Assert.Contains("it lacks the split train; there is val.", Refusal(() => Splits(folder.Path)), StringComparison.Ordinal);
        Directory.Delete(folder["val"], recursive: true);
        Assert.StartsWith($"{folder.Path}: there is no class in it", Refusal(() => Splits(folder.Path)), StringComparison.Ordinal);
        Directory.CreateDirectory(folder["train/a"]);
        Assert.StartsWith($"{folder["train/a"]}: there is no image (png ", Refusal(() => Splits(folder.Path)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("val", "val", "valid", "validation", "test")]
    [InlineData("Valid", "Valid", "TEST")]
    [InlineData("VALIDATION", "VALIDATION", "test")]
    [InlineData("Test", "Test")]
    public void The_validation_set_is_found_under_any_of_its_names(string expected, params string[] names)
    {
        using var folder = Folder(names[0]);
        Directory.Move(folder["train"], folder["TRAIN"]);
        foreach (string name in names.Skip(1))
        {
            folder.Write($"{name}/red/x.png", Red);
        }

        Assert.Equal(folder[expected], Splits(folder.Path).Test.Name);
    }

    [Fact]
    public void Validation_images_are_labelled_by_the_names_of_their_classes()
    {
        using var folder = Folder("val");
        Directory.Delete(folder["val/Blue"], recursive: true);
        var splits = Splits(folder.Path);
        Assert.Equal(["Blue", "red"], splits.Test.Classes);
        Assert.Equal([1], Enumerable.Range(0, splits.Test.Count).Select(splits.Test.Label));

        folder.Write("val/rad/1.png", Red);
        Assert.Contains("class 'rad' is not a class of", Refusal(() => Splits(folder.Path)), StringComparison.Ordinal);
        Assert.EndsWith("did you mean 'red'?", Refusal(() => Splits(folder.Path)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("train")]
    [InlineData("")]
    [InlineData("unpacked/train")]
    public void A_folder_without_a_validation_set_is_divided(string root)
    {
        using var folder = new TemporaryFolder();
        for (int i = 0; i < 10; i++)
        {
            folder.Write(Path.Combine(root, $"red/{i}.png"), Red);
            folder.Write(Path.Combine(root, $"Blue/{i}.png"), Blue);
        }

        folder.Write(Path.Combine(root, "red/notes.txt"), [1]);
        var splits = Splits(folder.Path);
        var (train, validation) = ((ImageFolder)splits.Train, (ImageFolder)splits.Test);
        Assert.Equal((16, 4), (train.Count, validation.Count));
        Assert.Equal([0, 0, 1, 1], Enumerable.Range(0, 4).Select(validation.Label));
        Assert.Equal(20, Paths(train).Concat(Paths(validation)).Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(Paths(validation), Paths((ImageFolder)Splits(folder.Path).Test));
        var other = ImageFolder.OpenSplits(folder.Path, new ImageFolderOptions { Seed = 2 }, TestContext.Current.CancellationToken);
        Assert.NotEqual(Paths(validation), Paths((ImageFolder)other.Test));
        Assert.Contains("passed over files that are no images: 1 .txt", splits.Notice, StringComparison.Ordinal);
    }

    [Fact]
    public void Folders_beside_the_splits_are_named_and_twins_refused()
    {
        using var folder = Folder("val");
        folder.Write("other/1.png", Red);
        Assert.Contains("passed over folders beside the splits: other.", Splits(folder.Path).Notice, StringComparison.Ordinal);
        folder.Write("Train/red/9.png", Red);
        Assert.SkipWhen(Directory.GetDirectories(folder.Path).Length == 3, "this file system does not tell cases apart.");
        Assert.Contains("Train and train are both there", Refusal(() => Splits(folder.Path)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_class_may_be_called_train()
    {
        using var folder = new TemporaryFolder();
        foreach (string name in (string[])["train/1.png", "train/2.png", "bus/1.png", "bus/2.png"])
        {
            folder.Write(name, Red);
        }

        Assert.Equal(["bus", "train"], Splits(folder.Path).Train.Classes);
    }

    [Fact]
    public void Images_that_belong_together_stay_on_one_side()
    {
        using var folder = new TemporaryFolder();
        foreach (int patient in Enumerable.Range(0, 12))
        {
            for (int i = 0; i < 3 + patient % 3; i++)
            {
                folder.Write($"{(patient % 2 == 0 ? "red" : "Blue")}/p{patient:D2}_{i}.png", Red);
            }
        }

        var options = new ImageFolderOptions { GroupBy = @"/(p\d+)_", ValidationFraction = 0.3 };
        var splits = ImageFolder.OpenSplits(folder.Path, options, TestContext.Current.CancellationToken);
        string[] train = Patients(splits.Train), validation = Patients(splits.Test);
        Assert.Empty(train.Intersect(validation, StringComparer.Ordinal));
        Assert.Equal(12, train.Length + validation.Length);
        Assert.InRange(splits.Test.Count, 10, 18);
        Assert.Equal(2, Enumerable.Range(0, splits.Test.Count).Select(splits.Test.Label).Distinct().Count());

        var none = options with { GroupBy = "video" };
        Assert.Contains("'video' matches nothing in 'Blue/p01_0.png'", Refusal(() => ImageFolder.OpenSplits(folder.Path, none)), StringComparison.Ordinal);
        var one = options with { GroupBy = "red|Blue" };
        Assert.Contains("has images of one group only (Blue)", Refusal(() => ImageFolder.OpenSplits(folder.Path, one)), StringComparison.Ordinal);

        static string[] Patients(IImageDataset images) =>
            [.. Paths((ImageFolder)images).Select(path => Path.GetFileName(path)[..3]).Distinct(StringComparer.Ordinal)];
    }

    [Fact]
    public void A_class_with_one_image_cannot_be_divided()
    {
        using var folder = Folder("val");
        Directory.Delete(folder["val"], recursive: true);
        File.Delete(folder["train/red/2.png"]);
        Assert.Contains("class red has one image, and training and validation both need one", Refusal(() => Splits(folder.Path)), StringComparison.Ordinal);
    }

    [Fact]
    public void Names_are_compared_in_one_Unicode_form()
    {
        using var folder = new TemporaryFolder();
        foreach (string name in (string[])["train/cafe\u0301/1.png", "train/\u1100\u1161\u11A8/1.png", "train/猫/1.png", "val/caf\u00E9/1.png", "val/\uAC01/1.png"])
        {
            folder.Write(name, Red);
        }

        var splits = Splits(folder.Path);
        Assert.Equal(["caf\u00E9", "猫", "\uAC01"], splits.Train.Classes);
        Assert.Equal([0, 2], Enumerable.Range(0, 2).Select(splits.Test.Label));
        folder.Write("train/caf\u00E9/1.png", Red);
        Assert.SkipWhen(Directory.GetDirectories(folder["train"]).Length == 3, "this file system compares names in one form.");
        Assert.Contains("two folders are called caf\u00E9", Refusal(() => Splits(folder.Path)), StringComparison.Ordinal);
    }

    [Fact]
    public void Folders_of_systems_and_of_earlier_runs_are_no_classes()
    {
        using var folder = Folder("val");
        Directory.Move(folder["train"], folder["photos"]);
        foreach (string name in (string[])["__MACOSX/._1.png", "@eaDir/1.png/x.jpg", "red/@eaDir/x.png", "lost+found/1.png", ".ipynb_checkpoints/1.png", "runs/resnet18-1/args.json", "runs/resnet18-1/explain/x.png"])
        {
            folder.Write("photos/" + name, Red);
        }

        var splits = Splits(folder["photos"]);
        Assert.Equal(["Blue", "red"], splits.Train.Classes);
        Assert.Equal(4, splits.Train.Count + splits.Test.Count);
    }

    [Fact]
    public void An_image_without_an_ending_is_found_by_its_content()
    {
        using var folder = Folder("val");
        folder.Write("train/red/scan", Red);
        folder.Write("train/red/notes", [1, 2, 3]);
        folder.Write("train/red/Thumbs.db", [1, 2, 3]);
        Assert.Equal(5, Splits(folder.Path).Train.Count);
        Assert.EndsWith("passed over files that are no images: 1 without an ending.", Splits(folder.Path).Notice, StringComparison.Ordinal);
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
            "there is no image that can be decoded in class red", Refusal(() => Open(folder, CorruptImagePolicy.Skip)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_to_a_folder_above_does_not_lead_in_circles()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "links need a privilege there.");
        using var folder = Folder("val");
        Directory.CreateSymbolicLink(folder["train/red/again"], folder["train/red"]);
        Directory.CreateSymbolicLink(folder["train/up"], folder.Path);
        Assert.Equal(4, Open(folder).Count);
        Assert.Equal(["Blue", "red"], Open(folder).Classes);
    }

    private static ImageFolder Open(TemporaryFolder folder, CorruptImagePolicy onCorrupt = CorruptImagePolicy.Error, IProgress<string>? skipped = null) =>
        new(folder["train"], onCorrupt, skipped, TestContext.Current.CancellationToken);

    private static DatasetSplits Splits(string path) =>
        ImageFolder.OpenSplits(path, cancellationToken: TestContext.Current.CancellationToken);

    private static string[] Paths(ImageFolder images) => [.. Enumerable.Range(0, images.Count).Select(images.PathOf)];

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
