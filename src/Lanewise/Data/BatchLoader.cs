using System.Runtime.ExceptionServices;
using Lanewise.Engine;

namespace Lanewise.Data;

/// <summary>
/// Hands out a pass over a dataset batch by batch. Images that need decoding or fitting are made ready ahead, in order, by
/// threads of its own, into a ring of a few batches; whoever reads them only copies. Others are read where they lie.
/// </summary>
internal sealed class BatchLoader : ITensorSource, IDisposable
{
    /// <summary>The batch that is read and two that are made ready meanwhile.</summary>
    private const int Batches = 3;

    private readonly PreparedDataset _source;
    private readonly int[] _order;
    private readonly int _batchSize;
    private readonly CancellationToken _cancellation;
    private readonly CancellationTokenRegistration _onCancel;

    // Guards the fields below it; pulsed whenever one of them changes.
    private readonly object _gate = new();
    private readonly byte[][] _ring = [];
    private readonly bool[] _ready = [];
    private readonly ExceptionDispatchInfo?[] _failures = [];
    private ExceptionDispatchInfo? _failure;
    private readonly Dictionary<int, int> _slots = [];
    private int _first;
    private int _next;
    private int _claimed;
    private bool _closed;

    /// <summary>Begins to make images ready.</summary>
    /// <param name="source">The images.</param>
    /// <param name="order">Their order in this pass, each at most once.</param>
    /// <param name="batchSize">How many are handed out at a time; the last batch may be smaller.</param>
    /// <param name="batch">The batch to begin with.</param>
    /// <param name="threads">How many threads make images ready.</param>
    /// <param name="cancellation">Ends the waiting in <see cref="Next"/>.</param>
    public BatchLoader(PreparedDataset source, int[] order, int batchSize, int batch, int threads, CancellationToken cancellation)
    {
        (_source, _order, _batchSize, _cancellation) = (source, order, batchSize, cancellation);
        _first = _next = _claimed = (int)Math.Min((long)batch * batchSize, order.Length);
        if (!source.NeedsWork)
        {
            return;
        }

        int slots = (int)Math.Min((long)Batches * batchSize, order.Length - _first);
        _ring = new byte[slots][];
        _ready = new bool[slots];
        _failures = new ExceptionDispatchInfo?[slots];
        _onCancel = cancellation.Register(Close);
        for (int i = 0; i < Math.Min(threads, slots); i++)
        {
            new Thread(Work) { IsBackground = true, Name = $"lanewise loader {i}" }.Start();
        }
    }

    /// <summary>Waits for the next batch and returns its images' indices; none after the last. The batch before it can no longer be read.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="LanewiseException">An image of the batch cannot be read; of several, this is about the first in order.</exception>
    public ReadOnlySpan<int> Next()
    {
        _cancellation.ThrowIfCancellationRequested();
        int first = _next, count = Math.Min(_batchSize, _order.Length - first);
        if (_source.NeedsWork)
        {
            Turn(first, count);
        }

        _next = first + count;
        return _order.AsSpan(first, count);
    }

    /// <inheritdoc/>
    public int Label(int index) => _source.Label(index);

    /// <inheritdoc/>
    public void Read(int index, Span<float> image)
    {
        if (_source.NeedsWork)
        {
            _source.Normalize(_ring[_slots[index]], image);
        }
        else
        {
            _source.Read(index, image);
        }
    }

    /// <summary>Ends the threads, each after the image in its hands; waits for none of them.</summary>
    public void Dispose()
    {
        Close();
        _onCancel.Dispose();
    }

    private void Turn(int first, int count)
    {
        _failure?.Throw();
        lock (_gate)
        {
            foreach (int slot in _slots.Values)
            {
                _ready[slot] = false;
            }

            _slots.Clear();
            _first = first;
            Monitor.PulseAll(_gate);
            for (int at = first; at < first + count; at++)
            {
                int slot = at % _ring.Length;
                while (!_ready[slot])
                {
                    _cancellation.ThrowIfCancellationRequested();
                    Monitor.Wait(_gate);
                }

                if (_failures[slot] is { } failure)
                {
                    _failure = failure;
                    failure.Throw();
                }

                _slots.Add(_order[at], slot);
            }
        }
    }

    private void Work()
    {
        while (Claim() is { } at)
        {
            int slot = at % _ring.Length;
            ExceptionDispatchInfo? failure = null;
            try
            {
                _source.Fit(_order[at], _ring[slot] ??= new byte[_source.InputCount]);
            }
            catch (Exception e)
            {
                // It belongs to whoever asks for this batch.
                failure = ExceptionDispatchInfo.Capture(e);
            }

            lock (_gate)
            {
                (_failures[slot], _ready[slot]) = (failure, true);
                Monitor.PulseAll(_gate);
            }
        }
    }

    /// <summary>The next place in the order, once its slot in the ring is free; null when there is none left.</summary>
    private int? Claim()
    {
        lock (_gate)
        {
            while (!_closed && _claimed < _order.Length && _claimed >= _first + _ring.Length)
            {
                Monitor.Wait(_gate);
            }

            return _closed || _claimed == _order.Length ? null : _claimed++;
        }
    }

    private void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.PulseAll(_gate);
        }
    }
}
