using System.Text;

namespace Lanewise.Files;

/// <summary>Writes a file whole or not at all: under a temporary name in the same folder, flushed to disk, then renamed.</summary>
public static class AtomicFile
{
    private const int BufferBytes = 1 << 16;

    // "Disk full" and "quota exceeded": errno on Unix, HRESULT on Windows.
    private static readonly int[] DiskFullCodes = [28, 122, unchecked((int)0x80070070), unchecked((int)0x80070027)];

    /// <summary>
    /// Calls <paramref name="write"/> with a stream and puts what it wrote in the place of <paramref name="path"/>. If anything
    /// fails, nothing is left behind and a file that was there keeps its content.
    /// </summary>
    /// <param name="path">The file to make or replace; its folder exists. A symbolic link is followed.</param>
    /// <param name="write">Writes the content; its own exceptions pass through unless they are I/O errors.</param>
    /// <exception cref="LanewiseException">The file cannot be written: no folder, no permission, no space left.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        try
        {
            WriteAndRename(Destination(path), write);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LanewiseException($"{path} could not be written: {Explain(e)} Nothing was changed.", e);
        }
    }

    /// <summary>Writes a text in UTF-8, without a byte order mark.</summary>
    /// <inheritdoc cref="Write(string, Action{Stream})" path="/exception"/>
    public static void WriteText(string path, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
    }

    private static string Destination(string path)
    {
        string full = Path.GetFullPath(path);
        if (new FileInfo(full).LinkTarget is not null)
        {
            full = File.ResolveLinkTarget(full, returnFinalTarget: true)?.FullName ?? full;
        }
        // A rename would replace the folder's entry itself, be it a folder or, for an administrator, a device.
        if (Directory.Exists(full))
        {
            throw new IOException("it is a folder; name a file in it.");
        }
        if (string.Equals(Path.GetDirectoryName(full), "/dev", StringComparison.Ordinal))
        {
            throw new IOException("it is a device; name a file in an ordinary folder.");
        }
        return full;
    }

    private static void WriteAndRename(string path, Action<Stream> write)
    {
        // Short whatever the file's own name is, so that a long name which fits still fits.
        string temporary = Path.Combine(Path.GetDirectoryName(path)!, $".{Guid.NewGuid():N}.tmp");
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferBytes))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            Remove(temporary);
            throw;
        }
    }

    private static void Remove(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The first failure is the one to report.
        }
    }

    /// <summary>Why writing failed, and what to do about it.</summary>
    internal static string Explain(Exception e) => e switch
    {
        UnauthorizedAccessException => "no permission; choose another folder or change its permissions.",
        DirectoryNotFoundException => "its folder does not exist; create it or choose another.",
        FileNotFoundException => "no file can be made in that folder; choose another.",
        PathTooLongException => "the name is too long; choose a shorter one.",
        _ when DiskFullCodes.Contains(e.HResult) => "the disk is full; free some space or choose another folder.",
        _ => e.Message.ReplaceLineEndings(" "),
    };
}
