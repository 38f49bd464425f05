namespace Lanewise;

/// <summary>Starts threads; a limit of the system is an error that the caller can correct.</summary>
internal static class BackgroundThread
{
    /// <summary>Starts a thread that does not keep the process alive.</summary>
    /// <param name="work">What the thread does.</param>
    /// <param name="name">The name of the thread.</param>
    /// <param name="threads">The number of threads of its kind.</param>
    /// <exception cref="InvalidOptionException">The system gives no further thread.</exception>
    public static void Start(ThreadStart work, string name, int threads)
    {
        try
        {
            new Thread(work) { IsBackground = true, Name = name }.Start();
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            // .NET reports any failure as a lack of memory.
            throw new InvalidOptionException(
                $"{name} of {threads} could not be started: the system's limit of threads (ulimit -u, or pids of a container) or of "
                    + "address space (ulimit -v, some 10 MB for each) is reached; raise it, or use fewer threads.",
                "Threads",
                threads,
                e);
        }
    }
}
