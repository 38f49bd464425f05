namespace Lanewise.Analysis;

/// <summary>The options of a depth study.</summary>
internal sealed record DepthStudyOptions
{
    /// <summary>The minimum depth: one block per stage.</summary>
    public const int MinDepth = 8;

    /// <summary>The maximum depth, that of the paper (He et al. 2015, §4.2).</summary>
    public const int MaxDepth = 1202;

    /// <summary>The families to compare. Default: plain and residual.</summary>
    public IReadOnlyList<DepthFamily> Families { get; init; } = [DepthFamily.Plain, DepthFamily.Residual];

    /// <summary>The depths, each 6·n + 2. Default: 20 and 56.</summary>
    public IReadOnlyList<int> Depths { get; init; } = [20, 56];

    /// <summary>Whether batch norm follows each convolution. Default: true.</summary>
    public bool BatchNorm { get; init; } = true;

    /// <summary>The initialization of convolutions. Default: PyTorch's.</summary>
    public WeightStart Start { get; init; }

    /// <summary>The seeds; each network is trained once per seed. Default: 1.</summary>
    public IReadOnlyList<int> Seeds { get; init; } = [1];

    /// <summary>The training options of each network, except the seed.</summary>
    public TrainingOptions Training { get; init; } = new();

    /// <summary>The number of steps whose gradients are measured, including the first and the last. Default: 40.</summary>
    public int Samples { get; init; } = 40;

    /// <summary>All runs, shallow networks first, so that an interrupted study has compared some.</summary>
    public IReadOnlyList<DepthRun> Runs =>
    [
        .. from seed in Seeds
           from depth in Depths.Order()
           from family in Families
           select new DepthRun(family, depth, BatchNorm, Start, seed),
    ];

    /// <summary>Validates a depth.</summary>
    /// <exception cref="InvalidOptionException">There is no network of this depth; the message names the nearest.</exception>
    public static void CheckDepth(int depth)
    {
        const int Step = 6;
        if (depth is >= MinDepth and <= MaxDepth && (depth - MinDepth) % Step == 0)
        {
            return;
        }

        int below = Math.Clamp(MinDepth + (int)Math.Floor(((double)depth - MinDepth) / Step) * Step, MinDepth, MaxDepth);
        string nearest = depth is > MinDepth and < MaxDepth ? $"; the nearest are {below} and {below + Step}" : "";
        throw new InvalidOptionException(
            $"There is no network of {depth} layers; there are 8, 14, 20, 26, 32 and so on, 6·n + 2, up to {MaxDepth}{nearest}.",
            nameof(Depths),
            depth);
    }

    internal void Check()
    {
        foreach (int depth in Depths)
        {
            CheckDepth(depth);
        }

        string? empty = Families.Count == 0 ? nameof(Families)
            : Depths.Count == 0 ? nameof(Depths)
            : Seeds.Count == 0 ? nameof(Seeds)
            : null;
        if (empty is not null || Runs.Distinct().Count() != Runs.Count)
        {
            throw new InvalidOptionException("A depth study needs families, depths and seeds, each named once.", empty ?? nameof(Runs));
        }

        OptionCheck.Require(Samples >= 1, nameof(Samples), "samples", Samples, "at least 1");
        Training.Check();
    }
}
