namespace Lanewise.Workflows;

/// <summary>The images of a fit, in numbers.</summary>
/// <param name="Name">The name of the dataset.</param>
/// <param name="Train">The number of training images.</param>
/// <param name="Validation">The number of validation images.</param>
/// <param name="Classes">The number of classes.</param>
/// <param name="Side">The median of the images' shorter sides, in pixels.</param>
/// <param name="IsGrey">Whether the images are grey.</param>
public sealed record FitData(string Name, int Train, int Validation, int Classes, int Side, bool IsGrey)
{
    /// <summary>Gets the images themselves, so that trainings need not read and check them again.</summary>
    internal TrainingImages? Images { get; init; }

    // So many images tell the median well enough.
    private const int Sampled = 101;

    /// <summary>Reads the images, and counts them.</summary>
    /// <exception cref="LanewiseException">The data cannot be read or divided.</exception>
    internal static async Task<FitData> LoadAsync(FitOptions options, IProgress<JobEvent>? progress, CancellationToken cancellationToken)
    {
        var settings = Settings(options);
        var images = await JobData.LoadAsync(settings, progress, cancellationToken).ConfigureAwait(false);
        var train = images.Splits.Train;
        return await Task.Run(
            () =>
            {
                int step = Math.Max(1, train.Count / Sampled);
                int[] sides = [.. Enumerable.Range(0, (train.Count + step - 1) / step).Select(i => ShorterSide(train, i * step)).Order()];
                bool isGrey = train is IFixedShapeImageDataset { Shape.Channels: 1 };
                return new FitData(
                    images.Splits.Name, train.Count, images.Splits.Test.Count, train.Classes.Count, sides[sides.Length / 2], isGrey)
                {
                    Images = images,
                };
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Returns the settings of training that say what the images are.</summary>
    internal static TrainSettings Settings(FitOptions options)
    {
        var settings = new TrainSettings { Dataset = options.Dataset, OnCorrupt = options.OnCorrupt, Seed = options.Seed };
        settings = options.DataDir is { } folder ? settings with { DataDir = folder } : settings;
        settings = options.ValSplit is { } split ? settings with { ValSplit = split } : settings;
        return options.GroupBy is { } groups ? settings with { GroupBy = groups } : settings;
    }

    private static int ShorterSide(IImageDataset images, int index)
    {
        var image = images.Read(index);
        return Math.Min(image.Width, image.Height);
    }
}
