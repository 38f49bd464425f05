using Lanewise.Cli.Terminals;
using Lanewise.Engine;
using Lanewise.Files;

namespace Lanewise.Cli.Runs;

/// <summary>A trained model with the input size and preprocessing given by the user.</summary>
/// <param name="File">The content of the file.</param>
/// <param name="Network">The network.</param>
/// <param name="Transform">The preprocessing of its input.</param>
internal sealed record RunModel(ModelFile File, Network Network, ImageTransform Transform)
{
    /// <summary>The default number of images per batch.</summary>
    public const int DefaultBatchSize = 256;

    public Weights Weights => File.Weights;

    public IReadOnlyList<string> Classes => File.Card.Classes;

    /// <summary>Loads the model of a run folder or of a weights file.</summary>
    /// <exception cref="LanewiseException">The file cannot be read, or the model does not support the settings.</exception>
    public static RunModel Load(string checkpoint, string? model, InputSettings settings)
    {
        var file = ModelFile.Load(RunFolder.FindModel(checkpoint), model);
        var options = new ModelOptions { Classes = file.Network.OutputCount };
        var network = settings.ImageSize is null ? file.Network : settings.CreateNetwork(file.Network.Name, options);
        return new(file, network, settings.Apply(file.Card.Transform, network));
    }

    /// <summary>Checks that an image folder has the classes of the model, since their names determine the labels.</summary>
    /// <exception cref="LanewiseException">The classes differ.</exception>
    public void RequireClassesOf(DatasetSplits splits)
    {
        bool isFolder = File.Card.Dataset is not null && splits.Name.StartsWith("folder:", StringComparison.Ordinal);
        if (isFolder && !splits.Test.Classes.SequenceEqual(Classes, StringComparer.Ordinal))
        {
            throw new LanewiseException(
                $"{splits.Name}: its classes ({string.Join(", ", splits.Test.Classes.Take(5))}, …) differ from those of the model "
                + $"({string.Join(", ", Classes.Take(5))}, …); choose images of the classes that the model was trained on.");
        }
    }

    /// <summary>Evaluates the model on the test images of a dataset.</summary>
    /// <param name="splits">The dataset.</param>
    /// <param name="batchSize">The images per batch.</param>
    /// <param name="threads">The number of threads.</param>
    /// <param name="algorithm">The convolution algorithm.</param>
    /// <param name="onPrediction">Is called for each image; may be null.</param>
    /// <param name="cancellation">Cancels between two batches.</param>
    /// <returns>The result and the names of the classes.</returns>
    /// <exception cref="LanewiseException">The images do not match the model.</exception>
    public async Task<(Evaluation Evaluation, IReadOnlyList<string> Classes)> EvaluateAsync(
        DatasetSplits splits, int batchSize, int threads, Conv2dAlgorithm algorithm, Action<ImagePrediction>? onPrediction,
        CancellationToken cancellation)
    {
        RequireClassesOf(splits);
        var plan = Plan.Compile(Network, new PlanOptions { BatchSize = batchSize, Threads = threads, Algorithm = algorithm });
        plan.SetWeights(Weights);
        var evaluation = await Task.Run(() => Evaluation.Run(plan, splits.Test, Transform, onPrediction, cancellation), cancellation)
            .ConfigureAwait(false);
        bool usesDatasetNames = File.Card.Dataset is null && splits.Test.Classes.Count == Classes.Count;
        return (evaluation, usesDatasetNames ? splits.Test.Classes : Classes);
    }

    /// <summary>Reads image files, and reports on stderr which of them were inverted.</summary>
    /// <exception cref="LanewiseException">A file cannot be read or is not an image.</exception>
    public PreparedImages Read(string[] files, CancellationToken cancellation)
    {
        var images = Array.ConvertAll(files, file =>
        {
            cancellation.ThrowIfCancellationRequested();
            return Transform.Apply(file);
        });
        foreach (var (file, image) in files.Zip(images).Where(pair => pair.Second.Inverted))
        {
            Terminal.Notice($"{file}: dark on a light background; preprocessing: {image.Processing}");
        }

        byte[] pixels = [.. images.SelectMany(image => image.Pixels)];
        var dataset = new MemoryImageDataset("images", Transform.Input, Classes, pixels, new int[images.Length]);
        // The images are framed and cropped already.
        return new(files, images, new PreparedDataset(dataset, Transform with { CropPct = 1, Ink = null }));
    }
}

/// <summary>Image files, preprocessed for a network.</summary>
/// <param name="Files">The paths.</param>
/// <param name="Images">The preprocessed images.</param>
/// <param name="Source">The input of the network.</param>
internal sealed record PreparedImages(string[] Files, PreparedImage[] Images, PreparedDataset Source);
