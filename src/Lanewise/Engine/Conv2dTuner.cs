using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>Chooses the algorithm of a convolution by <see cref="Tuning"/>.</summary>
/// <param name="kernels">The kernels.</param>
/// <param name="tuning">What the choice rests on.</param>
/// <param name="table">What has been measured before; null for the table of this machine, which is read when it is needed.</param>
internal sealed class Conv2dTuner(KernelSet kernels, Tuning tuning, TuningTable? table = null)
{
    /// <summary>
    /// The estimated cost, relative to the best, up to which an algorithm is timed: estimates were wrong by less, where they were measured.
    /// </summary>
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
        Conv2dCandidate[] close = [.. estimate.Candidates.Where(candidate => candidate.Cost <= limit)];
        if (close.Length < 2)
        {
            return estimate;
        }

        string name = Table.Find(
            Shape(problem), known => close.Any(candidate => candidate.Name == known),
            () => new Conv2dTimer(kernels, problem).Fastest(close).Name);
        return estimate with { Chosen = close.First(candidate => candidate.Name == name), Reason = ChoiceReason.Measurement };
    }

    /// <summary>Keeps what was measured.</summary>
    public void Save()
    {
        if (tuning == Tuning.Measure)
        {
            Table.Save();
        }
    }

    private TuningTable Table => table ?? TuningTable.OfMachine;

    /// <summary>The sizes by which a measurement is remembered.</summary>
    private string Shape(Conv2dProblem problem)
    {
        var (g, x, pool) = (problem.Geometry, problem.Source, problem.Epilogue.Pool);
        return (problem.Lanes is null ? $"{kernels.LaneWidth} images" : $"{kernels.LaneWidth} channels in {x.Channels} vectors")
            + $", {g.InChannels}→{g.OutChannels} {g.Rows.Kernel}×{g.Columns.Kernel} padding {g.Rows.Padding}, {x.Height}×{x.Width}"
            + (problem.Epilogue.Add is null ? "" : ", add")
            + (pool is null ? "" : $", pool {pool.Rows.Kernel}×{pool.Columns.Kernel} stride {pool.Rows.Stride}×{pool.Columns.Stride}");
    }
}
