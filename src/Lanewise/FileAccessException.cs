namespace Lanewise;

/// <summary>A file cannot be read or written.</summary>
public sealed class FileAccessException : LanewiseException
{
    // "Disk full" and "quota exceeded": errno on Unix, HRESULT on Windows.
    private static readonly int[] DiskFullCodes = [28, 122, unchecked((int)0x80070070), unchecked((int)0x80070027)];

    // What .NET reads in place of bytes of a name that are not UTF-8; the path then leads to no file.
    private const char Undecodable = '\uFFFD';

    /// <summary>Creates the exception with a one-line message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="path">The file or folder.</param>
    /// <param name="access">Whether it was read or written.</param>
    /// <param name="inner">The cause.</param>
    public FileAccessException(string message, string path, FileAccess access, Exception? inner = null) : base(message, inner) =>
        (Path, Access) = (path, access);

    /// <summary>The file or folder.</summary>
    public string Path { get; }

    /// <summary>Whether it was read or written.</summary>
    public FileAccess Access { get; }

    /// <summary>Explains why a file cannot be read.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cause">An <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> from opening or reading it.</param>
    /// <param name="kind">The expected kind of file, for example <c>image</c>.</param>
    public static FileAccessException Reading(string path, Exception cause, string kind = "file")
    {
        ArgumentNullException.ThrowIfNull(cause);
        string why = cause switch
        {
            FileNotFoundException or DirectoryNotFoundException when path.Contains(Undecodable, StringComparison.Ordinal) =>
                $"its name is not UTF-8; rename it (each {Undecodable} stands for a byte that is not).",
            FileNotFoundException or DirectoryNotFoundException => "there is no such file; check the path.",
            UnauthorizedAccessException when kind == "folder" => "no permission; change the folder's permissions.",
            UnauthorizedAccessException when Directory.Exists(path) =>
                $"it is a folder; choose {(kind.StartsWith('i') ? "an" : "a")} {kind} in it.",
            UnauthorizedAccessException => "no permission; change the file's permissions.",
            _ => cause.Message.ReplaceLineEndings(" "),
        };
        return new($"{path} could not be read: {why}", path, FileAccess.Read, cause);
    }

    /// <summary>Returns whether the cause of an error is that the disk is full, or a quota used up.</summary>
    internal static bool IsDiskFull(Exception cause) => DiskFullCodes.Contains(cause.HResult);

    /// <summary>Explains why a file or folder cannot be written.</summary>
    internal static FileAccessException Writing(string path, Exception cause)
    {
        string why = cause switch
        {
            UnauthorizedAccessException => "no permission; choose another folder or change its permissions.",
            DirectoryNotFoundException => "its folder does not exist; create it or choose another.",
            FileNotFoundException => "no file can be created in that folder; choose another.",
            PathTooLongException => "the name is too long; choose a shorter one.",
            _ when IsDiskFull(cause) => "the disk is full; free some space or choose another folder.",
            _ => cause.Message.ReplaceLineEndings(" ").TrimEnd('.') + ".",
        };
        return new($"{path} could not be written: {why}", path, FileAccess.Write, cause);
    }
}
