namespace Lanewise;

/// <summary>
/// The sessions of a compiled model: created when they are needed, never more than a bound, and used in turn. A caller beyond the bound
/// sleeps until a session is returned.
/// </summary>
/// <param name="model">The compiled model.</param>
/// <param name="max">The maximum number of sessions.</param>
internal sealed class SessionPool(CompiledModel model, int max) : IDisposable
{
    private readonly object _gate = new();

    // The session used last has its activations in the cache.
    private readonly Stack<InferenceSession> _idle = new();
    private int _created;
    private bool _isDisposed;

    /// <summary>The number of sessions so far; for tests.</summary>
    public int Created => Volatile.Read(ref _created);

    /// <summary>Takes a session; <see cref="Return"/> has to follow.</summary>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public InferenceSession Rent()
    {
        lock (_gate)
        {
            while (true)
            {
                ObjectDisposedException.ThrowIf(_isDisposed, typeof(ImageClassifier));
                if (_idle.TryPop(out var session))
                {
                    return session;
                }

                if (_created < max)
                {
                    _created++;
                    break;
                }

                Monitor.Wait(_gate);
            }
        }

        try
        {
            return model.CreateSession();
        }
        catch
        {
            lock (_gate)
            {
                _created--;
                Monitor.Pulse(_gate);
            }

            throw;
        }
    }

    /// <summary>Gives a session back.</summary>
    public void Return(InferenceSession session)
    {
        lock (_gate)
        {
            if (!_isDisposed)
            {
                _idle.Push(session);
                Monitor.Pulse(_gate);
                return;
            }
        }

        session.Dispose();
    }

    /// <summary>Ends all sessions: idle ones now, the others when they are returned. Callers that wait get an exception.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            while (_idle.TryPop(out var session))
            {
                session.Dispose();
            }

            Monitor.PulseAll(_gate);
        }
    }
}
