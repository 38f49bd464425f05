namespace Lanewise.Workflows;

/// <summary>Loads the data of jobs: datasets by name, and image folders.</summary>
internal static class JobData
{
    private const string FolderPrefix = "folder:";

    /// <summary>Returns whether a dataset's name is that of an image folder.</summary>
    public static bool IsFolder(string? name) => name?.StartsWith(FolderPrefix, StringComparison.Ordinal) == true;

    /// <summary>Loads the images of a run, up to its limits.</summary>
    public static Task<DatasetSplits> LoadAsync(RunSettings s, IProgress<JobEvent>? progress, CancellationToken cancellationToken) =>
        LoadAsync(
            new DataSource(s.Dataset) { DataDir = s.DataDir, OnCorrupt = s.OnCorrupt, LimitTrain = s.LimitTrain, LimitTest = s.LimitTest },
            progress,
            cancellationToken);

    /// <summary>Loads a dataset, the default one if it has no name.</summary>
    public static async Task<DatasetSplits> LoadAsync(
        DataSource source, IProgress<JobEvent>? progress, CancellationToken cancellationToken)
    {
        DatasetSplits splits;
        if (IsFolder(source.Dataset))
        {
            string path = source.Dataset![FolderPrefix.Length..];
            var skipped = progress.Of<string>(message => new NoticeEvent($"skipped: {message}"));
            splits = await Task.Run(() => ImageFolder.OpenSplits(path, source.OnCorrupt, skipped, cancellationToken), cancellationToken)
                .ConfigureAwait(false);
        }
        else
        {
            var options = new DatasetOptions
            {
                Roots = DatasetRoots.From(source.DataDir),
                Progress = progress.Of<FetchProgress>(download => new DownloadEvent(download)),
            };
            splits = await DatasetCatalog.ResolveAsync(source.Dataset, options, cancellationToken).ConfigureAwait(false);
        }

        if (splits.Notice is { } notice)
        {
            progress?.Report(new NoticeEvent(notice) { MissingDataset = splits.Name == "digits" ? "mnist" : null });
        }

        return splits with
        {
            Train = source.LimitTrain is { } train ? splits.Train.Take(train) : splits.Train,
            Test = source.LimitTest is { } test ? splits.Test.Take(test) : splits.Test,
        };
    }

    /// <summary>Gets the default augmentation: that of the catalog, or one that suits the input shape.</summary>
    public static Augmentation AugmentationOf(DatasetSplits splits, Shape input) =>
        DatasetCatalog.All.FirstOrDefault(entry => entry.Name == splits.Name)?.Augmentation ?? Augmentation.For(input);
}
