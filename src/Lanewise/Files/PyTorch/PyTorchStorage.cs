namespace Lanewise.Files;

/// <summary>A storage that tensors need: its bytes and the type of their values.</summary>
internal sealed record PyTorchStorage(string Key, StoredType Type, long Bytes)
{
    private const int ChunkBytes = 1 << 16;

    /// <summary>Reads the values from a stream that holds at least so many bytes, or says that it does not.</summary>
    /// <param name="stream">Stands where they begin.</param>
    /// <param name="seen">Is told of each piece that was read.</param>
    /// <exception cref="RefusedFileException">The stream ends before.</exception>
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
                throw new RefusedFileException($"its storage {Excerpt.Of(Key)} is cut short");
            }
            seen?.Invoke(bytes);
            Type.ToFloats(bytes, rest[..count]);
            rest = rest[count..];
        }
        return values;
    }
}
