using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Lanewise.Tests.Data;

/// <summary>A small web server on this machine that offers files and understands ranges.</summary>
internal sealed class LocalMirror : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Func<string, byte[]?> _files;

    public LocalMirror(Func<string, byte[]?> files)
    {
        _files = files;
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Address = new Uri($"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/data/");
        }
        _listener.Prefixes.Add(Address.AbsoluteUri);
        _listener.Start();
        _ = Task.Run(ServeAsync);
    }

    public Uri Address { get; }

    /// <summary>The files asked for, each with the first byte asked for.</summary>
    public ConcurrentQueue<(string Name, int From)> Asked { get; } = [];

    public void Dispose() => _listener.Close();

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                Answer(await _listener.GetContextAsync());
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void Answer(HttpListenerContext context)
    {
        string name = Path.GetFileName(context.Request.Url!.AbsolutePath);
        int from = context.Request.Headers["Range"] is { } range ? int.Parse(range["bytes=".Length..].TrimEnd('-'), null) : 0;
        Asked.Enqueue((name, from));
        var response = context.Response;
        byte[]? file = _files(name);
        if (file is null || from >= file.Length)
        {
            response.StatusCode = file is null ? 404 : 416;
            response.Close();
            return;
        }
        if (from > 0)
        {
            response.StatusCode = 206;
            response.Headers["Content-Range"] = $"bytes {from}-{file.Length - 1}/{file.Length}";
        }

        response.ContentType = ContentType(name);
        response.Close(file[from..], willBlock: true);
    }

    // A browser runs scripts and compiles WebAssembly only under their types.
    private static string ContentType(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html",
        ".mjs" => "text/javascript",
        ".wasm" => "application/wasm",
        _ => "application/octet-stream",
    };
}
