using Xunit;

namespace Lanewise.Tests.Data;

public sealed class CifarTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("cifar10", "cifar-10-batches-bin", false)]
    [InlineData("cifar10", "cifar10", true)]
    [InlineData("cifar10", "", false)]
    [InlineData("cifar100", "cifar-100-binary", false)]
    public async Task Each_layout_is_read(string name, string layout, bool gzip)
    {
        using var folder = new TemporaryFolder();
        var entry = Write(folder, name, layout, gzip);
        var splits = await entry.LoadAsync(Samples.In(folder), Cancellation);
        int files = entry.Files.Count - 1;
        Assert.Equal((3 * files, 3), (splits.Train.Count, splits.Test.Count));
        Assert.Equal(entry.Classes, splits.Train.Classes);

        // The last image of the last training file: its label, then its planes.
        byte[] pixels = new byte[3072];
        ((IFixedShapeImageDataset)splits.Train).Read(3 * files - 1, pixels);
        byte[] record = Records(entry, files - 1);
        Assert.Equal(record[^3072..], pixels);
        Assert.Equal(record[^3073], splits.Train.Label(3 * files - 1));
    }

    [Theory]
    [InlineData("cut short", "not a whole number of images of 3,073 bytes")]
    [InlineData("empty", "holds 0 bytes")]
    [InlineData("too long", "holds more than 10,000 images")]
    [InlineData("wrong label", "image 1 is labelled 10, but the 10 classes are numbered from 0 to 9")]
    [InlineData("no gzip", "the gzip data is damaged")]
    public async Task A_damaged_file_is_an_error_that_says_how_to_replace_it(string damage, string expected)
    {
        using var folder = new TemporaryFolder();
        var entry = Write(folder, "cifar10", "cifar-10-batches-bin", gzip: false);
        byte[] file = Records(entry, 2);
        file = damage switch
        {
            "cut short" => file[..^1],
            "empty" => [],
            "too long" => new byte[10_001 * 3073],
            "no gzip" => [0x1F, 0x8B, 0, 1, 2, 3],
            _ => file,
        };
        if (damage == "wrong label")
        {
            file[3073] = 10;
        }

        string path = folder.Write("cifar-10-batches-bin/data_batch_3.bin", file);
        string message = (await Assert.ThrowsAnyAsync<LanewiseException>(() => entry.LoadAsync(Samples.In(folder), Cancellation))).Message;
        Assert.StartsWith(path + ": ", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Contains("cifar-10-binary.tar.gz", message, StringComparison.Ordinal);
        Assert.Contains(
            entry.Verify(entry.Locate(Samples.In(folder).Roots)!),
            check => check.Status == FileStatus.Unreadable && check.Name == "data_batch_3.bin");
    }

    [Fact]
    public async Task A_missing_archive_is_an_error_that_says_where_to_get_it()
    {
        using var folder = new TemporaryFolder();
        var entry = DatasetCatalog.Find("cifar100");
        string expected = $"get https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz and unpack it in {folder.Path}, so that {folder["cifar-100-binary/train.bin"]} is there.";
        var options = Samples.In(folder) with { AllowDownload = true };
        Assert.EndsWith(
            expected,
            (await Assert.ThrowsAnyAsync<LanewiseException>(() => entry.LoadAsync(options, Cancellation))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Verification_finds_fewer_images_than_were_published()
    {
        using var folder = new TemporaryFolder();
        var entry = Write(folder, "cifar10", "cifar10", gzip: false);
        var location = entry.Locate(DatasetRoots.From(folder.Path))!;
        Assert.All(
            entry.Verify(location),
            check => Assert.Contains("holds 3 images, the published file 10,000", check.ToString(), StringComparison.Ordinal));
        var whole = entry with { Files = [.. entry.Files.Select(file => file with { Count = 3 })] };
        Assert.All(whole.Verify(location), check => Assert.Equal(FileStatus.NoChecksumKnown, check.Status));
    }

    private static DatasetEntry Write(TemporaryFolder folder, string name, string layout, bool gzip)
    {
        var entry = DatasetCatalog.Find(name);
        for (int i = 0; i < entry.Files.Count; i++)
        {
            byte[] records = Records(entry, i);
            folder.Write(Path.Combine(layout, entry.Files[i].Name + (gzip ? ".gz" : "")), gzip ? Samples.Gzip(records) : records);
        }

        return entry;
    }

    /// <summary>Three images whose content depends on the file; the coarse label, where there is one, has no class.</summary>
    private static byte[] Records(DatasetEntry entry, int file) =>
    [
        .. Enumerable.Range(0, 3).SelectMany(i => (byte[])
        [
            .. entry.Format == DatasetFormat.Cifar100 ? (byte[])[255] : [],
            (byte)((file + i) % entry.Classes.Count),
            .. Enumerable.Range(0, 3072).Select(p => (byte)(p * 31 + 7 * i + file)),
        ]),
    ];
}
