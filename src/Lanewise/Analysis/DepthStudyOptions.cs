using Lanewise.Training;

namespace Lanewise.Analysis;

/// <summary>What a depth study trains, and how.</summary>
public sealed record DepthStudyOptions
{
    /// <summary>The least depth: one block a stage.</summary>
    public const int MinDepth = 8;

    /// <summary>The greatest depth, as deep as the paper went (He et al. 2015, §4.2).</summary>
    public const int MaxDepth = 1202;

    /// <summary>Plain networks, residual ones, or both.</summary>
    public IReadOnlyList<DepthFamily> Families { get; init; } = [DepthFamily.Plain, DepthFamily.Residual];

    /// <summary>Depths, each 6·n + 2.</summary>
    public IReadOnlyList<int> Depths { get; init; } = [20, 56];

    /// <summary>Whether batch norm follows each convolution.</summary>
    public bool BatchNorm { get; init; } = true;

    /// <summary>How convolutions begin.</summary>
    public WeightStart Start { get; init; }

    /// <summary>One training of each network a seed.</summary>
    public IReadOnlyList<int> Seeds { get; init; } = [1];

    /// <summary>How each network is trained; the seed is the run's own.</summary>
    public TrainingOptions Training { get; init; } = new();

    /// <summary>Steps whose gradients are measured, the first and the last included; fewer where training has fewer.</summary>
    public int Samples { get; init; } = 40;

    /// <summary>All trainings, the shallow networks first, so that a study that is stopped has compared something.</summary>
    public IReadOnlyList<DepthRun> Runs =>
        [.. from seed in Seeds from depth in Depths.Order() from family in Families select new DepthRun(family, depth, BatchNorm, Start, seed)];

    /// <summary>Refuses a depth that the families do not have.</summary>
    /// <exception cref="LanewiseException">It is none; the message names the nearest ones.</exception>
    public static void CheckDepth(int depth)
    {
        const int Step = 6;
        if (depth is >= MinDepth and <= MaxDepth && (depth - MinDepth) % Step == 0)
        {
            return;
        }

        int below = Math.Clamp(MinDepth + (int)Math.Floor(((double)depth - MinDepth) / Step) * Step, MinDepth, MaxDepth);
        string nearest = depth is > MinDepth and < MaxDepth ? $"; the nearest are {below} and {below + Step}" : "";
        throw new LanewiseException($"There is no network of {depth} layers; there are 8, 14, 20, 26, 32 and so on, 6·n + 2, up to {MaxDepth}{nearest}.");
    }

    internal void Check()
    {
        foreach (int depth in Depths)
        {
            CheckDepth(depth);
        }

        if (Families.Count == 0 || Depths.Count == 0 || Seeds.Count == 0 || Runs.Distinct().Count() != Runs.Count)
        {
            throw new LanewiseException("A depth study needs families, depths and seeds, each named once.");
        }

        Setting.Require(Samples >= 1, "samples", Samples, "at least 1");
        Training.Check();
    }
}
