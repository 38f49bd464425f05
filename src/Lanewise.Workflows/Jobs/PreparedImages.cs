namespace Lanewise.Workflows;

/// <summary>Image files, transformed for a network.</summary>
/// <param name="Files">The paths.</param>
/// <param name="Images">The transformed images.</param>
/// <param name="Source">The input of the network.</param>
internal sealed record PreparedImages(IReadOnlyList<string> Files, IReadOnlyList<PreparedImage> Images, PreparedDataset Source)
{
    /// <summary>Reads image files, and reports which of them were inverted.</summary>
    /// <exception cref="LanewiseException">A file cannot be read or is not an image.</exception>
    public static PreparedImages Read(
        TrainedModel model, IReadOnlyList<string> files, IProgress<JobEvent>? progress, CancellationToken cancellationToken)
    {
        var images = new List<PreparedImage>();
        foreach (string file in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            images.Add(model.Transform.Apply(file));
            if (images[^1].Inverted)
            {
                progress.Notice($"{file}: dark on a light background; preprocessing: {images[^1].Processing}");
            }
        }

        // The images are framed and cropped already.
        var transform = model.Transform with { CropPct = 1, Ink = null };
        byte[][] pixels = [.. images.Select(image => image.Pixels)];
        var dataset = new MemoryImageDataset("images", model.Transform.Input, model.Classes, pixels, new int[images.Count]);
        return new(files, images, new PreparedDataset(dataset, transform));
    }
}
