using System.Diagnostics;
using System.Text.Json;
using Lanewise.Workflows;

namespace Lanewise.Cli.Tests.Pretrained;

/// <summary>Weights in a NuGet package, with a program in place of the .NET SDK's command.</summary>
public sealed class PackageFetchTests : IDisposable
{
    private const string NetworkVariable = "LANEWISE_NETWORK_TESTS";

    private static readonly byte[] Content = Published.Content();
    private static readonly PretrainedEntry Entry = Published.InPackage(Content);
    private static readonly LicenseConsent Accept = (_, _) => Task.FromResult(true);

    private readonly TemporaryFolder _folder = new();
    private readonly PretrainedStore _store;

    public PackageFetchTests() => _store = new(_folder["data"]);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_file_comes_from_the_folder_of_the_package()
    {
        await File.WriteAllBytesAsync(_folder["content"], Content, Token);
        var stored = await FetchAsync(
            $"""
            [ "$*" = "package download Microsoft.ML.DnnImageFeaturizer.ResNet18@0.23.1 --output $5" ] || exit 9
            to="$5/microsoft.ml.dnnimagefeaturizer.resnet18/0.23.1/tools/DnnImageModels/ResNet18Onnx"
            mkdir -p "$to" && cp {_folder["content"]} "$to/ResNet18.onnx"
            """);
        Assert.Equal(_folder["data/weights/resnet18-cntk/ResNet18.onnx"], stored.Path);
        Assert.True(_store.Verify(Entry).IsGood);
        Assert.Equal(
            ["ResNet18.onnx", "weights.json"],
            Directory.EnumerateFileSystemEntries(stored.Folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
        var record = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(stored.Folder, "weights.json"), Token)).RootElement;
        Assert.Equal("NuGet package Microsoft.ML.DnnImageFeaturizer.ResNet18 0.23.1", record.GetProperty("source").GetString());
        var accepted = record.GetProperty("license_accepted").GetDateTimeOffset();
        Assert.InRange(accepted, DateTimeOffset.Now.AddMinutes(-5), DateTimeOffset.Now);
    }

    [Fact]
    public async Task The_file_comes_from_the_package_itself()
    {
        string package = Published.WritePackage(_folder["p.nupkg"], Entry.Package!.Path, Content);
        await FetchAsync($"mkdir -p \"$5/x/1\" && cp {package} \"$5/x/1\"");
        Assert.True(_store.Verify(Entry).IsGood);
    }

    [Fact]
    public async Task A_licence_that_nobody_accepts_is_refused_before_anything_is_fetched()
    {
        var e = await Assert.ThrowsAsync<PretrainedException>(() => _store.FetchAsync(Entry, new() { Dotnet = "/none" }, Token));
        Assert.Equal(PretrainedError.LicenseNotAccepted, e.Error);
        Assert.Contains("MIT", e.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["data"]));
        e = await Assert.ThrowsAsync<PretrainedException>(
            () => _store.FetchAsync(Entry, new() { Dotnet = "/none", Consent = (_, _) => Task.FromResult(false) }, Token));
        Assert.Equal(PretrainedError.LicenseNotAccepted, e.Error);
    }

    [Fact]
    public async Task The_error_of_the_command_is_that_of_the_fetch()
    {
        var e = await FailAsync(
            """
            [ "$1" = --list-sdks ] && echo "10.0.100 [/usr/share/dotnet/sdk]" && exit 0
            echo "Downloading package."
            echo "error: Unable to load the service index for source https://packages.example/index.json." >&2
            exit 1
            """);
        Assert.Equal(PretrainedError.FetchFailed, e.Error);
        Assert.EndsWith(
            "failed: error: Unable to load the service index for source https://packages.example/index.json.",
            e.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[ \"$1\" = --list-sdks ] && echo '9.0.100 [/usr/share/dotnet/sdk]' && exit 0\necho 'Unrecognized command or argument' >&2; exit 1")]
    [InlineData("[ \"$1\" = --list-sdks ] && exit 0\necho 'The command could not be loaded' >&2; exit 145")]
    [InlineData("exit 145")]
    public async Task An_older_SDK_or_a_runtime_alone_is_named_as_the_reason(string script) => AssertNoSdk(await FailAsync(script));

    [Fact]
    public async Task Without_the_command_one_line_says_which_package_to_get_and_where_to_put_the_file() =>
        AssertNoSdk(await Assert.ThrowsAsync<PretrainedException>(
            () => _store.FetchAsync(Entry, new() { Dotnet = _folder["no-such-command"], Consent = Accept }, Token)));

    [Fact]
    public async Task Another_file_in_the_package_is_refused()
    {
        string package = Published.WritePackage(_folder["p.nupkg"], Entry.Package!.Path, Published.Content(2));
        var e = await FailAsync($"mkdir -p \"$5/x/1\" && cp {package} \"$5/x/1\"");
        Assert.Equal(PretrainedError.WrongFile, e.Error);
        Assert.Null(_store.Locate(Entry));
    }

    [Fact]
    public async Task Cancelling_ends_the_command()
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Token);
        source.CancelAfter(500);
        var clock = Stopwatch.StartNew();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => FetchAsync("sleep 60", source.Token));
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 30);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder["data/weights/resnet18-cntk"]));
    }

    [Fact]
    public async Task A_package_that_was_fetched_by_hand_is_taken()
    {
        string package = Published.WritePackage(_folder["p.nupkg"], Entry.Package!.Path, Content);
        await _store.FetchAsync(Entry, new() { From = package, Consent = Accept }, Token);
        Assert.True(_store.Verify(Entry).IsGood);
    }

    [Fact]
    public async Task A_package_without_the_file_or_no_package_is_refused()
    {
        string other = Published.WritePackage(_folder["other.nupkg"], "lib/a.dll", Content);
        await File.WriteAllTextAsync(_folder["text.nupkg"], "no zip archive", Token);
        await AssertRefusedAsync(other, "it has no tools/DnnImageModels/ResNet18Onnx/ResNet18.onnx; get Microsoft.ML.");
        await AssertRefusedAsync(_folder["text.nupkg"], "the NuGet package is damaged");

        async Task AssertRefusedAsync(string package, string expected)
        {
            var e = await Assert.ThrowsAsync<ModelFormatException>(
                () => _store.FetchAsync(Entry, new() { From = package, Consent = Accept }, Token));
            Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_published_package_is_fetched_from_the_users_feed()
    {
        Assert.SkipUnless(
            Environment.GetEnvironmentVariable(NetworkVariable) is "1", $"{NetworkVariable}=1 fetches 60 MB from the package sources");
        var published = PretrainedCatalog.Find("resnet18-cntk");
        var stored = await _store.FetchAsync(published, new() { Consent = Accept }, Token);
        Assert.Equal(published.Bytes, new FileInfo(stored.Path).Length);
        Assert.Equal(published.Sha256, _store.Verify(published).Sha256);
    }

    private static void AssertNoSdk(PretrainedException e)
    {
        Assert.Equal(PretrainedError.NoSdk, e.Error);
        Assert.Contains("Microsoft.ML.DnnImageFeaturizer.ResNet18 0.23.1", e.Message, StringComparison.Ordinal);
        Assert.EndsWith("weights/resnet18-cntk/ResNet18.onnx.", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    private Task<StoredWeights> FetchAsync(string script, CancellationToken? cancellation = null)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the command is a shell script");
        string command = _folder["dotnet"];
        File.WriteAllText(command, "#!/bin/sh\n" + script + "\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(command, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        return _store.FetchAsync(Entry, new() { Dotnet = command, Consent = Accept }, cancellation ?? Token);
    }

    private Task<PretrainedException> FailAsync(string script) => Assert.ThrowsAsync<PretrainedException>(() => FetchAsync(script));
}
