namespace Lanewise.Files;

/// <summary>Says why a file could not be read and what to do about it.</summary>
public static class ReadFailure
{
    /// <summary>The exception to throw instead of <paramref name="cause"/>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cause">An <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> from opening or reading it.</param>
    /// <param name="kind">What the user should have named, for example <c>image</c>.</param>
    public static LanewiseException Explain(string path, Exception cause, string kind = "file")
    {
        string why = cause switch
        {
            FileNotFoundException or DirectoryNotFoundException => "there is no such file; check the path.",
            UnauthorizedAccessException when Directory.Exists(path) => $"it is a folder; name a {kind} in it.",
            UnauthorizedAccessException => "no permission; change the file's permissions.",
            _ => cause.Message.ReplaceLineEndings(" "),
        };
        return new LanewiseException($"{path} could not be read: {why}", cause);
    }

    /// <summary>Opens a file and reads it; a failure is explained.</summary>
    /// <exception cref="LanewiseException">It cannot be read.</exception>
    internal static T Open<T>(string path, Func<Stream, string, T> read)
    {
        const int BufferBytes = 1 << 16;
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes);
            return read(stream, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Explain(path, e);
        }
    }
}
