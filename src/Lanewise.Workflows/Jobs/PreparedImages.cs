namespace Lanewise.Workflows;

/// <summary>Image files, transformed for a network.</summary>
/// <param name="Files">The paths.</param>
/// <param name="Images">The transformed images.</param>
/// <param name="Source">The input of the network.</param>
/// <param name="Errors">The files that cannot be read; they are not among the others.</param>
internal sealed record PreparedImages(
    IReadOnlyList<string> Files, IReadOnlyList<PreparedImage> Images, PreparedDataset Source, IReadOnlyList<ImageErrorEvent> Errors)
{
    /// <summary>Reads image files, and reports which of them were inverted or cannot be read.</summary>
    /// <exception cref="JobException">None of several files can be read.</exception>
    /// <exception cref="LanewiseException">The only file cannot be read.</exception>
    public static PreparedImages Read(
        TrainedModel model, IReadOnlyList<string> files, IProgress<JobEvent>? progress, CancellationToken cancellationToken)
    {
        var images = new List<PreparedImage>();
        var read = new List<string>();
        var errors = new List<ImageErrorEvent>();
        foreach (string file in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            progress.Phase("reading images", images.Count, files.Count);
            try
            {
                images.Add(model.Transform.Apply(file));
            }
            catch (LanewiseException e) when (files.Count > 1 && (e is FileAccessException or ImageFormatException))
            {
                errors.Add(new(file, e));
                progress?.Report(errors[^1]);
                continue;
            }

            read.Add(file);
            progress.OfImage(file, images[^1].Notice);
            if (images[^1].Inverted)
            {
                progress.Inverted(file, images[^1].Processing);
            }
        }

        if (images.Count == 0)
        {
            throw new JobException($"none of the {errors.Count} images can be read.");
        }

        // The images are framed and cropped already.
        var transform = model.Transform with { CropPct = 1, Ink = null };
        byte[][] pixels = [.. images.Select(image => image.Pixels)];
        var dataset = new MemoryImageDataset("images", model.Transform.Input, model.Classes, pixels, new int[images.Count]);
        return new(read, images, new PreparedDataset(dataset, transform), errors);
    }
}
