using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Lanewise;

/// <summary>Downloads a dataset's files from its mirrors, tried in order, to a <c>.part</c> file that is renamed once verified.</summary>
internal sealed class DatasetDownload : IDisposable
{
    // The largest file of these datasets has 30 MB; a mirror that sends endlessly is cut off.
    private const long MaxBytes = 256 << 20;
    private static readonly TimeSpan Stall = TimeSpan.FromSeconds(30);

    private readonly DatasetEntry _entry;
    private readonly DatasetOptions _options;
    private readonly HttpClient _client;

    public DatasetDownload(DatasetEntry entry, DatasetOptions options)
    {
        (_entry, _options) = (entry, options);
        // The content is compressed already, and resuming needs the length of the compressed file.
        var handler = new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None };
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("lanewise", null));
    }

    public void Dispose() => _client.Dispose();

    /// <summary>Downloads <paramref name="file"/> to <paramref name="folder"/> and returns its path.</summary>
    public async Task<string> FetchAsync(DatasetFile file, string folder, CancellationToken cancellationToken)
    {
        string target = Path.Combine(folder, file.Name + ".gz"), part = target + ".part";
        var failures = new List<string>();
        try
        {
            Directory.CreateDirectory(folder);
            foreach (var mirror in _options.Mirrors ?? _entry.Mirrors)
            {
                bool resumes = File.Exists(part);
                string? failure = await TryMirrorAsync(file, mirror, part, cancellationToken).ConfigureAwait(false);
                if (failure is not null && resumes && !File.Exists(part))
                {
                    // The partial file did not match this mirror's: retry once from the start.
                    failure = await TryMirrorAsync(file, mirror, part, cancellationToken).ConfigureAwait(false);
                }
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

    private DatasetException Failed(string folder, string message, Exception? inner = null) =>
        new(message, DatasetError.DownloadFailed, _entry.Name, inner) { Folder = folder, Root = _options.Roots.Explicit };

    /// <summary>
    /// Tries one mirror; returns null once <paramref name="part"/> is the verified file, otherwise the reason of the failure.
    /// </summary>
    private async Task<string?> TryMirrorAsync(DatasetFile file, Uri mirror, string part, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            string? failure = await ReceiveAsync(file, mirror, part, patience).ConfigureAwait(false);
            if (failure is not null)
            {
                return failure;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return "no answer in time";
        }
        catch (Exception e) when (e is HttpRequestException or HttpIOException or IOException { InnerException: SocketException })
        {
            return e.InnerException?.Message ?? e.Message;
        }
        var check = _entry.VerifyFile(file, part);
        if (check.IsGood)
        {
            return null;
        }
        File.Delete(part);
        return check.Status == FileStatus.WrongChecksum
            ? $"wrong content: its md5 is {check.Actual}, not {check.Expected}"
            : "damaged content";
    }

    private async Task<string?> ReceiveAsync(DatasetFile file, Uri mirror, string part, CancellationTokenSource patience)
    {
        long have = File.Exists(part) ? new FileInfo(part).Length : 0;
        var address = new Uri(mirror.AbsoluteUri.TrimEnd('/') + "/" + file.Name + ".gz");
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (have > 0)
        {
            request.Headers.Range = new RangeHeaderValue(have, null);
        }
        patience.CancelAfter(_options.ConnectTimeout);
        using var response = await _client
            .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token)
            .ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            // The server has nothing left to send: the file is complete, or too long; the checksum decides.
            return null;
        }
        if (!response.IsSuccessStatusCode)
        {
            return string.Create(CultureInfo.InvariantCulture, $"answers {(int)response.StatusCode} {response.ReasonPhrase}");
        }
        bool continues = response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == have;
        long received = continues ? have : 0;
        long? total = received + response.Content.Headers.ContentLength;
        using var to = new FileStream(part, continues ? FileMode.Append : FileMode.Create, FileAccess.Write, FileShare.None);
        using var from = await response.Content.ReadAsStreamAsync(patience.Token).ConfigureAwait(false);
        byte[] buffer = new byte[1 << 16];
        while (true)
        {
            patience.CancelAfter(Stall);
            int got = await from.ReadAsync(buffer, patience.Token).ConfigureAwait(false);
            if (got == 0)
            {
                return null;
            }
            if ((received += got) > MaxBytes)
            {
                return "sent more than any file of the dataset has";
            }
            await to.WriteAsync(buffer.AsMemory(0, got), patience.Token).ConfigureAwait(false);
            _options.Progress?.Report(new FetchProgress(file.Name, mirror.Host, received, total));
        }
    }
}
