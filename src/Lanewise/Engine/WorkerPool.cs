using System.Runtime.ExceptionServices;

namespace Lanewise.Engine;

/// <summary>
/// A pool of threads that claim items one by one, so that a thread that lost its core to another process delays no other. They start
/// with the first run of several items, spin briefly after each run and then sleep, and end when the last user releases the pool.
/// </summary>
internal sealed class WorkerPool
{
    // About a tenth of a millisecond: longer than the gap between two steps of training.
    private const int MaxSpins = 3000;
    // An item index that no run reaches.
    private const long Closed = 1L << 30;
    private static readonly Lock Registry = new();
    private static readonly Dictionary<int, WorkerPool> Pools = [];
    // Whether this thread runs an item, which may run work of its own, for example a dataset that computes its values with a network.
    [ThreadStatic]
    private static bool _runsItem;
    private readonly Lock _oneRun = new();
    private readonly object _wake = new();
    private readonly int _threads;
    private int _users;
    private int _started = 1;
    private volatile bool _ends;
    private IWork? _work;
    private int _items;
    private int _done;
    private int _sleepers;
    private long _generation;
    // The index of the run in the upper half, the next unclaimed item in the lower: one atomic increment claims both.
    private long _ticket;
    private ExceptionDispatchInfo? _failure;

    private WorkerPool(int threads) => _threads = threads;

    /// <summary>Returns the pool of the given number of threads, the calling one included; <see cref="Release"/> has to follow.</summary>
    public static WorkerPool Lease(int threads)
    {
        lock (Registry)
        {
            if (!Pools.TryGetValue(threads, out var pool))
            {
                Pools[threads] = pool = new WorkerPool(threads);
            }

            pool._users++;
            return pool;
        }
    }

    /// <summary>Ends the threads if this is the last user; a run in progress completes.</summary>
    public void Release()
    {
        lock (Registry)
        {
            if (--_users > 0)
            {
                return;
            }

            Pools.Remove(_threads);
        }

        lock (_wake)
        {
            _ends = true;
            Monitor.PulseAll(_wake);
        }
    }

    /// <summary>
    /// Runs all items, returns when the last is done, and rethrows the first exception. Within an item of another run it runs them alone.
    /// </summary>
    public void Run(IWork work, int items)
    {
        if (_threads == 1 || items <= 1 || _runsItem)
        {
            for (int item = 0; item < items; item++)
            {
                work.Run(0, item);
            }

            return;
        }

        lock (_oneRun)
        {
            Start();
            // Closed while the fields change: a late thread of the previous run must not claim an item of this one early.
            Interlocked.Exchange(ref _ticket, ++_generation << 32 | Closed);
            (_work, _items, _done, _failure) = (work, items, 0, null);
            Interlocked.Exchange(ref _ticket, ++_generation << 32);
            if (Volatile.Read(ref _sleepers) > 0)
            {
                lock (_wake)
                {
                    Monitor.PulseAll(_wake);
                }
            }

            Claim(0);
            for (int spins = 0; Volatile.Read(ref _done) < items; spins++)
            {
                Wait(spins);
            }

            var failure = _failure;
            // The threads must not keep the owner of the work alive.
            (_work, _failure) = (null, null);
            failure?.Throw();
        }
    }

    private void Start()
    {
        for (; _started < _threads; _started++)
        {
            int worker = _started;
            BackgroundThread.Start(() => WorkerLoop(worker), $"Lanewise worker {worker}", _threads);
        }
    }

    private void WorkerLoop(int worker)
    {
        long seen = 0;
        for (int spins = 0; !_ends; spins++)
        {
            long generation = Volatile.Read(ref _ticket) >> 32;
            if (generation != seen)
            {
                (seen, spins) = (generation, 0);
                Claim(worker);
            }
            else if (spins < MaxSpins)
            {
                Wait(spins);
            }
            else
            {
                Sleep(seen);
                spins = 0;
            }
        }
    }

    private void Sleep(long seen)
    {
        lock (_wake)
        {
            Interlocked.Increment(ref _sleepers);
            while (Volatile.Read(ref _ticket) >> 32 == seen && !_ends)
            {
                Monitor.Wait(_wake);
            }

            Interlocked.Decrement(ref _sleepers);
        }
    }

    private void Claim(int worker)
    {
        while (true)
        {
            long ticket = Interlocked.Increment(ref _ticket) - 1;
            // Read before the second read of the ticket: if that is unchanged, they belong to the same run.
            var (work, items, item) = (Volatile.Read(ref _work), Volatile.Read(ref _items), (int)ticket);
            // Another run can have started only if this one had no item left.
            if (Volatile.Read(ref _ticket) >> 32 != ticket >> 32 || item >= items)
            {
                return;
            }

            _runsItem = true;
            try
            {
                work!.Run(worker, item);
            }
            catch (Exception e) when (Capture(e)) { }
            finally
            {
                _runsItem = false;
            }

            Interlocked.Increment(ref _done);
        }
    }

    private bool Capture(Exception e)
    {
        Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(e), null);
        return true;
    }

    private static void Wait(int spins)
    {
        if (spins % 64 == 63)
        {
            Thread.Yield();
        }
        else
        {
            Thread.SpinWait(4);
        }
    }
}
