using Lanewise.Files;

namespace Lanewise.Workflows;

/// <summary>The weights that a training starts from, as a file holds them.</summary>
/// <param name="File">The content of the file.</param>
/// <param name="Source">The run folder, file or name, for messages.</param>
/// <param name="Card">The file's card; null if it has none.</param>
/// <param name="Entry">The row of the catalog of pretrained weights; null for other weights.</param>
internal sealed record InitialWeights(WeightsFile File, string Source, ModelCard? Card, PretrainedEntry? Entry)
{
    /// <summary>Gets whether they were given as pretrained weights.</summary>
    public required bool IsPretrained { get; init; }

    /// <summary>Gets how images are prepared for the weights; null if that is unknown.</summary>
    public ImageTransform? Transform =>
        Entry is null ? Card?.Transform ?? File.Transform : Entry.Transform ?? ModelCatalog.Find(Entry.Model).PretrainedTransform;

    /// <summary>Gets the licence; null if it is unknown.</summary>
    public string? License => Entry?.License ?? Card?.License;

    /// <summary>Gets where the weights come from; null if it is unknown.</summary>
    public string? Origin => Entry?.Origin ?? Card?.Origin;

    /// <summary>Reads the weights that settings name, pretrained ones after fetching them; null if they name none.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="fetching">How pretrained weights are fetched.</param>
    /// <param name="progress">Receives notices and downloads.</param>
    /// <param name="cancellationToken">Stops fetching.</param>
    /// <exception cref="LanewiseException">The weights cannot be fetched or read.</exception>
    public static async Task<InitialWeights?> ReadAsync(
        TrainSettings settings, PretrainedFetchOptions fetching, IProgress<JobEvent>? progress, CancellationToken cancellationToken)
    {
        if ((settings.Weights ?? settings.OwnWeights) is { } path)
        {
            var source = ModelSource.Resolve(path, settings.Use);
            if (source.Notice is { } notice)
            {
                progress.Notice(notice);
            }

            var file = PretrainedFile.ReadTensors(source.Path, settings.Input.ImageSize, key: settings.Key);
            var own = Create(file, source.Path, source.Entry);
            return own with { IsPretrained = source.Entry is not null };
        }

        if (settings.Pretrained is not { } pretrained)
        {
            return null;
        }

        InitialWeights weights;
        if (!Path.Exists(pretrained) && PretrainedCatalog.TryFind(pretrained) is { } named)
        {
            if (settings.Use is RunWeights.Best or RunWeights.Ema)
            {
                throw new JobException($"{{use}}: {named.Name} is not a run folder; omit {{use}}.");
            }

            var stored = await FetchAsync(named, settings.DataDir, fetching, progress, cancellationToken).ConfigureAwait(false);
            weights = Create(PretrainedFile.ReadTensors(stored.Path, settings.Input.ImageSize, key: settings.Key), named.Name, named);
        }
        else
        {
            var found = RunDirectory.FindWeights(pretrained, settings.Use);
            if (found.Notice is { } notice)
            {
                progress.Notice(notice);
            }

            var (file, entry) = PretrainedFile.Read(found.Path, settings.Key);
            weights = Create(file, pretrained, entry);
        }

        if (weights.License is { } license)
        {
            progress.Notice($"pretrained weights: {weights.Origin} (licence: {license}).");
        }

        return weights;
    }

    /// <summary>Adapts the weights to a network, and reports which are re-initialized and which are trained.</summary>
    public Weights Adapt(Network network, TrainSettings settings, IProgress<JobEvent>? progress)
    {
        var own = File.For(network, Source);
        foreach (string notice in own.Notices)
        {
            progress.Notice(notice);
        }

        var adapted = Weights.Adapt(network, own.Tensors, Source, settings.Seed);
        if (adapted.Initialized.Count > 0)
        {
            progress.Notice($"{Source} has no {Names(adapted.Initialized)} for {network.OutputCount} classes; re-initialized.");
        }

        if (settings.Freeze)
        {
            var trained = network.WithTrainableHead().Nodes.Where(n => n.IsTrainable).SelectMany(n => n.Parameters);
            progress.Notice($"training only {Names([.. trained.Select(p => p.Name)])}.");
        }

        return adapted.Weights;
    }

    private static InitialWeights Create(WeightsFile file, string source, PretrainedEntry? entry) =>
        new(file, source, ModelCard.FromMetadata(file.Metadata, source), entry) { IsPretrained = true };

    private static Task<StoredWeights> FetchAsync(
        PretrainedEntry entry, string? dataDir, PretrainedFetchOptions fetching, IProgress<JobEvent>? progress,
        CancellationToken cancellationToken)
    {
        // The folder of the datasets may hold them too; they are fetched to the cache.
        bool isBeside = dataDir is not null && new PretrainedStore(dataDir).Locate(entry) is not null;
        var store = new PretrainedStore(isBeside ? dataDir : null);
        return store.Locate(entry) is not null ? Task.FromResult(store.Open(entry)) : store.FetchAsync(
            entry,
            fetching with
            {
                Progress = fetching.Progress ?? progress.Of<FetchProgress>(download => new DownloadEvent(download)),
                Notices = fetching.Notices ?? progress.Of<string>(text => new NoticeEvent(text)),
            },
            cancellationToken);
    }

    private static string Names(IReadOnlyList<string> names)
    {
        const int MaxNames = 4;
        return string.Join(", ", names.Take(MaxNames)) + (names.Count > MaxNames ? $" and {names.Count - MaxNames} more" : "");
    }
}
