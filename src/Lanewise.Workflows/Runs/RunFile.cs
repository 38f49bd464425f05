namespace Lanewise.Workflows;

/// <summary>Reads small files of a run.</summary>
internal static class RunFile
{
    /// <exception cref="FileAccessException">The file cannot be read.</exception>
    public static byte[] ReadBytes(string path) => Read(path, File.ReadAllBytes);

    /// <exception cref="FileAccessException">The file cannot be read.</exception>
    public static string[] ReadLines(string path) => Read(path, File.ReadAllLines);

    private static T Read<T>(string path, Func<string, T> read)
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
