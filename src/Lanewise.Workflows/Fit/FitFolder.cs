namespace Lanewise.Workflows;

/// <summary>The folder of a fit: each training has a folder below it, and the files of the best one move up.</summary>
internal sealed class FitFolder : IDisposable
{
    private const string DefaultName = "fit";

    private readonly RunLock _lock;

    private FitFolder(RunReservation reservation) => (Directory, _lock) = (reservation.Directory, reservation.Lock);

    /// <summary>Gets the folder.</summary>
    public RunDirectory Directory { get; }

    /// <summary>Reserves the folder.</summary>
    /// <param name="output">The folder, new or empty; null for the next free number under <c>runs</c>.</param>
    /// <exception cref="JobException">It is in use, not empty, or cannot be created.</exception>
    public static FitFolder Create(string? output) => new(RunReservation.Take(output, DefaultName));

    /// <summary>Gets the folder of a training.</summary>
    public string PathOf(string candidate) => Path.Combine(Directory.Path, candidate);

    /// <summary>
    /// Makes the run of a training that of the folder, and removes the others; of a linear probe from which fine-tuning started, its best
    /// weights stay, so that the run can be repeated.
    /// </summary>
    /// <exception cref="FileAccessException">A file cannot be moved.</exception>
    public void Keep(string candidate)
    {
        string from = PathOf(candidate);
        try
        {
            // Settings last: until then the folder is no run.
            foreach (string entry in System.IO.Directory.EnumerateFileSystemEntries(from).OrderBy(IsArguments).ToList())
            {
                string to = Path.Combine(Directory.Path, Path.GetFileName(entry));
                if (File.Exists(entry) && Path.GetFileName(entry) != RunLock.FileName)
                {
                    File.Move(entry, to, overwrite: true);
                }
                else if (System.IO.Directory.Exists(entry))
                {
                    System.IO.Directory.Move(entry, to);
                }
            }

            RemoveTrainings(except: candidate == FitStep.FineTuning ? FitStep.LinearProbe : null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string why = e.Message.ReplaceLineEndings(" ").TrimEnd('.');
            throw new FileAccessException($"{from}: cannot be moved to {Directory.Path} ({why}).", from, FileAccess.Write, e);
        }
    }

    /// <summary>Removes the folder of a fit that trained nothing.</summary>
    public void Remove()
    {
        try
        {
            RemoveTrainings(except: null);
            _lock.Dispose();
            Directory.Rollback();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The caller reports the failure that stopped the fit.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private static bool IsArguments(string path) => Path.GetFileName(path) == Path.GetFileName(new RunDirectory("").Arguments);

    private void RemoveTrainings(string? except)
    {
        foreach (string name in FitStep.Names.Where(name => System.IO.Directory.Exists(PathOf(name))))
        {
            var run = new RunDirectory(PathOf(name));
            if (name != except)
            {
                System.IO.Directory.Delete(run.Path, recursive: true);
                continue;
            }

            foreach (string file in (string[])[run.Checkpoint, run.Model, run.Gradients])
            {
                File.Delete(file);
            }
        }
    }
}
