using Lanewise.Cli.Terminals;
using Lanewise.Data;

namespace Lanewise.Cli.Runs;

/// <summary>Loads the pictures that a verb works on.</summary>
internal static class RunData
{
    /// <summary>A run's pictures, cut to its limits.</summary>
    public static Task<DatasetSplits> LoadAsync(RunArguments a, CancellationToken cancellation) =>
        LoadAsync(a.Dataset, a.DataDir, a.LimitTrain, a.LimitTest, cancellation);

    /// <summary>A dataset's pictures; says on stderr which was taken when none was named.</summary>
    public static async Task<DatasetSplits> LoadAsync(string? name, string? dataDir, int? limitTrain, int? limitTest, CancellationToken cancellation)
    {
        using var download = new DownloadDisplay();
        var options = new DatasetOptions { Roots = DatasetRoots.From(dataDir), Progress = download };
        var splits = await DatasetCatalog.ResolveAsync(name, options, cancellation).ConfigureAwait(false);
        if (splits.Notice is { } notice)
        {
            Terminal.Notice(notice);
        }

        return splits with
        {
            Train = limitTrain is { } train ? splits.Train.Take(train) : splits.Train,
            Test = limitTest is { } test ? splits.Test.Take(test) : splits.Test,
        };
    }
}
