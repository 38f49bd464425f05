using Xunit;

namespace Lanewise.Tests.Data;

public sealed class DatasetDownloadTests
{
    private static readonly byte[][] Contents = Samples.Contents();
    private static readonly DatasetEntry Entry = Samples.Entry(Contents);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static byte[]? Right(string name) =>
        Array.IndexOf(Samples.Names, Path.GetFileNameWithoutExtension(name)) is >= 0 and int i ? Samples.Gzip(Contents[i]) : null;

    private static DatasetOptions To(TemporaryFolder folder, params LocalMirror[] mirrors) => new()
    {
        Roots = new DatasetRoots(null, [folder.Path], folder.Path),
        Mirrors = [.. mirrors.Select(mirror => mirror.Address)],
    };

    private static void AssertWhole(TemporaryFolder folder)
    {
        Assert.All(Entry.Verify(Entry.Locate(DatasetRoots.From(folder.Path))!), check => Assert.Equal(FileStatus.Ok, check.Status));
        Assert.Equal(4, Directory.GetFiles(folder["MNIST/raw"]).Length);
    }

    [Fact]
    public async Task A_missing_dataset_is_downloaded_and_loaded()
    {
        using var folder = new TemporaryFolder();
        using var mirror = new LocalMirror(Right);
        var reports = new List<FetchProgress>();
        var options = To(folder, mirror) with { Progress = new Immediately(reports.Add) };
        var splits = await Entry.LoadAsync(options, Cancellation);
        Assert.Equal(30, splits.Train.Count);
        AssertWhole(folder);
        Assert.Equal(Samples.Names, reports.Select(report => report.File).Distinct());
        Assert.All(reports, report => Assert.True(report.Received <= report.Total));

        await Entry.FetchAsync(options, Cancellation);
        Assert.Equal(4, mirror.Asked.Count);
    }

    [Fact]
    public async Task The_next_mirror_is_tried_when_one_lacks_the_file()
    {
        using var folder = new TemporaryFolder();
        using var empty = new LocalMirror(_ => null);
        using var mirror = new LocalMirror(Right);
        await Entry.FetchAsync(To(folder, empty, mirror), Cancellation);
        Assert.Equal(4, empty.Asked.Count);
        AssertWhole(folder);
    }

    [Fact]
    public async Task An_interrupted_download_is_continued()
    {
        using var folder = new TemporaryFolder();
        byte[] whole = Right(Samples.Names[0])!;
        folder.Write($"MNIST/raw/{Samples.Names[0]}.gz.part", whole[..100]);
        folder.Write($"MNIST/raw/{Samples.Names[1]}.gz.part", Right(Samples.Names[1])!);
        using var mirror = new LocalMirror(Right);
        await Entry.FetchAsync(To(folder, mirror), Cancellation);
        Assert.Equal([100, Right(Samples.Names[1])!.Length, 0, 0], mirror.Asked.Select(asked => asked.From));
        AssertWhole(folder);
    }

    [Fact]
    public async Task A_partial_file_that_does_not_match_is_downloaded_again_from_the_start()
    {
        using var folder = new TemporaryFolder();
        folder.Write($"MNIST/raw/{Samples.Names[0]}.gz.part", new byte[100]);
        using var mirror = new LocalMirror(Right);
        await Entry.FetchAsync(To(folder, mirror), Cancellation);
        Assert.Equal(
            [100, 0],
            mirror.Asked.Where(asked => asked.Name.StartsWith("train-images", StringComparison.Ordinal)).Select(asked => asked.From));
        AssertWhole(folder);
    }

    [Fact]
    public async Task Wrong_content_is_an_error_with_both_checksums_and_no_file_is_left()
    {
        using var folder = new TemporaryFolder();
        byte[] other = Samples.Images(7);
        using var mirror = new LocalMirror(_ => Samples.Gzip(other));
        var e = await Assert.ThrowsAnyAsync<LanewiseException>(() => Entry.FetchAsync(To(folder, mirror), Cancellation));
        Assert.Contains($"its md5 is {Samples.Md5(other)}, not {Entry.Files[0].Md5}", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
        Assert.Empty(Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Damaged_files_on_disk_are_replaced()
    {
        using var folder = new TemporaryFolder();
        Samples.WriteDataset(folder, "MNIST/raw", gzip: false);
        folder.Write($"MNIST/raw/{Samples.Names[3]}", Samples.Labels(3));
        using var mirror = new LocalMirror(Right);
        await Entry.FetchAsync(To(folder, mirror), Cancellation);
        Assert.Equal(Samples.Names[3] + ".gz", Assert.Single(mirror.Asked).Name);
        AssertWhole(folder);
    }

    [Theory]
    [InlineData("MNIST/raw")]
    [InlineData("mnist")]
    [InlineData("")]
    public async Task A_damaged_folder_before_the_cache_is_repaired_by_a_download_to_its_root(string layout)
    {
        using var named = new TemporaryFolder();
        using var cache = new TemporaryFolder();
        Samples.WriteDataset(named, layout, gzip: false);
        string damaged = named.Write(Path.Combine(layout, Samples.Names[2]), Samples.Images(20, 9));
        using var mirror = new LocalMirror(Right);
        var options = To(cache, mirror) with { Roots = new DatasetRoots(null, [named.Path, cache.Path], cache.Path) };
        string remedy = $"download it again, or move {Path.GetDirectoryName(damaged)} away.";
        var found = await Assert.ThrowsAsync<DatasetException>(() => Entry.LoadAsync(options, Cancellation));
        Assert.EndsWith(remedy, found.Message, StringComparison.Ordinal);
        Assert.Equal((DatasetError.Damaged, "small", named.Path), (found.Error, found.Dataset, found.Root));

        var shadowed = await Assert.ThrowsAsync<DatasetException>(() => Entry.FetchAsync(options, Cancellation));
        Assert.StartsWith($"{damaged}: the content's md5 is ", shadowed.Message, StringComparison.Ordinal);
        Assert.EndsWith(remedy, shadowed.Message, StringComparison.Ordinal);
        Assert.Equal(named.Path, shadowed.Root);
        Assert.Empty(mirror.Asked);

        await Entry.FetchAsync(options with { Roots = DatasetRoots.From(found.Root) }, Cancellation);
        Assert.Equal(30, (await Entry.LoadAsync(options, Cancellation)).Train.Count);
    }

    [Fact]
    public async Task A_damaged_folder_after_the_cache_is_repaired_by_a_download_to_the_cache()
    {
        using var cache = new TemporaryFolder();
        using var system = new TemporaryFolder();
        Samples.WriteDataset(system, "mnist", gzip: false);
        system.Write($"mnist/{Samples.Names[2]}", Samples.Images(20, 9));
        using var mirror = new LocalMirror(Right);
        var options = To(cache, mirror) with { Roots = new DatasetRoots(null, [cache.Path, system.Path], cache.Path) };
        Assert.Null((await Assert.ThrowsAsync<DatasetException>(() => Entry.LoadAsync(options, Cancellation))).Root);
        await Entry.FetchAsync(options, Cancellation);
        Assert.Equal(30, (await Entry.LoadAsync(options, Cancellation)).Train.Count);
    }

    [Fact]
    public async Task When_no_mirror_responds_one_line_says_what_to_do()
    {
        using var folder = new TemporaryFolder();
        var options = To(folder) with { Mirrors = [new Uri("http://127.0.0.1:1/"), new Uri("http://127.0.0.1:2/")] };
        var e = await Assert.ThrowsAnyAsync<LanewiseException>(() => Entry.LoadAsync(options, Cancellation));
        Assert.Contains("could not be downloaded", e.Message, StringComparison.Ordinal);
        Assert.Contains(folder.Path, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_created_is_named()
    {
        using var folder = new TemporaryFolder();
        folder.Write("MNIST", [1]);
        using var mirror = new LocalMirror(Right);
        var e = await Assert.ThrowsAnyAsync<LanewiseException>(() => Entry.FetchAsync(To(folder, mirror), Cancellation));
        Assert.Contains("cannot be written", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_does_not_count_as_a_failure_of_the_mirror()
    {
        using var folder = new TemporaryFolder();
        using var mirror = new LocalMirror(Right);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Entry.FetchAsync(To(folder, mirror), new CancellationToken(true)));
    }

    [Fact]
    public async Task The_built_in_digits_cannot_be_downloaded() =>
        await Assert.ThrowsAnyAsync<LanewiseException>(() => DatasetCatalog.Find("digits").FetchAsync(null, Cancellation));

    private sealed class Immediately(Action<FetchProgress> action) : IProgress<FetchProgress>
    {
        public void Report(FetchProgress value) => action(value);
    }
}
