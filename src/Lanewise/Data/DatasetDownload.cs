using Lanewise.IO;

namespace Lanewise;

/// <summary>Downloads a dataset's files from its mirrors, tried in order, to a <c>.part</c> file that is renamed once verified.</summary>
internal sealed class DatasetDownload : IDisposable
{
    // The largest file of these datasets has 30 MB; a mirror that sends endlessly is cut off.
    private const long MaxBytes = 256 << 20;

    private readonly DatasetEntry _entry;
    private readonly DatasetOptions _options;
    private readonly FileDownload _download;
    private string _file = "";

    public DatasetDownload(DatasetEntry entry, DatasetOptions options)
    {
        (_entry, _options) = (entry, options);
        _download = new FileDownload(options.ConnectTimeout, MaxBytes)
        {
            Progress = (address, received, total) => options.Progress?.Report(new FetchProgress(_file, address.Host, received, total)),
        };
    }

    public void Dispose() => _download.Dispose();

    /// <summary>Downloads <paramref name="file"/> to <paramref name="folder"/> and returns its path.</summary>
    public async Task<string> FetchAsync(DatasetFile file, string folder, CancellationToken cancellationToken)
    {
        _file = file.Name;
        string target = Path.Combine(folder, file.Name + ".gz"), part = target + ".part";
        var failures = new List<string>();
        try
        {
            Directory.CreateDirectory(folder);
            foreach (var mirror in _options.Mirrors ?? _entry.Mirrors)
            {
                var address = new Uri(mirror.AbsoluteUri.TrimEnd('/') + "/" + file.Name + ".gz");
                string? failure = await _download.TryAsync(address, part, path => Verify(file, path), cancellationToken)
                    .ConfigureAwait(false);
                if (failure is null)
                {
                    // A damaged plain file of that name would be preferred to the downloaded one.
                    File.Delete(Path.Combine(folder, file.Name));
                    File.Move(part, target, overwrite: true);
                    return target;
                }
                failures.Add($"{mirror.Host}: {failure}");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed(folder, $"{folder}: cannot be written ({e.Message}); choose another data folder.", e);
        }
        throw Failed(
            folder,
            $"{_entry.Name}: {file.Name} could not be downloaded ({string.Join("; ", failures)}); check the network, or put "
                + $"the files into {folder}.");
    }

    private string? Verify(DatasetFile file, string path)
    {
        var check = _entry.VerifyFile(file, path);
        return check.IsGood ? null
            : check.Status == FileStatus.WrongChecksum ? $"wrong content: its md5 is {check.Actual}, not {check.Expected}"
            : "damaged content";
    }

    private DatasetException Failed(string folder, string message, Exception? inner = null) =>
        new(message, DatasetError.DownloadFailed, _entry.Name, inner) { Folder = folder, Root = _options.Roots.Explicit };
}
