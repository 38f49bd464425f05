using System.Globalization;
using Lanewise.IO;

namespace Lanewise.Workflows;

/// <summary>Fetches pretrained weights into a store: from a package, an address or a file, verified before they get their name.</summary>
internal sealed class PretrainedFetch(PretrainedStore store, PretrainedEntry entry, PretrainedFetchOptions options)
{
    /// <summary>What the names of interrupted downloads end with.</summary>
    public const string PartialSuffix = ".part";

    private string Target => store.PathOf(entry);

    private string Folder => Path.GetDirectoryName(Target)!;

    /// <summary>Fetches the weights unless they are there already.</summary>
    public async Task<StoredWeights> RunAsync(CancellationToken cancellationToken)
    {
        if (FindGood() is { } present)
        {
            return present;
        }

        bool accepted = !entry.AsksForAcceptance
            || (options.Consent is { } ask && await ask(entry, cancellationToken).ConfigureAwait(false));
        if (!accepted)
        {
            throw new PretrainedException(
                $"{entry.Name}: its licence ({entry.License}) was not accepted. {entry.LicenseNote}",
                PretrainedError.LicenseNotAccepted,
                entry)
            {
                Root = store.Root,
            };
        }

        try
        {
            Directory.CreateDirectory(Folder);
            // Of two processes that fetch at once, the second waits and finds the file of the first.
            using var turn = await StoreLock.TakeAsync(
                Path.Combine(store.Folder, entry.Name + ".lock"),
                () => options.Notices?.Report($"waiting for another process that fetches {entry.Name}"),
                cancellationToken).ConfigureAwait(false);
            return FindGood() ?? await FetchAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PretrainedException(
                $"{Folder}: cannot be written ({e.Message.ReplaceLineEndings(" ").TrimEnd('.')}); choose another data folder.",
                PretrainedError.CacheNotWritable,
                entry,
                e)
            {
                Root = store.Root,
            };
        }
    }

    private StoredWeights? FindGood() =>
        store.Locate(entry) is { } found && entry.Matches(PretrainedStore.Hash(found.Path)) ? found : null;

    private async Task<StoredWeights> FetchAsync(CancellationToken cancellationToken)
    {
        string source = options.From is { } file ? Path.GetFullPath(file) : entry.Source;
        string temporary = Path.Combine(Folder, $".{Guid.NewGuid():N}.tmp");
        try
        {
            if (options.From is { } from)
            {
                await CopyAsync(from, temporary, cancellationToken).ConfigureAwait(false);
            }
            else if (entry.Package is { } package)
            {
                await DownloadPackageAsync(package, temporary, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await DownloadAsync(temporary, cancellationToken).ConfigureAwait(false);
            }

            string sha256 = Verify(temporary, source);
            File.Move(temporary, Target, overwrite: true);
            var now = DateTimeOffset.Now;
            var record = new PretrainedRecord(
                new FileInfo(Target).Length, sha256, source, entry.License, entry.AsksForAcceptance ? now : null, now);
            record.Save(Folder, entry);
            return new(entry, Target) { Record = record };
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private async Task CopyAsync(string from, string temporary, CancellationToken cancellationToken)
    {
        if (from.EndsWith(PretrainedFile.PackageExtension, StringComparison.OrdinalIgnoreCase))
        {
            PretrainedFile.Extract(from, entry, temporary);
            return;
        }

        try
        {
            using var source = new FileStream(from, FileMode.Open, FileAccess.Read, FileShare.Read);
            using var copy = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None);
            await source.CopyToAsync(copy, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (!File.Exists(temporary) && e is IOException or UnauthorizedAccessException)
        {
            throw FileAccessException.Reading(from, e);
        }
    }

    private async Task DownloadPackageAsync(PretrainedPackage package, string temporary, CancellationToken cancellationToken)
    {
        string folder = Path.Combine(Folder, $".{Guid.NewGuid():N}.tmp");
        options.Notices?.Report(string.Create(
            CultureInfo.InvariantCulture, $"'dotnet package download' fetches the NuGet package {package} ({entry.Bytes / 1e6:F0} MB)"));
        try
        {
            Directory.CreateDirectory(folder);
            await new PackageDownload(options.Dotnet, entry, package) { Root = store.Root, Target = Target }
                .RunAsync(folder, cancellationToken).ConfigureAwait(false);
            string? found = Directory.EnumerateFiles(folder, Path.GetFileName(package.Path), SearchOption.AllDirectories)
                .FirstOrDefault(path => path.Replace('\\', '/').EndsWith("/" + package.Path, StringComparison.OrdinalIgnoreCase));
            if (found is not null)
            {
                File.Move(found, temporary);
                return;
            }

            string pattern = "*" + PretrainedFile.PackageExtension;
            string archive = Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories).FirstOrDefault()
                ?? throw Failed($"the download of {package} left no package", null);
            PretrainedFile.Extract(archive, entry, temporary);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task DownloadAsync(string temporary, CancellationToken cancellationToken)
    {
        var address = options.Mirror is { } mirror ? new Uri(mirror, entry.FileName) : entry.Address!;
        // The length is not published; what is checked is the hash.
        using var download = new FileDownload(options.ConnectTimeout, maxBytes: 2 * entry.Bytes)
        {
            Progress = (from, received, total) => options.Progress?.Report(new FetchProgress(entry.FileName, from.Host, received, total)),
        };
        string part = Target + PartialSuffix;
        string? failure = await download.TryAsync(address, part, Compare, cancellationToken).ConfigureAwait(false);
        if (failure is null)
        {
            File.Move(part, temporary);
            return;
        }

        string other = PretrainedCatalog.All.First(e => e.Package is not null).Name;
        throw Failed($"{entry.FileName} could not be downloaded ({address.Host}: {failure.TrimEnd('.')})", $"a package feed has {other}");
    }

    private string Verify(string path, string source)
    {
        string sha256 = PretrainedStore.Hash(path);
        return entry.Matches(sha256) ? sha256 : throw new PretrainedException(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{source}: its content of {new FileInfo(path).Length:N0} bytes has the SHA-256 {sha256}, not {entry.Sha256} as that of "
                + $"{entry.Name}, of {entry.Bytes:N0} bytes; it is damaged or another file."),
            PretrainedError.WrongFile,
            entry)
        {
            Root = store.Root,
        };
    }

    private string? Compare(string path) => PretrainedStore.Hash(path) is var sha256 && entry.Matches(sha256)
        ? null
        : $"wrong content: its SHA-256 is {sha256}, not {entry.Sha256}";

    private PretrainedException Failed(string what, string? alternative) => new(
        $"{entry.Name}: {what}; check the network{(alternative is null ? "" : $"; {alternative}")}.", PretrainedError.FetchFailed, entry)
    {
        Root = store.Root,
    };
}
