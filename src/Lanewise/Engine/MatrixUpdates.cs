using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>
/// The second half of a step of Muon: each weight of a convolution, as a matrix of outputs × (inputs · taps), moves along its direction
/// made orthogonal. Threads take one matrix after the other.
/// </summary>
internal sealed class MatrixUpdates : IWork
{
    private readonly Matrix[] _matrices;
    private readonly Scratch[] _scratch;
    private KernelSet? _kernels;
    private LaneMemory? _weights;
    private LaneMemory? _directions;
    private OptimizerStep[] _steps = [];

    /// <summary>Creates the updates of several parameters.</summary>
    /// <param name="parameters">The parameters, where they are, and their groups.</param>
    /// <param name="threads">The maximum number of threads.</param>
    public MatrixUpdates(IReadOnlyList<(ParameterSpec Parameter, ParameterLocation Location, int Group)> parameters, int threads)
    {
        // The largest first, so that threads end together.
        _matrices = [.. parameters.Select(one => new Matrix(one.Location, one.Parameter.Dimensions[0], one.Group))
            .OrderByDescending(matrix => (long)matrix.Low * matrix.Low * matrix.High)];
        int floats = _matrices.Max(matrix => NewtonSchulz.Floats(matrix.Low, matrix.High));
        int values = _matrices.Max(matrix => matrix.Location.Count);
        _scratch = [.. Enumerable.Range(0, threads).Select(_ => new Scratch(new LaneMemory(floats), new float[values]))];
    }

    /// <summary>Updates the weights. Zeroes the directions.</summary>
    public void Run(Workers workers, KernelSet kernels, LaneMemory weights, LaneMemory directions, OptimizerStep[] steps)
    {
        (_kernels, _weights, _directions, _steps) = (kernels, weights, directions, steps);
        workers.Run(this, _matrices.Length);
    }

    /// <inheritdoc/>
    public void Run(int worker, int item)
    {
        var (location, rows, group) = _matrices[item];
        int columns = location.Count / rows, high = _matrices[item].High;
        var scratch = _scratch[worker];
        var values = scratch.Values.AsSpan(0, location.Count);
        location.Unpack(_directions!, values);
        // A matrix of more rows than columns is transposed.
        var (down, right) = rows <= columns ? (high, 1) : (1, high);
        var matrix = scratch.Matrix.Slice(0, _matrices[item].Low * high);
        matrix.Clear();
        for (int i = 0; i < values.Length; i++)
        {
            matrix[i / columns * down + i % columns * right] = values[i];
        }

        _kernels!.Orthogonalize(scratch.Matrix, _matrices[item].Low, high);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = matrix[i / columns * down + i % columns * right];
        }

        location.Pack(values, _directions!);
        // By this factor a step has the size of one of AdamW (Liu et al. 2025, arXiv 2502.16982), so that both have one learning rate.
        double scale = 0.2 * Math.Sqrt(Math.Max(rows, columns));
        _kernels.Move((MuonStep)_steps[group], scale, _weights!, _directions!, location.Offset, ParameterLayout.Aligned(location.Length));
    }

    private readonly record struct Matrix(ParameterLocation Location, int Rows, int Group)
    {
        /// <summary>The smaller of rows and columns, padded.</summary>
        public int Low => NewtonSchulz.Padded(Math.Min(Rows, Location.Count / Rows));

        /// <summary>The larger of rows and columns, padded.</summary>
        public int High => NewtonSchulz.Padded(Math.Max(Rows, Location.Count / Rows));
    }

    private sealed record Scratch(LaneMemory Matrix, float[] Values);
}
