using System.Formats.Tar;
using System.IO.Compression;
using Xunit;

namespace Lanewise.Tests.Data;

public sealed class DatasetArchiveTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_missing_archive_is_downloaded_verified_and_unpacked()
    {
        using var folder = new TemporaryFolder();
        var (entry, archive) = Small(Files());
        using var mirror = new LocalMirror(name => name == "cifar-10-binary.tar.gz" ? archive : null);

        var splits = await entry.LoadAsync(To(folder, mirror), Cancellation);
        await entry.LoadAsync(To(folder, mirror), Cancellation);

        Assert.Equal((10, 2), (splits.Train.Count, splits.Test.Count));
        Assert.Single(mirror.Asked);
        Assert.Equal(6, Directory.GetFiles(folder["cifar-10-batches-bin"]).Length);
        Assert.Single(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task What_does_not_belong_to_the_dataset_is_not_unpacked()
    {
        using var folder = new TemporaryFolder();
        var (entry, archive) = Small([("../outside.bin", [1]), ("cifar-10-batches-bin/more.bin", [1]), .. Files()]);
        using var mirror = new LocalMirror(_ => archive);

        await entry.FetchAsync(To(folder, mirror), Cancellation);

        Assert.Equal(6, Directory.GetFiles(folder["cifar-10-batches-bin"]).Length);
        Assert.False(File.Exists(Path.Combine(folder.Path, "..", "outside.bin")));
    }

    [Fact]
    public async Task A_link_an_incomplete_archive_a_wrong_size_and_a_wrong_checksum_are_refused()
    {
        var whole = Files();
        await AssertRefused(Small(whole[1..]), "lacks cifar-10-batches-bin/data_batch_1.bin");
        await AssertRefused(Small(whole[1..], link: "cifar-10-batches-bin/data_batch_1.bin"), "lacks cifar-10-batches-bin/data_batch_1.bin");
        await AssertRefused(Small([(whole[0].Name, new byte[5]), .. whole[1..]]), "has 5 bytes, the published file 6146");
        var (entry, archive) = Small(whole);
        await AssertRefused((entry with { ArchiveMd5 = new string('0', 32) }, archive), "wrong content: its md5 is ");
    }

    private static async Task AssertRefused((DatasetEntry Entry, byte[] Archive) small, string expected)
    {
        using var folder = new TemporaryFolder();
        using var mirror = new LocalMirror(_ => small.Archive);
        var refused = await Assert.ThrowsAsync<DatasetException>(() => small.Entry.FetchAsync(To(folder, mirror), Cancellation));
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
        Assert.Equal(DatasetError.DownloadFailed, refused.Error);
        Assert.False(Directory.Exists(folder["cifar-10-batches-bin"]));
    }

    private static DatasetOptions To(TemporaryFolder folder, LocalMirror mirror) => new()
    {
        Roots = new DatasetRoots(null, [folder.Path], folder.Path),
        Mirrors = [mirror.Address],
    };

    private static (string Name, byte[] Content)[] Files() =>
        [.. DatasetCatalog.Find("cifar10").Files.Select(file => ($"cifar-10-batches-bin/{file.Name}", new byte[2 * 3073]))];

    /// <summary>CIFAR-10 with two images a file, and its archive.</summary>
    private static (DatasetEntry Entry, byte[] Archive) Small((string Name, byte[] Content)[] files, string? link = null)
    {
        using var content = new MemoryStream();
        using (var gzip = new GZipStream(content, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(gzip, TarEntryFormat.Ustar))
        {
            if (link is not null)
            {
                tar.WriteEntry(new UstarTarEntry(TarEntryType.SymbolicLink, link) { LinkName = "/etc/passwd" });
            }

            foreach (var (name, bytes) in files)
            {
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(bytes) });
            }
        }

        byte[] archive = content.ToArray();
        var entry = DatasetCatalog.Find("cifar10");
        return (entry with { ArchiveMd5 = Samples.Md5(archive), Files = [.. entry.Files.Select(file => file with { Count = 2 })] }, archive);
    }
}
