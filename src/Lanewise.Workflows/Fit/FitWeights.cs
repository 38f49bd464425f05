using Lanewise.Files;

namespace Lanewise.Workflows;

/// <summary>The pretrained weights of a fit.</summary>
/// <param name="Model">Their model.</param>
/// <param name="Name">Their name in the catalog, or the file.</param>
internal sealed record FitWeights(string Model, string Name)
{
    // Small and quick first; the larger ones take several times as long for an image.
    private static readonly string[] Preferred = ["resnet18", "resnet18-cntk", "resnet34", "googlenet", "resnet50"];

    /// <summary>Finds the weights: those that are named, or on disk, or can be fetched; null for none.</summary>
    /// <exception cref="LanewiseException">Weights that are named cannot be fetched or read.</exception>
    public static async Task<FitWeights?> FindAsync(FitOptions options, IProgress<JobEvent>? progress, CancellationToken cancellationToken)
    {
        if (options.Pretrained == FitOptions.NoPretrained)
        {
            return null;
        }

        if (options.Pretrained is { } named)
        {
            return PretrainedCatalog.TryFind(named) is { } entry && !Path.Exists(named) ? new(entry.Model, entry.Name) : OfFile(named);
        }

        var store = new PretrainedStore(options.DataDir);
        var common = options.DataDir is null ? store : new PretrainedStore();
        var all = Preferred.Select(PretrainedCatalog.Find).ToList();
        if (all.Find(weights => (store.Locate(weights) ?? common.Locate(weights)) is not null) is { } found)
        {
            return new(found.Model, found.Name);
        }

        foreach (var weights in all.Take(2))
        {
            try
            {
                progress.Phase($"fetching the pretrained weights {weights.Name}");
                await common.FetchAsync(weights, options.Fetching, cancellationToken).ConfigureAwait(false);
                return new(weights.Model, weights.Name);
            }
            catch (Exception e) when (e is PretrainedException or FileAccessException)
            {
                progress.Notice($"{e.Message} 'lanewise weights fetch {weights.Name}' fetches them beforehand.");
            }
        }

        progress.Notice("without pretrained weights a network is trained from random ones, which needs many more images and more time.");
        return null;
    }

    private static FitWeights OfFile(string path)
    {
        var (file, entry) = PretrainedFile.Read(RunDirectory.FindModel(path));
        string? model = entry?.Model ?? ModelCard.FromMetadata(file.Metadata, path)?.Model;
        if (model is null || ModelCatalog.All.All(row => row.Name != model))
        {
            throw new JobException(
                $"{{pretrained}} {path}: the file does not say which model of the catalog it is for; convert it with 'lanewise convert'.");
        }

        return new(model, Path.GetFullPath(path));
    }
}
