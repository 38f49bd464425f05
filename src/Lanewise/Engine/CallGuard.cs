namespace Lanewise.Engine;

/// <summary>
/// Refuses a call to an object that serves one caller at a time while another call is running, and every call after disposal. Entering
/// and leaving is one interlocked instruction each.
/// </summary>
/// <param name="owner">The object, to be disposed of by its users.</param>
/// <param name="remedy">What the caller has to do instead of sharing the object: the second sentence of the message.</param>
internal sealed class CallGuard(object owner, string remedy)
{
    private const int Busy = 1;
    private const int Disposed = 2;
    private int _state;

    /// <summary>Enters a call; disposing of the result leaves it.</summary>
    /// <exception cref="InvalidOperationException">Another call is running.</exception>
    /// <exception cref="ObjectDisposedException">The owner is disposed.</exception>
    public Scope Enter()
    {
        int state = Interlocked.CompareExchange(ref _state, Busy, 0);
        if (state != 0)
        {
            Refuse(state);
        }

        return new Scope(this);
    }

    /// <summary>Checks that no call is running, without entering one.</summary>
    /// <exception cref="InvalidOperationException">A call is running.</exception>
    /// <exception cref="ObjectDisposedException">The owner is disposed.</exception>
    public void Check()
    {
        int state = Volatile.Read(ref _state);
        if (state != 0)
        {
            Refuse(state);
        }
    }

    /// <summary>Refuses all further calls; one that is running completes.</summary>
    /// <returns>Whether this was the first call of this method.</returns>
    public bool Close() => (Interlocked.Or(ref _state, Disposed) & Disposed) == 0;

    private void Refuse(int state)
    {
        ObjectDisposedException.ThrowIf((state & Disposed) != 0, owner);
        throw new InvalidOperationException($"another call of this {owner.GetType().Name} is still running. {remedy}");
    }

    private void Leave() => Interlocked.And(ref _state, ~Busy);

    /// <summary>A running call.</summary>
    internal readonly ref struct Scope(CallGuard guard)
    {
        /// <summary>Leaves the call.</summary>
        public void Dispose() => guard.Leave();
    }
}
