using System.Buffers;
using System.Runtime.ExceptionServices;
using Lanewise.Engine;

namespace Lanewise;

/// <summary>
/// Iterates once over a dataset in batches. Images that need decoding or resizing are prepared in order by background threads, up to
/// two batches ahead, in a ring buffer; reading them is a copy. Images that need neither are read directly. With mixup or cutmix each
/// image is mixed with its partner in the batch when it is read: the last with the first, and so on.
/// </summary>
internal sealed class BatchLoader : ISoftTargetSource, IDisposable
{
    /// <summary>The batch being read and two that are being prepared.</summary>
    private const int Batches = 3;

    private readonly PreparedDataset _source;
    private readonly int[] _order;
    private readonly int _batchSize;
    private readonly Func<int, BatchMix?>? _mixOf;
    private readonly CancellationToken _cancellation;
    private readonly CancellationTokenRegistration _onCancel;

    // Guards the fields below; pulsed on every change.
    private readonly object _gate = new();
    private readonly byte[][] _ring = [];
    private readonly bool[] _ready = [];
    private readonly ExceptionDispatchInfo?[] _failures = [];
    private ExceptionDispatchInfo? _failure;
    private readonly Dictionary<int, int> _slots = [];

    // Of the batch being read.
    private readonly Dictionary<int, int> _partners = [];
    private BatchMix? _mix;

    private int _first;
    private int _next;
    private int _claimed;
    private bool _closed;

    /// <summary>Starts preparing images.</summary>
    /// <param name="source">The images.</param>
    /// <param name="order">The indices in the order of this epoch.</param>
    /// <param name="batchSize">The number of images per batch; the last batch may be smaller.</param>
    /// <param name="batch">The index of the first batch.</param>
    /// <param name="threads">The number of threads that prepare images.</param>
    /// <param name="cancellationToken">Cancels waiting in <see cref="Next"/>.</param>
    /// <param name="mixOf">Returns how a batch is mixed, by its index, and null if it is not; null (default) to mix none.</param>
    public BatchLoader(
        PreparedDataset source,
        int[] order,
        int batchSize,
        int batch,
        int threads,
        CancellationToken cancellationToken,
        Func<int, BatchMix?>? mixOf = null)
    {
        (_source, _order, _batchSize, _cancellation, _mixOf) = (source, order, batchSize, cancellationToken, mixOf);
        _first = _next = _claimed = (int)Math.Min((long)batch * batchSize, order.Length);
        if (!source.NeedsWork)
        {
            return;
        }

        int slots = (int)Math.Min((long)Batches * batchSize, order.Length - _first);
        _ring = new byte[slots][];
        _ready = new bool[slots];
        _failures = new ExceptionDispatchInfo?[slots];
        _onCancel = cancellationToken.Register(Close);
        try
        {
            for (int i = 0; i < Math.Min(threads, slots); i++)
            {
                BackgroundThread.Start(Work, $"Lanewise loader {i}", threads);
            }
        }
        catch
        {
            // Those that were started end.
            Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public bool IsMixed => _mixOf is not null;

    /// <summary>
    /// Waits for the next batch and returns its image indices; empty after the last. The previous batch can no longer be read.
    /// </summary>
    /// <exception cref="OperationCanceledException">The operation was cancelled.</exception>
    /// <exception cref="LanewiseException">An image of the batch cannot be read; the first in order, if several cannot.</exception>
    public ReadOnlySpan<int> Next()
    {
        _cancellation.ThrowIfCancellationRequested();
        int first = _next, count = Math.Min(_batchSize, _order.Length - first);
        if (_source.NeedsWork)
        {
            Advance(first, count);
        }

        _next = first + count;
        Mix(first, count);
        return _order.AsSpan(first, count);
    }

    /// <inheritdoc/>
    public int Label(int index) => _source.Label(index);

    /// <inheritdoc/>
    public int SampleOf(int index) => _source.SampleOf(index);

    /// <inheritdoc/>
    public SoftTarget Target(int index)
    {
        int label = _source.Label(index);
        if (_mix is not { } mix)
        {
            return new(label, label, 1);
        }

        int other = _source.Label(_partners[index]);
        return mix.Share >= 0.5f ? new(label, other, mix.Share) : new(other, label, 1 - mix.Share);
    }

    /// <inheritdoc/>
    public void Read(int index, Span<float> image)
    {
        ReadAlone(index, image);
        if (_mix is not { } mix || _partners[index] == index)
        {
            return;
        }

        float[] rented = ArrayPool<float>.Shared.Rent(image.Length);
        var partner = rented.AsSpan(0, image.Length);
        ReadAlone(_partners[index], partner);
        mix.Apply(image, partner, _source.Input);
        ArrayPool<float>.Shared.Return(rented);
    }

    /// <summary>Stops the threads after their current image, without waiting for them.</summary>
    public void Dispose()
    {
        Close();
        _onCancel.Dispose();
    }

    private void ReadAlone(int index, Span<float> image)
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

    private void Mix(int first, int count)
    {
        _mix = count > 0 ? _mixOf?.Invoke(first / _batchSize) : null;
        _partners.Clear();
        for (int i = 0; i < count && _mix is not null; i++)
        {
            // A sample that a balanced epoch draws again has an index of its own, so each has its own partner.
            _partners[_order[first + i]] = _order[first + count - 1 - i];
        }
    }

    private void Advance(int first, int count)
    {
        _failure?.Throw();
        lock (_gate)
        {
            for (int at = _first; at < first; at++)
            {
                _ready[at % _ring.Length] = false;
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

                _slots[_order[at]] = slot;
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
                // Rethrown to the reader of this batch.
                failure = ExceptionDispatchInfo.Capture(e);
            }

            lock (_gate)
            {
                (_failures[slot], _ready[slot]) = (failure, true);
                Monitor.PulseAll(_gate);
            }
        }
    }

    /// <summary>Returns the next position in the order once its slot in the ring is free; null at the end.</summary>
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
