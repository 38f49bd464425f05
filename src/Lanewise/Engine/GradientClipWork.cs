using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>
/// Clips the gradients of a step, as torch.nn.utils.clip_grad_norm_ or clip_grad_value_: sums the slots into the first one, then scales or
/// limits it.
/// </summary>
/// <param name="byValue">Whether each value is limited; otherwise the norm of all gradients is.</param>
/// <param name="limit">The largest value or norm.</param>
internal sealed class GradientClipWork(bool byValue, double limit) : IWork
{
    private const int Chunk = OptimizerWork.Chunk;

    // Added to the norm by PyTorch.
    private const double Eps = 1e-6;

    private KernelSet? _kernels;
    private LaneMemory[] _slots = [];
    private PreciseSum[] _squares = [];
    private int _count;
    private float? _scale;

    /// <summary>The norm of the gradients before the last clipping.</summary>
    public double Norm { get; private set; }

    /// <summary>Clips the first <paramref name="count"/> floats of the sum of the slots, which is then in the first one.</summary>
    public void Run(Workers workers, KernelSet kernels, LaneMemory[] slots, int count)
    {
        int chunks = (count + Chunk - 1) / Chunk;
        _squares = _squares.Length == chunks ? _squares : new PreciseSum[chunks];
        (_kernels, _slots, _count, _scale) = (kernels, slots, count, null);
        workers.Run(this, chunks);
        var sum = default(PreciseSum);
        foreach (var square in _squares)
        {
            sum += square;
        }

        Norm = Math.Sqrt(sum.Value);
        double scale = limit / (Norm + Eps);
        if (!byValue && scale < 1)
        {
            _scale = (float)scale;
            workers.Run(this, chunks);
        }
    }

    /// <inheritdoc/>
    public void Run(int worker, int item)
    {
        int start = item * Chunk, count = Math.Min(Chunk, _count - start);
        if (_scale is { } scale)
        {
            _kernels!.ScaleGradients(_slots[0], scale, start, count);
            return;
        }

        _kernels!.CollectGradients(_slots, start, count);
        _squares[item] = PreciseSum.OfSquares(_slots[0].Slice(start, count));
        if (byValue)
        {
            _kernels.ClampGradients(_slots[0], (float)limit, start, count);
        }
    }
}
