using System.Text;

namespace Lanewise.IO;

/// <summary>Writes files atomically: to a temporary file in the same folder, flushed to disk, then renamed.</summary>
internal static class AtomicFile
{
    private const int BufferBytes = 1 << 16;

    private const string TemporaryEnd = ".tmp";

    /// <summary>
    /// Writes a file through <paramref name="write"/> and then replaces <paramref name="path"/> with it. On failure no temporary
    /// file is left and an existing file keeps its content.
    /// </summary>
    /// <param name="path">The file to create or replace; its folder must exist. A symbolic link is followed.</param>
    /// <param name="write">Writes the content. Its exceptions pass through unless they are I/O errors.</param>
    /// <exception cref="FileAccessException">The file cannot be written: missing folder, no permission, disk full.</exception>
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
            throw FileAccessException.Writing(path, e);
        }
    }

    /// <summary>Writes text as UTF-8 without a byte order mark.</summary>
    /// <inheritdoc cref="Write(string, Action{Stream})" path="/exception"/>
    public static void WriteText(string path, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
    }

    /// <summary>Returns whether a path is that of a temporary file, which remains only of a process that was killed.</summary>
    public static bool IsTemporary(string path)
    {
        string name = Path.GetFileName(path);
        return name.StartsWith('.') && name.EndsWith(TemporaryEnd, StringComparison.Ordinal)
            && Guid.TryParseExact(name.AsSpan(1, name.Length - 1 - TemporaryEnd.Length), "N", out _);
    }

    /// <summary>Removes the temporary files in a folder that remain of killed processes; those that are being written stay.</summary>
    public static void RemoveTemporary(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(folder).Where(IsTemporary))
        {
            try
            {
                new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose)
                    .Dispose();
            }
            catch (IOException e) when (FileInUse.Is(e))
            {
                // For example the table of predictions of another command.
            }
        }
    }

    private static string Destination(string path)
    {
        string full = Path.GetFullPath(path);
        if (new FileInfo(full).LinkTarget is not null)
        {
            full = File.ResolveLinkTarget(full, returnFinalTarget: true)?.FullName ?? full;
        }
        // A rename would replace the directory entry itself, be it a folder or, for an administrator, a device.
        if (Directory.Exists(full))
        {
            throw new IOException("it is a folder; pass a file in it.");
        }
        if (string.Equals(Path.GetDirectoryName(full), "/dev", StringComparison.Ordinal))
        {
            throw new IOException("it is a device; pass a file in an ordinary folder.");
        }
        return full;
    }

    private static void WriteAndRename(string path, Action<Stream> write)
    {
        // A short temporary name, so that a file name of the maximum length still works.
        string temporary = Path.Combine(Path.GetDirectoryName(path)!, $".{Guid.NewGuid():N}{TemporaryEnd}");
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
            // The original exception is the one to report.
        }
    }
}
