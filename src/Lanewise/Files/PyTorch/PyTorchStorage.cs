using Lanewise.Pickles;

namespace Lanewise.Files;

/// <summary>A storage that tensors reference: its size in bytes and the type of its values.</summary>
internal sealed record PyTorchStorage(string Key, StoredType Type, long Bytes)
{
    private const int ChunkBytes = 1 << 16;

    /// <summary>Reads the values from a stream.</summary>
    /// <param name="stream">A stream positioned at the first value.</param>
    /// <param name="seen">Called with each chunk of bytes that was read.</param>
    /// <exception cref="RefusedFileException">The stream ends too early.</exception>
    public float[] Read(Stream stream, Action<ReadOnlySpan<byte>>? seen = null)
    {
        int size = Type.Bytes();
        var values = new float[Bytes / size];
        byte[] chunk = new byte[Math.Min(ChunkBytes, values.Length * (long)size)];
        for (var rest = values.AsSpan(); rest.Length > 0;)
        {
            int count = Math.Min(rest.Length, chunk.Length / size);
            var bytes = chunk.AsSpan(0, count * size);
            if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
            {
                throw new RefusedFileException($"its storage {Excerpt.Of(Key)} is truncated");
            }
            seen?.Invoke(bytes);
            Type.ToFloats(bytes, rest[..count]);
            rest = rest[count..];
        }
        return values;
    }
}
