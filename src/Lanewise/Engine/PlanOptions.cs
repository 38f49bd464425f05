namespace Lanewise.Engine;

/// <summary>How a plan is compiled.</summary>
public sealed record PlanOptions
{
    /// <summary>The most images that a call takes; fewer are always welcome.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Whether gradients are wanted.</summary>
    public bool Training { get; init; }

    /// <summary>Threads, at least 1. The results' bits do not depend on it.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Images in a block: 16, 8, 4 or 1; 0 for the widest that the processor has.</summary>
    public int LaneWidth { get; init; }

    /// <summary>Whether the parameter of that name is trained; null for all. Buffers never are.</summary>
    public Func<string, bool>? Trains { get; init; }

    /// <summary>Whether the gradient to the picture is wanted too.</summary>
    internal bool InputGradient { get; init; }

    /// <summary>Vectors kept free behind each activation, which tests watch.</summary>
    internal int GuardVectors { get; init; }
}
