using System.Globalization;

namespace Lanewise.Workflows;

/// <summary>The images of a training.</summary>
/// <param name="Splits">The images.</param>
/// <param name="Validation">How training and validation images were divided.</param>
/// <param name="LeftOut">The names of the corrupt images that were left out.</param>
internal sealed record TrainingImages(DatasetSplits Splits, ValidationSplit Validation, IReadOnlyList<string> LeftOut)
{
    /// <summary>Labels the images by other positions of the same classes, so that weights keep their meaning.</summary>
    public TrainingImages InOrderOf(IReadOnlyList<string> classes) =>
        !Splits.Train.Classes.ToHashSet(StringComparer.Ordinal).SetEquals(classes) ? this : this with
        {
            Splits = Splits with
            {
                Train = ClassMatch.ByName(Splits.Train, classes, "the run"),
                Test = ClassMatch.ByName(Splits.Test, classes, "the run"),
            },
        };
}

/// <summary>Loads the data of jobs: datasets by name, folders and tables of images.</summary>
internal static class JobData
{
    /// <summary>Loads the images of a run, up to its limits, and reports the number of images of each class.</summary>
    /// <exception cref="JobException">Images are corrupt, or there is one class only.</exception>
    /// <exception cref="LanewiseException">The data cannot be read, or cannot be divided.</exception>
    public static async Task<TrainingImages> LoadAsync(RunSettings s, IProgress<JobEvent>? progress, CancellationToken cancellationToken)
    {
        progress.Phase("reading images");
        var wanted = s.ValidationSplit;
        var parts = await ReadAsync(s.Dataset, s.DataDir, wanted.GroupBy, progress, cancellationToken).ConfigureAwait(false);
        return await Task.Run(
            () =>
            {
                var used = parts.Divide(wanted).Used;
                string[] names = [parts.GetTraining().Name, .. used.Name is { } name ? (string[])[name] : []];
                var (whole, leftOut) = CorruptImages.Check(parts, names, s.OnCorrupt, progress, cancellationToken);
                var (splits, validation) = whole.Divide(wanted);
                if (splits.Train.Classes.Count == 1)
                {
                    throw new JobException(
                        $"{splits.Name}: there is one class only, {splits.Train.Classes[0]}, and a classifier tells at least two apart; "
                        + "add a folder of images of another class.");
                }

                splits = splits with
                {
                    Train = s.LimitTrain is { } train ? splits.Train.Take(train) : splits.Train,
                    Test = s.LimitTest is { } test ? splits.Test.Take(test) : splits.Test,
                };
                Report(parts, splits, validation, progress);
                return new TrainingImages(splits, validation, leftOut);
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Loads images to evaluate a model on, with the labels of its classes.</summary>
    /// <param name="source">The data; without a name, that of the model.</param>
    /// <param name="model">The model.</param>
    /// <param name="progress">Receives notices and downloads.</param>
    /// <param name="cancellationToken">Stops loading.</param>
    /// <exception cref="JobException">Images are corrupt.</exception>
    /// <exception cref="LanewiseException">The data cannot be read, there is no such split, or a class is not the model's.</exception>
    public static async Task<EvaluationImages> LoadAsync(
        DataSource source, TrainedModel model, IProgress<JobEvent>? progress, CancellationToken cancellationToken)
    {
        var card = model.File.Card;
        source = source.Or(card.Dataset);
        var trainedOn = card.Validation;
        var parts = await ReadAsync(source.Dataset, source.DataDir, trainedOn?.GroupBy, progress, cancellationToken).ConfigureAwait(false);
        return await Task.Run(
            () =>
            {
                var renamed = source.ClassMap is { } map ? ClassMap.Apply(parts, ClassMap.Read(map)) : parts;
                bool isOwn = parts.Name == card.Dataset;
                var split = EvaluationSplit.Choose(renamed, source.Split, trainedOn, isOwn);
                var (whole, _) = CorruptImages.Check(renamed, split.Parts, source.OnCorrupt, progress, cancellationToken);
                if (DatasetNotation.IsPath(parts.Name) || source.Split is not null)
                {
                    progress.Notice($"evaluating on {split.Description}.");
                }

                var images = model.Labelled(split.Images(whole), isOwn, progress);
                return new EvaluationImages(parts.Name, source.LimitTest is { } limit ? images.Take(limit) : images)
                {
                    AreTrainedOn = split.IsTrainedOn,
                };
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Gets the default augmentation: that of the catalog, or one that suits the input shape.</summary>
    public static Augmentation AugmentationOf(DatasetSplits splits, Shape input) =>
        DatasetCatalog.All.FirstOrDefault(entry => entry.Name == splits.Name)?.Augmentation ?? Augmentation.For(input);

    /// <summary>Reads a dataset by its name or path, with its splits, and reports how it was found.</summary>
    /// <param name="dataset">The canonical name; null for the default.</param>
    /// <param name="dataDir">The folder to search for datasets; null for the default ones.</param>
    /// <param name="groupBy">The column of a table whose values keep images together; null for none.</param>
    /// <param name="progress">Receives notices and downloads.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="LanewiseException">The data cannot be read.</exception>
    public static async Task<DatasetParts> ReadAsync(
        string? dataset, string? dataDir, string? groupBy, IProgress<JobEvent>? progress, CancellationToken cancellationToken)
    {
        DatasetParts parts;
        if (dataset is not null && DatasetNotation.IsPath(dataset))
        {
            parts = await Task.Run(() => DatasetFiles.Read(dataset, groupBy), cancellationToken).ConfigureAwait(false);
        }
        else
        {
            var options = new DatasetOptions
            {
                Roots = DatasetRoots.From(dataDir),
                Progress = progress.Of<FetchProgress>(download => new DownloadEvent(download)),
            };
            var splits = await DatasetCatalog.ResolveAsync(dataset, options, cancellationToken).ConfigureAwait(false);
            parts = DatasetParts.Of(splits);
        }

        if (parts.Notice is { } notice)
        {
            progress?.Report(new NoticeEvent(notice) { MissingDataset = dataset is null && parts.Name == "digits" ? "mnist" : null });
        }

        return parts;
    }

    private static void Report(DatasetParts parts, DatasetSplits splits, ValidationSplit used, IProgress<JobEvent>? progress)
    {
        if (used.Fraction is { } share)
        {
            string groups = used.GroupBy is { } expression ? $", images with the same '{expression}' on one side" : "";
            progress.Notice(string.Create(
                CultureInfo.InvariantCulture,
                $"validating on {share:P0} of the images of each class, held out by seed {used.Seed}{groups} ({{val-split}})."));
        }
        else if (parts.Parts.Where(part => SplitNames.Rank(part.Name) >= 0 && part.Name != used.Name).ToList() is { Count: > 0 } others)
        {
            progress.Notice(
                $"validating on {used.Name}; not used in training: {string.Join(", ", others.Select(part => part.Name))} ({{val-split}}).");
        }

        if (!DatasetNotation.IsPath(splits.Name))
        {
            return;
        }

        progress?.Report(new DatasetEvent(
            splits.Name,
            splits.Train.Classes,
            [new(SplitNames.Train, Count(splits.Train)), new(used.Name ?? SplitNames.ForValidation[0], Count(splits.Test))]));
    }

    /// <summary>Counts the images of each class.</summary>
    public static int[] Count(IImageDataset images)
    {
        int[] counts = new int[images.Classes.Count];
        for (int i = 0; i < images.Count; i++)
        {
            counts[images.Label(i)]++;
        }

        return counts;
    }
}
