using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>Chooses the algorithm of a convolution by <see cref="Tuning"/>.</summary>
/// <param name="kernels">The kernels.</param>
/// <param name="tuning">What the choice rests on.</param>
/// <param name="table">What has been measured before.</param>
internal sealed class Conv2dTuner(KernelSet kernels, Tuning tuning, TuningTable table)
{
    /// <summary>The estimated cost, relative to the best, up to which an algorithm is timed: estimates have been wrong by less.</summary>
    private const double Close = 2;

    /// <summary>Chooses an algorithm for the forward pass or the gradient to the input.</summary>
    public Conv2dChoice Choose(Conv2dProblem problem)
    {
        var estimate = Conv2dPlanner.Choose(problem);
        if (tuning != Tuning.Measure || estimate.Reason != ChoiceReason.Estimate)
        {
            return estimate;
        }

        double limit = Close * estimate.Candidates.Min(candidate => candidate.Cost);
        Conv2dCandidate[] close = [.. estimate.Candidates.Where(c => c.Cost <= limit && Conv2dPlanner.CanPool(problem, c))];
        if (close.Length < 2)
        {
            return estimate;
        }

        string shape = Shape(problem), name = table.Find(shape, () => new Conv2dTimer(kernels, problem).Fastest(close).Name);
        if (close.All(candidate => candidate.Name != name))
        {
            name = new Conv2dTimer(kernels, problem).Fastest(close).Name;
            table.Replace(shape, name);
        }

        return estimate with { Chosen = close.First(candidate => candidate.Name == name), Reason = ChoiceReason.Measurement };
    }

    /// <summary>Keeps what was measured.</summary>
    public void Save() => table.Save();

    /// <summary>The shape by which a measurement is remembered: all that the time of an algorithm depends on.</summary>
    private string Shape(Conv2dProblem problem)
    {
        var (g, x, pool) = (problem.Geometry, problem.Source, problem.Epilogue.Pool);
        return $"{kernels.LaneWidth} {(problem.Lanes is null ? "images" : "channels")}, {g.InChannels}→{g.OutChannels} "
            + $"{g.Rows.Kernel}×{g.Columns.Kernel} padding {g.Rows.Padding}, {x.Height}×{x.Width}"
            + (problem.Epilogue.Add is null ? "" : ", add")
            + (pool is null ? "" : $", pool {pool.Rows.Kernel}×{pool.Columns.Kernel}");
    }
}
