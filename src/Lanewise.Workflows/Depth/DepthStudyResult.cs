using Lanewise.Analysis;

namespace Lanewise.Workflows;

/// <summary>The results of a depth study so far.</summary>
public sealed record DepthStudyResult
{
    internal DepthStudyResult(
        DepthDirectory directory, DepthSettings settings, RunFacts facts, IReadOnlyList<DepthResult> results) =>
        (Directory, Settings, Facts, Results) = (directory, settings, facts, results);

    /// <summary>Gets the folder of the study.</summary>
    public DepthDirectory Directory { get; }

    /// <summary>Gets the settings, resolved.</summary>
    public DepthSettings Settings { get; }

    /// <summary>Gets the results of the completed runs.</summary>
    public IReadOnlyList<DepthResult> Results { get; }

    /// <summary>Gets whether all runs are complete.</summary>
    public bool IsComplete => Results.Count == Settings.Runs.Count;

    internal RunFacts Facts { get; }
}
