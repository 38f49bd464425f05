namespace Lanewise.IO;

/// <summary>Reads files.</summary>
internal static class InputFile
{
    private const int BufferBytes = 1 << 16;

    /// <summary>Opens a file and reads it.</summary>
    /// <exception cref="FileAccessException">The file cannot be opened or read.</exception>
    public static T Read<T>(string path, Func<Stream, string, T> read)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Explained(path, file =>
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes);
            return read(stream, file);
        });
    }

    /// <summary>Reads the bytes of a small file.</summary>
    /// <exception cref="FileAccessException">The file cannot be read.</exception>
    public static byte[] ReadBytes(string path) => Explained(path, File.ReadAllBytes);

    /// <summary>Reads the lines of a small file.</summary>
    /// <exception cref="FileAccessException">The file cannot be read.</exception>
    public static string[] ReadLines(string path) => Explained(path, File.ReadAllLines);

    private static T Explained<T>(string path, Func<string, T> read)
    {
        try
        {
            return read(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FileAccessException.Reading(path, e);
        }
    }
}
