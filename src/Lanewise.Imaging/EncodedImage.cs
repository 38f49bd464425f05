using Lanewise.IO;
using SkiaSharp;

namespace Lanewise.Imaging;

/// <summary>The bytes of an image file, wholly in native memory.</summary>
/// <remarks>
/// Native code never calls back into a managed stream: an exception there, such as one for a seek beyond 2 GB, would end the process.
/// </remarks>
internal sealed class EncodedImage : IDisposable
{
    private const int FirstChunk = 64 << 10;

    private readonly SKData _data;

    private EncodedImage(SKData data, string name) => (_data, Name) = (data, name);

    /// <summary>The name in messages.</summary>
    public string Name { get; }

    public Span<byte> Bytes => _data.Span;

    /// <summary>Reads a regular file.</summary>
    /// <exception cref="FileAccessException">The file cannot be read.</exception>
    /// <exception cref="ImageFormatException">
    /// The file is empty, not a regular file, or larger than <see cref="ImageLimits.MaxFileBytes"/>.
    /// </exception>
    public static EncodedImage Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            if (!InputFile.HasContent(path))
            {
                throw NotRegular(path);
            }
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            return file.CanSeek ? Read(file, path) : throw NotRegular(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FileAccessException.Reading(path, e, "image");
        }
    }

    /// <summary>Reads the rest of a stream, which need not be seekable.</summary>
    /// <exception cref="ImageFormatException">There are more than <see cref="ImageLimits.MaxFileBytes"/> bytes.</exception>
    public static EncodedImage Read(Stream stream, string name)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (stream.CanSeek)
        {
            long rest = Math.Max(0, stream.Length - stream.Position);
            RequireLength(rest, name);
            return Read(stream, (int)rest, name);
        }

        // What is not an image is refused after its first bytes, however long the stream is.
        byte[] bytes = new byte[FirstChunk];
        int length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        ImageHeader.KindOf(bytes.AsSpan(0, length), name);
        while (length == bytes.Length)
        {
            RequireLength(length + 1L, name);
            Array.Resize(ref bytes, (int)Math.Min(2L * length, ImageLimits.MaxFileBytes + 1L));
            length += stream.ReadAtLeast(bytes.AsSpan(length), bytes.Length - length, throwOnEndOfStream: false);
        }
        RequireLength(length, name);
        return Copy(bytes.AsSpan(0, length), name);
    }

    /// <summary>Reads the rest of a stream, which need not be seekable, without blocking a thread.</summary>
    /// <exception cref="ImageFormatException">There are more than <see cref="ImageLimits.MaxFileBytes"/> bytes.</exception>
    public static async Task<EncodedImage> ReadAsync(Stream stream, string name, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        byte[] bytes = new byte[FirstChunk];
        int length = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        ImageHeader.KindOf(bytes.AsSpan(0, length), name);
        while (length == bytes.Length)
        {
            RequireLength(length + 1L, name);
            Array.Resize(ref bytes, (int)Math.Min(2L * length, ImageLimits.MaxFileBytes + 1L));
            var rest = bytes.AsMemory(length);
            length += await stream.ReadAtLeastAsync(rest, rest.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        }

        RequireLength(length, name);
        return Copy(bytes.AsSpan(0, length), name);
    }

    /// <summary>Copies bytes, so that native code has them at a fixed address.</summary>
    /// <exception cref="ImageFormatException">There are more than <see cref="ImageLimits.MaxFileBytes"/> bytes.</exception>
    public static EncodedImage Copy(ReadOnlySpan<byte> bytes, string name)
    {
        RequireLength(bytes.Length, name);
        return new(SKData.CreateCopy(bytes), name);
    }

    /// <summary>Creates a decoder of the first bytes, and of others behind them; null if they are of no format that it knows.</summary>
    public SKCodec? Decoder(int length, byte[]? tail = null)
    {
        if (tail is not null)
        {
            using var whole = SKData.Create(length + tail.Length);
            _data.Span[..length].CopyTo(whole.Span);
            tail.CopyTo(whole.Span[length..]);
            return SKCodec.Create(whole);
        }
        using var part = _data.Subset(0, (ulong)length);
        return SKCodec.Create(part);
    }

    public void Dispose() => _data.Dispose();

    private static EncodedImage Read(Stream stream, int length, string name)
    {
        var data = SKData.Create(length);
        try
        {
            int read = stream.ReadAtLeast(data.Span, length, throwOnEndOfStream: false);
            if (read == length)
            {
                return new(data, name);
            }
            // A file may be cut short while it is read; the rest of the memory is not its content.
            using (data)
            {
                return new(data.Subset(0, (ulong)read), name);
            }
        }
        catch
        {
            data.Dispose();
            throw;
        }
    }

    private static ImageFormatException NotRegular(string path) =>
        new($"{path} is empty, or not a regular file (a pipe or a device). Only regular files are read as images.", path);

    private static void RequireLength(long length, string name)
    {
        if (length > ImageLimits.MaxFileBytes)
        {
            throw new ImageFormatException(
                $"{name} is larger than {ImageLimits.MaxFileBytes >> 20} MB, the limit for an image file. Make it smaller.", name);
        }
    }
}
