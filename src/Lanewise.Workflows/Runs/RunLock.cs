using Lanewise.IO;

namespace Lanewise.Workflows;

/// <summary>
/// The lock of a run folder, held while a process works on it. The system releases it when the process ends, however it ends; a file
/// that remains of a killed process locks nothing.
/// </summary>
internal sealed class RunLock : IDisposable
{
    /// <summary>The name of the file in the folder.</summary>
    public const string FileName = "run.lock";

    private readonly FileStream _file;

    private RunLock(FileStream file) => _file = file;

    /// <summary>Takes the lock; returns null if another process, or another job of this one, has it.</summary>
    /// <param name="folder">The folder, which must exist.</param>
    /// <exception cref="UnauthorizedAccessException">The file cannot be written.</exception>
    /// <exception cref="IOException">The file cannot be created.</exception>
    public static RunLock? TryTake(string folder)
    {
        string path = Path.Combine(folder, FileName);
        FileStream file;
        try
        {
            file = new FileStream(
                path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
        }
        catch (IOException e) when (FileInUse.Is(e))
        {
            return null;
        }

        if (File.Exists(path))
        {
            return new(file);
        }

        // Its last holder removed the file after it was opened here, so another one could lock the next file of that name.
        file.Dispose();
        return null;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
