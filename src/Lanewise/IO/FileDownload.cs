using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Lanewise.IO;

/// <summary>Downloads files by HTTP to a partial file, which a later download continues.</summary>
internal sealed class FileDownload : IDisposable
{
    private static readonly TimeSpan Stall = TimeSpan.FromSeconds(30);

    private readonly TimeSpan _connectTimeout;
    private readonly long _maxBytes;
    private readonly HttpClient _client;

    /// <summary>Creates the client.</summary>
    /// <param name="connectTimeout">The timeout for a server's response.</param>
    /// <param name="maxBytes">The length beyond which a server that sends endlessly is cut off.</param>
    public FileDownload(TimeSpan connectTimeout, long maxBytes)
    {
        (_connectTimeout, _maxBytes) = (connectTimeout, maxBytes);
        // The content is compressed already, and resuming needs the length of the compressed file.
        var handler = new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None };
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("lanewise", null));
    }

    /// <summary>Gets what is called with the number of bytes received, and that of the file if it is known.</summary>
    public Action<Uri, long, long?>? Progress { get; init; }

    public void Dispose() => _client.Dispose();

    /// <summary>
    /// Downloads a file, continuing <paramref name="part"/> if it exists. Returns null once that is the verified file, otherwise the
    /// reason of the failure.
    /// </summary>
    /// <param name="address">The file's address.</param>
    /// <param name="part">The partial file.</param>
    /// <param name="verify">Compares the content of the file with what is expected; returns what is wrong, or null.</param>
    /// <param name="cancellationToken">Stops the download; what was received remains.</param>
    /// <exception cref="IOException">The partial file cannot be written.</exception>
    public async Task<string?> TryAsync(Uri address, string part, Func<string, string?> verify, CancellationToken cancellationToken)
    {
        bool resumes = File.Exists(part);
        string? failure = await TryOnceAsync(address, part, verify, cancellationToken).ConfigureAwait(false);
        return failure is not null && resumes && !File.Exists(part)
            // The partial file did not match this server's: retry once from the start.
            ? await TryOnceAsync(address, part, verify, cancellationToken).ConfigureAwait(false)
            : failure;
    }

    private async Task<string?> TryOnceAsync(Uri address, string part, Func<string, string?> verify, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            string? failure = await ReceiveAsync(address, part, patience).ConfigureAwait(false);
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

        string? wrong = verify(part);
        if (wrong is not null)
        {
            File.Delete(part);
        }

        return wrong;
    }

    private async Task<string?> ReceiveAsync(Uri address, string part, CancellationTokenSource patience)
    {
        long have = File.Exists(part) ? new FileInfo(part).Length : 0;
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (have > 0)
        {
            request.Headers.Range = new RangeHeaderValue(have, null);
        }

        patience.CancelAfter(_connectTimeout);
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

            if ((received += got) > _maxBytes)
            {
                return "sent more than the file has";
            }

            await to.WriteAsync(buffer.AsMemory(0, got), patience.Token).ConfigureAwait(false);
            Progress?.Invoke(address, received, total);
        }
    }
}
