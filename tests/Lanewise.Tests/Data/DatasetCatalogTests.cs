using System.Buffers.Binary;
using Xunit;

namespace Lanewise.Tests.Data;

public sealed class DatasetCatalogTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static async Task<string> Refusal(DatasetEntry entry, DatasetOptions options) =>
        (await Assert.ThrowsAnyAsync<LanewiseException>(() => entry.LoadAsync(options, Cancellation))).Message;

    [Fact]
    public void An_unknown_name_lists_the_names_and_the_nearest()
    {
        string message = Assert.ThrowsAny<LanewiseException>(() => DatasetCatalog.Find("mnits")).Message;
        Assert.Equal(
            "There is no dataset 'mnits'; did you mean 'mnist'? There are mnist, fashion-mnist, kmnist, cifar10, cifar100, "
                + "emnist-balanced, emnist-letters, emnist-digits, emnist-mnist, emnist-byclass, emnist-bymerge, digits.",
            message);
        Assert.EndsWith(
            "digits.", Assert.ThrowsAny<LanewiseException>(() => DatasetCatalog.Find("imagenet")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_entry_is_complete()
    {
        foreach (var entry in DatasetCatalog.All)
        {
            Assert.Same(entry, DatasetCatalog.Find(entry.Name));
            Assert.Equal(entry.Name.StartsWith("emnist", StringComparison.Ordinal) ? entry.Classes.Count : entry.Name == "cifar100" ? 100 : 10, entry.Classes.Distinct().Count());
            Assert.True(
                entry.IsBuiltIn || (entry.Files.Count > 1 && entry.Folders.Count > 0 && entry.Mirrors.Count > 0 == (entry.Archive is null || entry.ArchiveMd5 is not null)));
        }
    }

    [Theory]
    [InlineData("mnist", true)]
    [InlineData("fashion-mnist", false)]
    [InlineData("kmnist", false)]
    [InlineData("digits", true)]
    [InlineData("cifar10", null)]
    public void Images_are_framed_as_the_dataset_was_made(string name, bool? cropsToInk) =>
        Assert.Equal(cropsToInk, DatasetCatalog.Find(name).Transform.Ink?.CropsToInk);

    [Theory]
    [InlineData("mnist", "MNIST/raw", false)]
    [InlineData("mnist", "MNIST/raw", true)]
    [InlineData("mnist", "mnist", true)]
    [InlineData("mnist", "", false)]
    [InlineData("fashion-mnist", "FashionMNIST/raw", true)]
    [InlineData("fashion-mnist", "fashion-mnist", true)]
    [InlineData("kmnist", "KMNIST/raw", false)]
    public async Task Each_layout_is_recognized(string name, string layout, bool gzip)
    {
        using var folder = new TemporaryFolder();
        Samples.WriteDataset(folder, layout, gzip);
        var splits = await DatasetCatalog.Find(name).LoadAsync(Samples.In(folder), Cancellation);
        Assert.Equal((30, 20), (splits.Train.Count, splits.Test.Count));
        Assert.Equal($"{name}/train", splits.Train.Name);
        byte[] pixels = new byte[784];
        ((IFixedShapeImageDataset)splits.Test).Read(7, pixels);
        Assert.Equal(Samples.Images(20, 2).AsSpan(16 + 7 * 784, 784).ToArray(), pixels);
        Assert.Equal(7, splits.Test.Label(17));
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_named()
    {
        using var folder = new TemporaryFolder();
        var mnist = DatasetCatalog.Find("mnist");
        string none = folder["none"];
        string message = await Refusal(mnist, new DatasetOptions { Roots = DatasetRoots.From(none) });
        Assert.StartsWith($"{none}: there is no such data folder", message, StringComparison.Ordinal);
        message = await Refusal(mnist, Samples.In(folder));
        Assert.Contains(Path.Combine(folder.Path, "MNIST/raw"), message, StringComparison.Ordinal);
        Assert.EndsWith("; download them, or choose another data folder.", message, StringComparison.Ordinal);
        folder.Write("MNIST/raw/train-images-idx3-ubyte", Samples.Images(3));
        Assert.Contains("lacks train-labels-idx1-ubyte, t10k", await Refusal(mnist, Samples.In(folder)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_that_are_inconsistent_are_an_error()
    {
        using var folder = new TemporaryFolder();
        var mnist = DatasetCatalog.Find("mnist");
        Samples.WriteDataset(folder, "mnist", gzip: false);
        folder.Write("mnist/train-labels-idx1-ubyte", Samples.Labels(29));
        Assert.Contains(
            "holds 30 images but train-labels-idx1-ubyte 29 labels", await Refusal(mnist, Samples.In(folder)), StringComparison.Ordinal);
        folder.Write("mnist/train-labels-idx1-ubyte", [.. Samples.Header(8, 30), .. Enumerable.Repeat((byte)10, 30)]);
        Assert.Contains("image 0 is labelled 10", await Refusal(mnist, Samples.In(folder)), StringComparison.Ordinal);
        folder.Write("mnist/train-labels-idx1-ubyte", Samples.Labels(30)[..20]);
        Assert.EndsWith(
            $"; download it again, or move {folder["mnist"]} away.", await Refusal(mnist, Samples.In(folder)), StringComparison.Ordinal);
        folder.Write("mnist/train-images-idx3-ubyte", [.. Samples.Header(8, 1, 32, 32), .. new byte[1024]]);
        folder.Write("mnist/train-labels-idx1-ubyte", Samples.Labels(1));
        Assert.Contains("not images of 28×28", await Refusal(mnist, Samples.In(folder)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Other_content_of_the_published_size_is_an_error_with_both_checksums(int file)
    {
        using var folder = new TemporaryFolder();
        var entry = Samples.Entry(Samples.Contents());
        Samples.WriteDataset(folder, "MNIST/raw", gzip: false);
        Assert.Equal(30, (await entry.LoadAsync(Samples.In(folder), Cancellation)).Train.Count);
        byte[] other = Samples.Contents()[file];
        other[^1] ^= 1;
        string path = folder.Write($"MNIST/raw/{Samples.Names[file]}", other);
        Assert.Equal(
            $"{path}: the content's md5 is {Samples.Md5(other)}, that of small is {entry.Files[file].Md5}; the file is damaged or another one; "
            + $"download it again, or move {folder["MNIST/raw"]} away.",
            await Refusal(entry, Samples.In(folder)));
    }

    [Fact]
    public async Task A_smaller_custom_set_needs_no_checksum()
    {
        using var folder = new TemporaryFolder();
        Samples.WriteDataset(folder, "mnist", gzip: false);
        folder.Write("mnist/train-images-idx3-ubyte", Samples.Images(29));
        folder.Write("mnist/train-labels-idx1-ubyte", Samples.Labels(29));
        Assert.Equal(29, (await Samples.Entry(Samples.Contents()).LoadAsync(Samples.In(folder), Cancellation)).Train.Count);
    }

    [Fact]
    public void Verification_tells_good_wrong_damaged_and_missing_files_apart()
    {
        using var folder = new TemporaryFolder();
        var entry = Samples.Entry(Samples.Contents());
        Samples.WriteDataset(folder, "MNIST/raw", gzip: true);
        var roots = DatasetRoots.From(folder.Path);
        Assert.All(entry.Verify(entry.Locate(roots)!), check => Assert.Equal(FileStatus.Ok, check.Status));

        folder.Write("MNIST/raw/train-labels-idx1-ubyte.gz", Samples.Gzip(Samples.Labels(31)));
        folder.Write("MNIST/raw/t10k-images-idx3-ubyte.gz", [0x1F, 0x8B, 1, 2, 3]);
        File.Delete(folder["MNIST/raw/t10k-labels-idx1-ubyte.gz"]);
        var checks = entry.Verify(entry.Locate(roots)!);
        Assert.Equal(
            [FileStatus.Ok, FileStatus.WrongChecksum, FileStatus.Unreadable, FileStatus.Missing], checks.Select(check => check.Status));
        Assert.Equal((Samples.Md5(Samples.Labels(30)), Samples.Md5(Samples.Labels(31))), (checks[1].Expected, checks[1].Actual));
        Assert.Contains(checks[1].Actual!, checks[1].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Roots_are_searched_in_order()
    {
        var variables = new Dictionary<string, string?> { ["LANEWISE_DATA"] = "/data", ["XDG_CACHE_HOME"] = "/cache", ["HOME"] = "/home/me" };
        var roots = DatasetRoots.From(null, variables.GetValueOrDefault);
        Assert.Equal(["/data", Path.Combine("/cache", "lanewise")], roots.Folders.Take(2));
        Assert.Equal(["mine"], DatasetRoots.From("mine", variables.GetValueOrDefault).Folders);
    }

    [Fact]
    public async Task Without_a_name_mnist_is_used_if_it_is_on_disk_and_the_built_in_digits_otherwise()
    {
        using var folder = new TemporaryFolder();
        var roots = new DatasetRoots(null, [folder.Path], folder.Path);
        var options = new DatasetOptions { Roots = roots, AllowDownload = false };
        var splits = await DatasetCatalog.ResolveAsync(null, options, Cancellation);
        Assert.Equal("digits", splits.Name);
        Assert.Contains("using the built-in digits, because mnist is not on disk", splits.Notice, StringComparison.Ordinal);

        // Nothing listens on port 1.
        splits = await DatasetCatalog.ResolveAsync(
            null, options with { AllowDownload = true, Mirrors = [new Uri("http://127.0.0.1:1/")] }, Cancellation);
        Assert.Contains("cannot be downloaded", splits.Notice, StringComparison.Ordinal);

        Samples.WriteDataset(folder, "mnist", gzip: false);
        splits = await DatasetCatalog.ResolveAsync(null, options, Cancellation);
        Assert.Contains("using mnist", splits.Notice, StringComparison.Ordinal);
        Assert.Null((await DatasetCatalog.ResolveAsync("digits", options, Cancellation)).Notice);
    }

    [Fact]
    public async Task Real_MNIST_is_complete_and_not_mistaken_for_another_dataset()
    {
        var roots = DatasetRoots.From();
        var mnist = DatasetCatalog.Find("mnist");
        Assert.SkipUnless(mnist.Locate(roots) is { IsComplete: true }, "MNIST is not on this machine; name its folder in LANEWISE_DATA.");
        var location = mnist.Locate(roots)!;
        Assert.All(mnist.Verify(location), check => Assert.Equal(FileStatus.Ok, check.Status));
        var splits = await mnist.LoadAsync(new DatasetOptions { Roots = roots, AllowDownload = false }, Cancellation);
        Assert.Equal((60_000, 10_000, 5, 7), (splits.Train.Count, splits.Test.Count, splits.Train.Label(0), splits.Test.Label(0)));
        var elsewhere = new DatasetOptions { Roots = DatasetRoots.From(location.Folder) };
        Assert.Contains(
            "is a file of mnist, not of fashion-mnist",
            await Refusal(DatasetCatalog.Find("fashion-mnist"), elsewhere),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_header_that_promises_four_gigabytes_is_an_error()
    {
        using var folder = new TemporaryFolder();
        Samples.WriteDataset(folder, "mnist", gzip: false);
        byte[] images = Samples.Images(30);
        BinaryPrimitives.WriteInt32BigEndian(images.AsSpan(4), 5_478_275);
        folder.Write("mnist/train-images-idx3-ubyte", images);
        Assert.Contains(
            "5478275×28×28 = 4,294,967,600 bytes but the file holds 23,520",
            await Refusal(DatasetCatalog.Find("mnist"), Samples.In(folder)),
            StringComparison.Ordinal);
    }
}
