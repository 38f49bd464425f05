using System.Text.Json;
using Lanewise.Tests.Data;
using Lanewise.Workflows;

namespace Lanewise.Cli.Tests.Pretrained;

public sealed class PretrainedStoreTests : IDisposable
{
    private static readonly byte[] Content = Published.Content();
    private static readonly PretrainedEntry Entry = Published.OnServer(Content);

    private readonly TemporaryFolder _folder = new();
    private readonly PretrainedStore _store;

    public PretrainedStoreTests() => _store = new(_folder.Path);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Weights_are_downloaded_once_and_recorded()
    {
        using var server = new LocalMirror(name => name == Entry.FileName ? Content : null);
        var progress = new Reports();
        var stored = await _store.FetchAsync(Entry, From(server) with { Progress = progress }, Token);
        Assert.Equal(_folder["weights/resnet18/resnet18-f37072fd.pth"], stored.Path);
        Assert.Equal(Content, await File.ReadAllBytesAsync(stored.Path, Token));
        Assert.Equal((long)Content.Length, progress.Last!.Received);
        await _store.FetchAsync(Entry, From(server), Token);
        Assert.Single(server.Asked);
        Assert.Equal(stored.Path, _store.Open(Entry).Path);
        Assert.True(_store.Verify(Entry).IsGood);

        var record = JsonDocument.Parse(await File.ReadAllTextAsync(_folder["weights/resnet18/weights.json"], Token)).RootElement;
        Assert.Equal(Published.Sha256(Content), record.GetProperty("sha256").GetString());
        Assert.Equal("BSD-3-Clause", record.GetProperty("license").GetString());
        Assert.Equal(JsonValueKind.Null, record.GetProperty("license_accepted").ValueKind);
        Assert.Equal(["resnet18", "resnet18.lock"], Names(_folder["weights"]));
        Assert.Equal(["resnet18-f37072fd.pth", "weights.json"], Names(_folder["weights/resnet18"]));
    }

    [Fact]
    public async Task An_interrupted_download_is_continued()
    {
        Write("weights/resnet18/resnet18-f37072fd.pth.part", Content[..1000]);
        using var server = new LocalMirror(_ => Content);
        await _store.FetchAsync(Entry, From(server), Token);
        Assert.Equal(1000, Assert.Single(server.Asked).From);
        Assert.True(_store.Verify(Entry).IsGood);
    }

    [Fact]
    public async Task Wrong_content_is_an_error_with_both_checksums_and_no_file_is_left()
    {
        byte[] other = Published.Content(2);
        using var server = new LocalMirror(_ => other);
        var e = await Assert.ThrowsAsync<PretrainedException>(() => _store.FetchAsync(Entry, From(server), Token));
        Assert.Equal(PretrainedError.FetchFailed, e.Error);
        Assert.Contains($"its SHA-256 is {Published.Sha256(other)}, not {Entry.Sha256}", e.Message, StringComparison.Ordinal);
        Assert.Empty(Names(_folder["weights/resnet18"]));
    }

    [Fact]
    public async Task Where_the_address_cannot_be_reached_the_error_names_the_weights_of_a_package_feed()
    {
        var options = new PretrainedFetchOptions { Mirror = new Uri("http://127.0.0.1:9/") };
        var e = await Assert.ThrowsAsync<PretrainedException>(() => _store.FetchAsync(Entry, options, Token));
        Assert.Equal(PretrainedError.FetchFailed, e.Error);
        Assert.EndsWith("check the network; a package feed has resnet18-cntk.", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    [Fact]
    public async Task Of_two_that_fetch_at_once_one_downloads()
    {
        using var server = new LocalMirror(_ =>
        {
            Thread.Sleep(300);
            return Content;
        });
        var both = await Task.WhenAll(
            _store.FetchAsync(Entry, From(server), Token), new PretrainedStore(_folder.Path).FetchAsync(Entry, From(server), Token));
        Assert.Equal(both[0].Path, both[1].Path);
        Assert.Single(server.Asked);
        Assert.True(_store.Verify(Entry).IsGood);
    }

    [Fact]
    public async Task A_damaged_file_is_found_and_replaced()
    {
        using var server = new LocalMirror(_ => Content);
        string path = (await _store.FetchAsync(Entry, From(server), Token)).Path;
        await File.WriteAllBytesAsync(path, Content[1..], Token);
        Assert.False(_store.Verify(Entry).IsGood);
        Assert.Equal(PretrainedError.Damaged, Assert.Throws<PretrainedException>(() => _store.Open(Entry)).Error);
        await _store.FetchAsync(Entry, From(server), Token);
        Assert.True(_store.Verify(Entry).IsGood);
    }

    [Fact]
    public async Task A_file_that_was_fetched_by_hand_is_taken_if_it_is_the_right_one()
    {
        string right = Write("right.pth", Content), wrong = Write("wrong.pth", Published.Content(2));
        var e = await Assert.ThrowsAsync<PretrainedException>(() => _store.FetchAsync(Entry, new() { From = wrong }, Token));
        Assert.Equal(PretrainedError.WrongFile, e.Error);
        Assert.StartsWith($"{wrong}: its content of 100,000 bytes has the SHA-256 ", e.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<FileAccessException>(() => _store.FetchAsync(Entry, new() { From = _folder["none.pth"] }, Token));
        Assert.Empty(Names(_folder["weights/resnet18"]));

        await _store.FetchAsync(Entry, new() { From = right }, Token);
        Assert.True(_store.Verify(Entry).IsGood);
        Assert.True(File.Exists(right));
    }

    [Fact]
    public void A_file_that_was_put_into_the_cache_by_hand_is_verified_when_it_is_used_and_never_removed()
    {
        string path = Write("weights/resnet18/resnet18-f37072fd.pth", Content);
        Assert.Equal(path, _store.Open(Entry).Path);
        var e = Assert.Throws<PretrainedException>(() => _store.Remove(Entry));
        Assert.Equal(PretrainedError.NothingToRemove, e.Error);
        Assert.Contains($"{path} is left alone", e.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(path));

        Write("weights/resnet18/resnet18-f37072fd.pth", Published.Content(2));
        Assert.Equal(PretrainedError.Damaged, Assert.Throws<PretrainedException>(() => _store.Open(Entry)).Error);
    }

    [Fact]
    public async Task Removing_deletes_what_was_fetched_and_nothing_else()
    {
        Assert.Throws<PretrainedException>(() => _store.Remove(Entry));
        using var server = new LocalMirror(_ => Content);
        string path = (await _store.FetchAsync(Entry, From(server), Token)).Path;
        string own = Write("weights/resnet18/notes.txt", [1, 2, 3]);
        var removed = _store.Remove(Entry);
        Assert.Equal([path, _folder["weights/resnet18/weights.json"]], removed.Paths);
        Assert.InRange(removed.Bytes, Content.Length + 100, Content.Length + 2000);
        Assert.Equal([own], Directory.GetFiles(_folder["weights/resnet18"]));
        Assert.Equal(PretrainedError.NotFetched, Assert.Throws<PretrainedException>(() => _store.Open(Entry)).Error);
    }

    [Fact]
    public async Task Weights_in_the_users_data_folder_are_found_and_the_cache_comes_first()
    {
        var store = new PretrainedStore(environment: name => name switch
        {
            "LANEWISE_DATA" => _folder["data"],
            "XDG_CACHE_HOME" => _folder["cache"],
            _ => null,
        });
        string shared = Write("data/weights/resnet18/resnet18-f37072fd.pth", Content);
        Assert.Equal(shared, store.Open(Entry).Path);
        await File.WriteAllBytesAsync(shared, Published.Content(2), Token);
        using var server = new LocalMirror(_ => Content);
        await store.FetchAsync(Entry, From(server), Token);
        Assert.Equal(_folder["cache/lanewise/weights/resnet18/resnet18-f37072fd.pth"], store.Open(Entry).Path);
    }

    [Fact]
    public async Task Cancelling_leaves_the_partial_file()
    {
        using var server = new LocalMirror(_ => Content);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _store.FetchAsync(Entry, From(server), new CancellationToken(canceled: true)));
        Assert.Null(_store.Locate(Entry));
    }

    private static PretrainedFetchOptions From(LocalMirror server) => new() { Mirror = server.Address };

    private static string[] Names(string folder) =>
        [.. Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private string Write(string name, byte[] content)
    {
        string path = _folder[name];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    private sealed class Reports : IProgress<FetchProgress>
    {
        public FetchProgress? Last { get; private set; }

        public void Report(FetchProgress value) => Last = value;
    }
}
