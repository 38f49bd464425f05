using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using Lanewise.IO;

namespace Lanewise;

/// <summary>Downloads a dataset's archive from its mirrors, compares its checksum and unpacks the dataset's files, no others.</summary>
internal sealed class DatasetArchive : IDisposable
{
    private readonly DatasetEntry _entry;
    private readonly DatasetOptions _options;
    private readonly string _root;
    private readonly string _name;
    private readonly FileDownload _download;

    public DatasetArchive(DatasetEntry entry, DatasetOptions options)
    {
        const long MaxBytes = 512 << 20;
        (_entry, _options) = (entry, options);
        _root = options.Roots.Explicit ?? options.Roots.Cache;
        _name = Path.GetFileName(entry.Archive!.AbsolutePath);
        _download = new FileDownload(options.ConnectTimeout, MaxBytes)
        {
            Progress = (address, received, total) => options.Progress?.Report(new FetchProgress(_name, address.Host, received, total)),
        };
    }

    private string Folder => Path.Combine(_root, _entry.Folders[0]);

    public void Dispose() => _download.Dispose();

    /// <summary>Downloads and unpacks the archive.</summary>
    /// <exception cref="DatasetException">No mirror has it, it lacks a file, or the folder cannot be written.</exception>
    public async Task<DatasetLocation> FetchAsync(CancellationToken cancellationToken)
    {
        string part = Path.Combine(_root, _name + ".part");
        var failures = new List<string>();
        try
        {
            Directory.CreateDirectory(_root);
            foreach (var mirror in _options.Mirrors ?? _entry.Mirrors)
            {
                var address = new Uri(mirror.AbsoluteUri.TrimEnd('/') + "/" + _name);
                string? failure = await _download.TryAsync(address, part, Verify, cancellationToken).ConfigureAwait(false);
                if (failure is null)
                {
                    Unpack(part, cancellationToken);
                    File.Delete(part);
                    return new DatasetLocation(Folder, [.. _entry.Files.Select(file => Path.Combine(Folder, file.Name))]);
                }

                failures.Add($"{mirror.Host}: {failure}");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed($"{_root}: cannot be written ({e.Message}); choose another data folder.", e);
        }

        throw Failed($"{_entry.Name}: {_name} could not be downloaded ({string.Join("; ", failures)}); check the network, or get "
            + $"{_entry.Archive} and unpack it in {_root}.");
    }

    /// <summary>Unpacks to a temporary folder, which gets its name when it is complete.</summary>
    private void Unpack(string archive, CancellationToken cancellationToken)
    {
        string temporary = $"{Folder}.{Guid.NewGuid():N}";
        try
        {
            Directory.CreateDirectory(temporary);
            var missing = _entry.Files.ToDictionary(file => $"{_entry.Folders[0]}/{file.Name}", StringComparer.Ordinal);
            using (var tar = new TarReader(new GZipStream(File.OpenRead(archive), CompressionMode.Decompress)))
            {
                while (missing.Count > 0 && tar.GetNextEntry() is { } entry)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    // Names are compared with those of the dataset, so none leads out of the folder; links are no regular files.
                    if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile && entry.DataStream is not null
                        && missing.Remove(
                            entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name, out var file))
                    {
                        Write(entry, file, Path.Combine(temporary, file.Name));
                    }
                }
            }

            if (missing.Count > 0)
            {
                throw Failed($"{_entry.Name}: {_name} lacks {string.Join(", ", missing.Keys)}; get {_entry.Archive} by hand.");
            }

            Directory.CreateDirectory(Folder);
            foreach (string path in Directory.GetFiles(temporary))
            {
                File.Move(path, Path.Combine(Folder, Path.GetFileName(path)), overwrite: true);
            }
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw Failed($"{_entry.Name}: {_name} is a damaged archive; get {_entry.Archive} by hand.", e);
        }
        finally
        {
            if (Directory.Exists(temporary))
            {
                Directory.Delete(temporary, recursive: true);
            }
        }
    }

    private void Write(TarEntry entry, DatasetFile file, string path)
    {
        long expected = file.Count * (long)(_entry.Shape.Count + (_entry.Format == DatasetFormat.Cifar100 ? 2 : 1));
        if (entry.Length != expected)
        {
            throw Failed($"{_entry.Name}: {file.Name} in {_name} has {entry.Length} bytes, the published file {expected}.");
        }

        using var to = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        entry.DataStream!.CopyTo(to);
    }

    private string? Verify(string path)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        using (var stream = File.OpenRead(path))
        {
            byte[] buffer = new byte[1 << 16];
            for (int got; (got = stream.Read(buffer)) > 0;)
            {
                hash.AppendData(buffer, 0, got);
            }
        }

        string md5 = Convert.ToHexStringLower(hash.GetCurrentHash());
        return md5 == _entry.ArchiveMd5 ? null : $"wrong content: its md5 is {md5}, not {_entry.ArchiveMd5}";
    }

    private DatasetException Failed(string message, Exception? inner = null) =>
        new(message, DatasetError.DownloadFailed, _entry.Name, inner) { Folder = Folder, Root = _options.Roots.Explicit };
}
