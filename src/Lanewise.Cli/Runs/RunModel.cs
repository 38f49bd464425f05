using Lanewise.Cli.Terminals;
using Lanewise.Data;
using Lanewise.Engine;
using Lanewise.Files;
using Lanewise.Graphs;
using Lanewise.Imaging;
using Lanewise.Models;
using Lanewise.Training;

namespace Lanewise.Cli.Runs;

/// <summary>A trained model as a verb works with it: at the input size that the user wants, and with the user's preprocessing.</summary>
/// <param name="File">What the file holds.</param>
/// <param name="Network">The network.</param>
/// <param name="Preprocessing">How images become its input.</param>
internal sealed record RunModel(ModelFile File, Network Network, Preprocessing Preprocessing)
{
    /// <summary>Images that are worked on together, unless the user says otherwise.</summary>
    public const int UsualBatch = 256;

    public Weights Weights => File.Weights;

    public IReadOnlyList<string> Classes => File.Card.Classes;

    /// <summary>Reads a run folder's model or a file.</summary>
    /// <exception cref="LanewiseException">It cannot be read, or the settings do not suit it.</exception>
    public static RunModel Load(string checkpoint, string? model, InputSettings settings)
    {
        var file = ModelFile.Load(RunFolder.FindModel(checkpoint), model);
        var network = settings.ImageSize is null ? file.Network : settings.CreateNetwork(file.Network.Name, new ModelOptions { Classes = file.Network.OutputCount });
        return new(file, network, settings.Apply(file.Card.Preprocessing, network));
    }

    /// <summary>The names of an image folder's classes decide its labels, so they must be the model's.</summary>
    /// <exception cref="LanewiseException">They are not.</exception>
    public void RequireClassesOf(DatasetSplits splits)
    {
        bool named = File.Card.Dataset is not null && splits.Name.StartsWith(ImageFolder.Prefix, StringComparison.Ordinal);
        if (named && !splits.Test.Classes.SequenceEqual(Classes, StringComparer.Ordinal))
        {
            throw new LanewiseException($"{splits.Name}: its classes ({string.Join(", ", splits.Test.Classes.Take(5))}, …) are not the model's ({string.Join(", ", Classes.Take(5))}, …); choose the images that the model was trained for.");
        }
    }

    /// <summary>Judges the model by a dataset's test images, and names the classes.</summary>
    /// <param name="splits">Whose test images are taken.</param>
    /// <param name="batchSize">Images that are worked on together.</param>
    /// <param name="threads">Threads.</param>
    /// <param name="algorithm">How convolutions are computed.</param>
    /// <param name="judged">Is told of each image; null for nobody.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    /// <exception cref="LanewiseException">Model and images do not fit.</exception>
    public async Task<(Evaluation Evaluation, IReadOnlyList<string> Classes)> TestAsync(
        DatasetSplits splits, int batchSize, int threads, Conv2dAlgorithm algorithm, Action<ImagePrediction>? judged, CancellationToken cancellation)
    {
        RequireClassesOf(splits);
        var plan = Plan.Compile(Network, new PlanOptions { BatchSize = batchSize, Threads = threads, Algorithm = algorithm });
        plan.SetWeights(Weights);
        var evaluation = await Task.Run(() => Evaluation.Run(plan, splits.Test, Preprocessing, judged, cancellation), cancellation).ConfigureAwait(false);
        return (evaluation, File.Card.Dataset is null && splits.Test.Classes.Count == Classes.Count ? splits.Test.Classes : Classes);
    }

    /// <summary>Reads image files; says on stderr which of them were taken for dark ink on a light ground.</summary>
    /// <exception cref="LanewiseException">One cannot be read, or is no image.</exception>
    public PreparedImages Read(string[] files, CancellationToken cancellation)
    {
        var (framing, drawing) = FramingOf(File.Card.Dataset);
        var images = Array.ConvertAll(files, file =>
        {
            cancellation.ThrowIfCancellationRequested();
            return ImageReader.Read(file, Preprocessing, framing, drawing);
        });
        foreach (var (file, image) in files.Zip(images).Where(pair => pair.Second.Inverted))
        {
            Terminal.Notice($"{file}: it looks like dark ink on a light ground; treated: {image.Treatment}");
        }

        var dataset = new MemoryImageDataset("images", Preprocessing.Input, Classes, [.. images.SelectMany(p => p.Pixels)], new int[images.Length]);
        // The images are cropped already.
        return new(files, images, new PreparedDataset(dataset, Preprocessing with { CropPct = 1 }));
    }

    /// <summary>How an image becomes one of the dataset's: drawings are framed, photographs of an image folder are taken as they are.</summary>
    private static (ImageFraming? Framing, Shape? Drawing) FramingOf(string? dataset) =>
        DatasetCatalog.All.FirstOrDefault(entry => entry.Name == dataset) is { } known ? (known.Framing, known.Shape)
        : dataset is null ? (null, null)
        : (ImageFraming.None, null);
}

/// <summary>Image files that the user named, ready for a network.</summary>
/// <param name="Files">Their names.</param>
/// <param name="Images">What became of them.</param>
/// <param name="Source">The network's input.</param>
internal sealed record PreparedImages(string[] Files, PreparedImage[] Images, PreparedDataset Source);
