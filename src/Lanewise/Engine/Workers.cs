namespace Lanewise.Engine;

/// <summary>Work split into independent items.</summary>
internal interface IWork
{
    /// <summary>Runs an item.</summary>
    /// <param name="worker">The index of the thread, 0 … threads − 1, which selects its private memory.</param>
    /// <param name="item">The index of the item.</param>
    void Run(int worker, int item);
}

/// <summary>
/// A share in the threads of a <see cref="WorkerPool"/>, which end when the last share is disposed of or collected.
/// </summary>
internal sealed class Workers : IDisposable
{
    private readonly WorkerPool _pool;
    private int _isReleased;

    private Workers(WorkerPool pool) => _pool = pool;

#pragma warning disable MA0055 // Threads are not collected: without the finalizer, those of an owner that nobody disposes of would stay.
    /// <summary>Releases the share of an owner that was not disposed of.</summary>
    ~Workers() => Release();
#pragma warning restore MA0055

    /// <summary>Returns a share in the pool of the given number of threads, the calling one included.</summary>
    public static Workers For(int threads) => new(WorkerPool.Lease(threads));

    /// <summary>Runs all items, returns when the last is done, and rethrows the first exception.</summary>
    public void Run(IWork work, int items)
    {
        _pool.Run(work, items);
        GC.KeepAlive(this);
    }

    /// <summary>Releases the share; a run in progress completes.</summary>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private void Release()
    {
        if (Interlocked.Exchange(ref _isReleased, 1) == 0)
        {
            _pool.Release();
        }
    }
}
