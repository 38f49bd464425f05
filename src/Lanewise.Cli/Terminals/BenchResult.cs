using Lanewise.Analysis;

namespace Lanewise.Cli.Terminals;

/// <summary>The passes that <c>bench</c> measures.</summary>
internal enum BenchMode
{
    /// <summary>Training and inference.</summary>
    Both,

    /// <summary>Training.</summary>
    Train,

    /// <summary>Inference.</summary>
    Infer,
}

/// <summary>The throughput of a model in one mode.</summary>
/// <param name="Network">The model.</param>
/// <param name="Mode">Training or inference.</param>
/// <param name="Speed">The throughput.</param>
/// <param name="Calls">The time of each kernel call; null if not measured.</param>
internal sealed record BenchResult(Network Network, BenchMode Mode, Throughput Speed, IReadOnlyList<KernelTime>? Calls);
