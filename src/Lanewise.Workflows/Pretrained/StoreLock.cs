using Lanewise.IO;

namespace Lanewise.Workflows;

/// <summary>A turn among the processes that write to the same place. The empty file of the lock remains.</summary>
internal sealed class StoreLock : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly FileStream _file;

    private StoreLock(FileStream file) => _file = file;

    /// <summary>Waits for the turn.</summary>
    /// <param name="path">The file of the lock; its folder must exist.</param>
    /// <param name="onWait">Called once if another process has the turn.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="UnauthorizedAccessException">The file cannot be written.</exception>
    /// <exception cref="IOException">The file cannot be created.</exception>
    public static async Task<StoreLock> TakeAsync(string path, Action onWait, CancellationToken cancellationToken)
    {
        for (bool hasWaited = false; ; hasWaited = true)
        {
            try
            {
                return new(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException e) when (FileInUse.Is(e))
            {
                if (!hasWaited)
                {
                    onWait();
                }
            }

            await Task.Delay(Interval, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
