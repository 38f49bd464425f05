namespace Lanewise.Workflows;

/// <summary>The largest values accepted on the command line and in <c>args.json</c>.</summary>
internal static class SettingLimits
{
    public const int MaxBatchSize = 65_536;

    public const int MaxClasses = 100_000;

    public const int MaxEpochs = 1_000_000;

    public const int MaxThreads = 256;
}
