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
            using var stream = Open(file, BufferBytes);
            return read(stream, file);
        });
    }

    /// <summary>Reads the bytes of a small file.</summary>
    /// <exception cref="FileAccessException">The file cannot be read.</exception>
    public static byte[] ReadBytes(string path) => Explained(path, file => HasContent(file) ? File.ReadAllBytes(file) : []);

    /// <summary>Reads the lines of a small file.</summary>
    /// <exception cref="FileAccessException">The file cannot be read.</exception>
    public static string[] ReadLines(string path) => Explained(path, file => HasContent(file) ? File.ReadAllLines(file) : []);

    /// <summary>Opens a file without explaining errors; named pipes and devices are empty.</summary>
    public static Stream Open(string path, int bufferBytes) =>
        HasContent(path) ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferBytes) : new MemoryStream();

    /// <summary>
    /// Returns whether there is something to read. Named pipes and devices have length 0; opening a pipe would wait for its writer, and a
    /// device may have no end. A pipe that a shell passes for <c>&lt;(command)</c>, a link to no path, is open already.
    /// </summary>
    public static bool HasContent(string path) =>
        (File.ResolveLinkTarget(path, returnFinalTarget: true) ?? new FileInfo(path)) is not FileInfo { Exists: true, Length: 0 };

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
