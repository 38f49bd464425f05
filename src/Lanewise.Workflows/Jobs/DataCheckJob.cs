using Lanewise.Imaging;

namespace Lanewise.Workflows;

/// <summary>How data is checked.</summary>
public sealed record DataCheckOptions
{
    /// <summary>Gets a trained model whose input the sizes are compared with and whose answers find wrong labels; null for none.</summary>
    public TrainedModel? Model { get; init; }

    /// <summary>Gets the number of threads of the model.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Gets how training and validation images will be divided; null for the model's division, or else the default.</summary>
    internal ValidationSplit? Division { get; init; }

    /// <summary>Gets the file to write a table of all findings to; null for none.</summary>
    public string? Table { get; init; }
}

/// <summary>
/// Looks at data before a training: sizes, images that cannot be read, copies within and across splits, few images, and, with a model,
/// likely wrong labels. One pass over the files finds all but copies that look alike, which are read again to be compared.
/// </summary>
/// <param name="source">The data; null for the default dataset.</param>
/// <param name="options">How it is checked; null for the defaults.</param>
public sealed class DataCheckJob(DataSource? source = null, DataCheckOptions? options = null)
{
    // The input of ResNet-18 and of most pretrained networks.
    private static readonly Size2d UsualInput = new(224, 224);

    private readonly DataCheckOptions _options = options ?? new();

    /// <summary>Checks the data.</summary>
    /// <param name="progress">Receives notices, downloads and phases.</param>
    /// <param name="cancellationToken">Stops between two images; no table is written then.</param>
    /// <exception cref="LanewiseException">
    /// The data cannot be read, or the table cannot be written. An image that cannot be read is a finding.
    /// </exception>
    public async Task<DataCheckResult> RunAsync(IProgress<JobEvent>? progress = null, CancellationToken cancellationToken = default)
    {
        var model = _options.Model;
        model?.Report(progress);
        model?.RequireClassifier();
        progress.Phase("reading images");
        var data = (source ?? new DataSource()).Or(model?.File.Card.Dataset);
        bool isOwn = model is not null && data.Dataset == model.File.Card.Dataset;
        var wanted = _options.Division ?? (isOwn ? model!.File.Card.Validation ?? new() : new());
        var parts = await JobData.ReadAsync(data.Dataset, data.DataDir, wanted.GroupBy, progress, cancellationToken).ConfigureAwait(false);
        var splits = CheckedSplit.Of(parts, wanted, out string? division);
        await Task.Run(() => Read(splits, progress, cancellationToken), cancellationToken).ConfigureAwait(false);
        DataFinding[] unreadable = [.. UnreadableOf(splits)];
        splits = division is null ? splits : CheckedSplit.WithoutUnreadable(parts, wanted, splits);
        var skipped = new List<SkippedCheck>();
        var groups = await Task.Run(() => FindCopies(splits, skipped, progress, cancellationToken), cancellationToken)
            .ConfigureAwait(false);
        var prints = splits.SelectMany(split => split.Fingerprints).OfType<ImageFingerprint>().ToList();
        var sizes = prints.Count == 0 ? null : SizesOf(prints, model is null ? UsualInput : InputOf(model));
        List<DataFinding> findings =
        [
            .. CopyFindings.Of(splits, groups), .. ClassFindings.Of(splits), .. unreadable,
        ];
        if (model is null)
        {
            const string Reason = "without a model";
            skipped.AddRange([new(DataFindingKind.LikelyWrongLabels, Reason), new(DataFindingKind.SmallImages, Reason)]);
        }
        else
        {
            findings.AddRange(SmallOf(splits, InputOf(model)));
            findings.AddRange(
                await TryFindWrongLabelsAsync(model, parts.Name, splits, skipped, progress, cancellationToken).ConfigureAwait(false));
        }

        var result = new DataCheckResult
        {
            Dataset = parts.Name,
            Counts = ClassFindings.Count(parts.Name, splits),
            Division = division,
            Sizes = sizes,
            Findings = [.. findings.OrderBy(finding => finding.Kind)],
            Skipped = [.. skipped.OrderBy(check => check.Kind)],
        };
        if (_options.Table is { } table)
        {
            FindingTable.Write(table, result);
        }

        return result;
    }

    private static Size2d InputOf(TrainedModel model) => new(model.Transform.Input.Height, model.Transform.Input.Width);

    private static void Read(CheckedSplit[] splits, IProgress<JobEvent>? progress, CancellationToken cancellationToken)
    {
        int total = splits.Sum(split => split.Images.Count), before = 0;
        foreach (var split in splits)
        {
            split.Read(new ReadingProgress(progress, before, total), cancellationToken);
            before += split.Images.Count;
        }
    }

    private static IReadOnlyList<CopyGroup> FindCopies(
        CheckedSplit[] splits, List<SkippedCheck> skipped, IProgress<JobEvent>? progress, CancellationToken cancellationToken)
    {
        (CheckedSplit Split, int Index)[] all =
            [.. splits.SelectMany(split => Enumerable.Range(0, split.Images.Count).Select(i => (split, i)))];
        var copies = new ImageCopies(
            [.. splits.SelectMany(split => split.Fingerprints)],
            i => all[i].Split.Images.Read(all[i].Index, ImageFingerprint.Decoding));
        copies.FindEqual();
        if (Array.TrueForAll(splits, split => split.Images is IFixedShapeImageDataset { Shape.Channels: 1 }))
        {
            skipped.Add(new(DataFindingKind.NearDuplicates, "drawings look alike without being copies"));
            return copies.Groups();
        }

        progress.Phase("comparing images");
        if (!copies.FindAlike((done, total) => progress.Phase("comparing images", done, total), cancellationToken))
        {
            skipped.Add(new(DataFindingKind.NearDuplicates, "too many of the images look alike, as drawings do"));
        }

        return copies.Groups();
    }

    private static IEnumerable<DataFinding> UnreadableOf(CheckedSplit[] splits)
    {
        FindingGroup[] groups =
        [
            .. splits.SelectMany(split => split.Unreadable.Select(image => new FindingGroup(image.Message, [split.Describe(image.Index)]))),
        ];
        if (groups.Length > 0)
        {
            yield return new(
                DataFindingKind.Unreadable,
                groups.Length,
                FindingText.Count(groups.Length, "image cannot be read", "images cannot be read"),
                "repair or remove them, or leave them out of a training with {on-corrupt} skip.",
                groups);
        }
    }

    private static ImageSizes SizesOf(List<ImageFingerprint> images, Size2d input) => new(
        ValueRange.Of([.. images.Select(image => (double)image.Width)]),
        ValueRange.Of([.. images.Select(image => (double)image.Height)]),
        ValueRange.Of([.. images.Select(image => (double)image.Width / image.Height)]),
        input,
        images.Count(image => IsSmaller(image, input)));

    private static IEnumerable<DataFinding> SmallOf(CheckedSplit[] splits, Size2d input)
    {
        FindingGroup[] groups =
        [
            .. splits.SelectMany(split => split.Readable.Where(i => IsSmaller(split.Fingerprints[i]!.Value, input)).Select(i =>
            {
                var image = split.Fingerprints[i]!.Value;
                return new FindingGroup($"{image.Width}×{image.Height}", [split.Describe(i)]);
            })),
        ];
        if (groups.Length > 0)
        {
            yield return new(
                DataFindingKind.SmallImages,
                groups.Length,
                FindingText.Count(groups.Length, "image is", "images are")
                    + $" smaller than the model's input, {input.Width}×{input.Height}",
                "they are enlarged and lack detail; use larger ones, or train with a smaller {img-size}.",
                groups);
        }
    }

    private static bool IsSmaller(ImageFingerprint image, Size2d input) => image.Width < input.Width || image.Height < input.Height;

    private async Task<IReadOnlyList<DataFinding>> TryFindWrongLabelsAsync(
        TrainedModel model, string dataset, CheckedSplit[] splits, List<SkippedCheck> skipped, IProgress<JobEvent>? progress,
        CancellationToken cancellationToken)
    {
        try
        {
            return await FindWrongLabelsAsync(model, dataset, splits, progress, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is DatasetException or JobException)
        {
            // The model has other classes; the other findings stand.
            skipped.Add(new(DataFindingKind.LikelyWrongLabels, (e.InnerException ?? e).Message.TrimEnd('.')));
            return [];
        }
    }

    private async Task<IReadOnlyList<DataFinding>> FindWrongLabelsAsync(
        TrainedModel model, string dataset, CheckedSplit[] splits, IProgress<JobEvent>? progress, CancellationToken cancellationToken)
    {
        bool isOwn = dataset == model.File.Card.Dataset;
        var evaluating = new EvaluationOptions { Threads = _options.Threads };
        var groups = new List<FindingGroup>();
        var shares = new List<string>();
        foreach (var split in splits)
        {
            int[] readable = split.Readable;
            if (readable.Length == 0)
            {
                continue;
            }

            var images = model.Labelled(split.Images.Select(readable), isOwn, progress);
            var predictions = new List<ImagePrediction>(readable.Length);
            var (_, _, evaluation, classes) = await model.EvaluateAsync(
                new EvaluationImages(dataset, images), evaluating, predictions.Add, progress, cancellationToken).ConfigureAwait(false);
            groups.AddRange(WrongLabels.Find(predictions, model.Network.OutputCount).Select(wrong => new FindingGroup(
                WrongLabels.Describe(wrong, classes), [split.Describe(readable[wrong.Index])])));
            shares.Add(FormattableString.Invariant($"{100 * evaluation.Top1:F1} % of {split.Name}"));
        }

        const string Advice = "look at them, the least probable label first, and move those that are wrong; the model has seen the images "
            + "that it was trained on with their labels, so what it still contradicts there is the more telling.";
        return groups.Count == 0 ? [] :
        [
            new(
                DataFindingKind.LikelyWrongLabels,
                groups.Count,
                FindingText.Count(groups.Count, "label is", "labels are")
                    + $" likely wrong by the answers of the model, which agrees with {string.Join(", ", shares)}",
                Advice,
                groups),
        ];
    }
}
