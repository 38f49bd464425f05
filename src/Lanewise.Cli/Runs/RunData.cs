using Lanewise.Cli.Common;
using Lanewise.Cli.Terminals;

namespace Lanewise.Cli.Runs;

/// <summary>Loads datasets and reports notices about them on stderr.</summary>
internal static class RunData
{
    /// <summary>Loads the images of a run, up to its limits.</summary>
    public static Task<DatasetSplits> LoadAsync(RunArguments a, CancellationToken cancellation) =>
        LoadAsync(a.Dataset, a.DataDir, a.OnCorrupt, a.LimitTrain, a.LimitTest, cancellation);

    /// <summary>Loads a dataset, the default one if <paramref name="name"/> is null.</summary>
    public static async Task<DatasetSplits> LoadAsync(
        string? name, string? dataDir, CorruptImagePolicy onCorrupt, int? limitTrain, int? limitTest, CancellationToken cancellation)
    {
        using var download = new DownloadDisplay();
        var options = new DatasetOptions
        {
            Roots = DatasetRoots.From(dataDir),
            Progress = download,
        };
        const string Folder = "folder:";
        var splits = name?.StartsWith(Folder, StringComparison.Ordinal) == true
            ? await Task.Run(() => ImageFolder.OpenSplits(name[Folder.Length..], onCorrupt, new SkippedNotices(), cancellation), cancellation)
                .ConfigureAwait(false)
            : await DatasetCatalog.ResolveAsync(name, options, cancellation).ConfigureAwait(false);
        if (Advice.NoticeOf(splits) is { } notice)
        {
            Terminal.Notice(notice);
        }

        return splits with
        {
            Train = limitTrain is { } train ? splits.Train.Take(train) : splits.Train,
            Test = limitTest is { } test ? splits.Test.Take(test) : splits.Test,
        };
    }

    /// <summary>Gets the default augmentation: that of the catalog, or one that suits the input shape.</summary>
    public static Augmentation AugmentationOf(DatasetSplits splits, Shape input) =>
        DatasetCatalog.All.FirstOrDefault(entry => entry.Name == splits.Name)?.Augmentation ?? Augmentation.For(input);

    private sealed class SkippedNotices : IProgress<string>
    {
        public void Report(string value) => Terminal.Notice($"skipped: {value}");
    }
}
