using System.Runtime.InteropServices;
using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>An optimizer step, split into chunks of the weights that threads claim.</summary>
/// <param name="state">The state of the optimizer, such as momentum, in the layout of the weights.</param>
internal sealed class OptimizerWork(params LaneMemory[] state) : IWork
{
    /// <summary>The number of floats that a thread claims at once.</summary>
    public const int Chunk = 4096;

    private readonly LaneMemory[] _sum = new LaneMemory[1];
    private KernelSet? _kernels;
    private LaneMemory? _weights;
    private LaneMemory[] _slots = [];
    private int _trained;
    private int _variable;
    private bool _averages;

    /// <summary>The state of the optimizer, such as momentum, in the layout of the weights.</summary>
    public IReadOnlyList<LaneMemory> State => state;

    /// <summary>The optimizer and its constants for the next step, of the first group.</summary>
    public required OptimizerStep Step { get => Steps[0]; set => Steps[0] = value; }

    /// <summary>The optimizer and its constants for the next step, of each group.</summary>
    public OptimizerStep[] Steps { get; init; } = new OptimizerStep[1];

    /// <summary>The ranges of the trained weights with their groups, ascending and without gaps; empty if there is one group.</summary>
    public IReadOnlyList<UpdateRange> Ranges { get; init; } = [];

    /// <summary>The weights that the optimizer updates as matrices after the others; null for none.</summary>
    public MatrixUpdates? Matrices { get; init; }

    /// <summary>What clips the gradients before the step; null for nothing.</summary>
    public GradientClipWork? Clipping { get; init; }

    /// <summary>The average of the weights, in their layout; null for none.</summary>
    public LaneMemory? Average { get; init; }

    /// <summary>The share of the new weights in their average after the next step, 0 to 1.</summary>
    public double AverageShare { get; set; }

    /// <summary>
    /// Updates the first <paramref name="trained"/> floats of <paramref name="weights"/>; the others are not trained and stay unchanged.
    /// The average takes part in all that training changes, the first <paramref name="variable"/> floats.
    /// </summary>
    public void Run(Workers workers, KernelSet kernels, LaneMemory weights, LaneMemory[] slots, int trained, int variable)
    {
        (_kernels, _weights, _slots, _trained, _variable) = (kernels, weights, slots, trained, variable);
        if (Clipping is not null)
        {
            Clipping.Run(workers, kernels, slots, trained);
            (_sum[0], _slots) = (slots[0], _sum);
        }

        int last = Average is null ? trained : Math.Max(trained, variable);
        _averages = Average is not null && Matrices is null;
        workers.Run(this, (last + Chunk - 1) / Chunk);
        if (Matrices is not null)
        {
            Matrices.Run(workers, kernels, weights, slots[0], Steps);
        }

        if (Matrices is not null && Average is not null)
        {
            (_trained, _averages) = (0, true);
            workers.Run(this, (last + Chunk - 1) / Chunk);
        }
    }

    /// <inheritdoc/>
    public void Run(int worker, int item)
    {
        int start = item * Chunk, end = Math.Min(start + Chunk, _trained);
        if (Ranges.Count == 0 && start < end)
        {
            _kernels!.Update(Steps[0], _weights!, state, _slots, start, end - start);
        }

        for (int i = 0; i < Ranges.Count; i++)
        {
            var (first, last, group) = Ranges[i];
            (first, last) = (Math.Max(first, start), Math.Min(last, end));
            if (first < last)
            {
                _kernels!.Update(Steps[group], _weights!, state, _slots, first, last - first);
            }
        }

        if (_averages)
        {
            // Right after the update, while the weights are in the cache.
            _kernels!.Average(_weights!, Average!, (float)AverageShare, start, Math.Min(Chunk, _variable - start));
        }
    }
}

/// <summary>A range of the trained weights that belongs to a group of parameters.</summary>
/// <param name="Start">The first float.</param>
/// <param name="End">The end, exclusive.</param>
/// <param name="Group">The index of the group.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct UpdateRange(int Start, int End, int Group);
