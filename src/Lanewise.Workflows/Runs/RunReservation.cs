using Lanewise.IO;

namespace Lanewise.Workflows;

/// <summary>A folder that is reserved for a new run.</summary>
/// <param name="Directory">The folder.</param>
/// <param name="Lock">Its lock, held until the run has ended.</param>
internal sealed record RunReservation(RunDirectory Directory, RunLock Lock)
{
    private const string DefaultParent = "runs";

    /// <summary>Reserves a folder for one run and removes what remains of a run that saved no progress.</summary>
    /// <param name="output">
    /// The folder given by the user; null for <paramref name="name"/> with the next free number under <paramref name="parent"/>.
    /// </param>
    /// <param name="name">The name of default folders.</param>
    /// <param name="parent">The parent of default folders.</param>
    /// <exception cref="LanewiseException">The folder is in use, not empty or holds a run, or cannot be created.</exception>
    public static RunReservation Take(string? output, string name, string parent = DefaultParent) =>
        output is null ? TakeNext(parent, name) : TakeNamed(output);

    private static RunReservation TakeNamed(string path)
    {
        if (File.Exists(path))
        {
            throw new JobException($"{path} is a file, not a folder; choose another {{output}}.");
        }

        var folder = new RunDirectory(path, isCreated: !System.IO.Directory.Exists(path));
        // Before anything is written, so that a folder of other things stays as it is.
        WithPathInMessage(path, () => Refuse(folder));
        var reservation = TryLock(folder) ?? throw InUse(path);
        try
        {
            return WithPathInMessage(path, () =>
            {
                Refuse(folder);
                folder.RemoveRun();
                return reservation;
            });
        }
        catch
        {
            reservation.Lock.Dispose();
            throw;
        }
    }

    private static RunReservation TakeNext(string parent, string name)
    {
        for (int number = 1; ; number++)
        {
            string path = System.IO.Path.Combine(parent, $"{name}-{number}");
            if (System.IO.Path.Exists(path) || TryLock(new RunDirectory(path, isCreated: true)) is not { } reservation)
            {
                continue;
            }

            if (!File.Exists(reservation.Directory.Arguments))
            {
                return reservation;
            }

            // Another run has begun and ended since.
            reservation.Lock.Dispose();
        }
    }

    /// <summary>Explains that another process works on a folder.</summary>
    public static JobException InUse(string path) =>
        new($"{path} is in use by another run; wait until that has ended, or choose another {{output}}.");

    /// <summary>Creates the folder and locks it; of several runs that start at once, this succeeds for one only.</summary>
    private static RunReservation? TryLock(RunDirectory folder) => WithPathInMessage(folder.Path, () =>
    {
        System.IO.Directory.CreateDirectory(folder.Path);
        try
        {
            return RunLock.TryTake(folder.Path) is { } taken ? new RunReservation(folder, taken) : null;
        }
        catch (IOException) when (!System.IO.Directory.Exists(folder.Path))
        {
            // Another run had reserved the folder and has just removed it.
            return null;
        }
    });

    /// <summary>Refuses a folder that holds something else, or a run with progress.</summary>
    private static bool Refuse(RunDirectory folder)
    {
        string path = folder.Path;
        if (!System.IO.Directory.Exists(path) || System.IO.Directory.EnumerateFileSystemEntries(path).All(IsPassing))
        {
            return true;
        }

        bool isRun = File.Exists(folder.Arguments);
        if (isRun && !folder.HasProgress())
        {
            return true;
        }

        string resume = isRun && !folder.LacksCheckpoint ? $", or resume that run with {{resume}} {path}" : "";
        throw new JobException($"{path} exists and is not empty; choose another {{output}}{resume}.");
    }

    /// <summary>Returns whether a file is there only while a run is working, or remained when one was killed.</summary>
    private static bool IsPassing(string path) => System.IO.Path.GetFileName(path) == RunLock.FileName || AtomicFile.IsTemporary(path);

    /// <summary>Runs an action on a folder; its I/O errors name the folder.</summary>
    /// <exception cref="JobException">The folder cannot be created or read.</exception>
    public static T WithPathInMessage<T>(string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string reason = e.Message.ReplaceLineEndings(" ").TrimEnd('.');
            throw new JobException($"{path} cannot be created or read ({reason}); choose another {{output}}.", e);
        }
    }
}
