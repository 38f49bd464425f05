using Lanewise.IO;

namespace Lanewise.Workflows;

/// <summary>The result of computing features.</summary>
/// <param name="Output">The file with the features.</param>
/// <param name="Images">The number of its rows.</param>
/// <param name="Features">The number of features of an image.</param>
/// <param name="Errors">The images that could not be read, with the reasons.</param>
public sealed record EmbeddingResult(string Output, int Images, int Features, IReadOnlyList<ImageErrorEvent> Errors);

/// <summary>
/// Computes the features of any number of image files, the input of the model's classifier, and writes them to a file, in bounded memory
/// and on all cores.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="options">How the images are computed; null for the defaults.</param>
public sealed class EmbeddingJob(TrainedModel model, ImageClassifierOptions? options = null)
{
    /// <summary>Computes and writes the features; an image that cannot be read is left out.</summary>
    /// <param name="files">The image files.</param>
    /// <param name="output">The file to write, atomically: NumPy's .npz with the arrays <c>features</c> and <c>files</c>, or .csv.</param>
    /// <param name="progress">Receives notices, and each image that cannot be read.</param>
    /// <param name="cancellationToken">Stops between two images; nothing is written then.</param>
    /// <exception cref="NetworkException">The network has no linear layer with features before it.</exception>
    /// <exception cref="JobException">The output is of another kind, or no image can be read.</exception>
    /// <exception cref="LanewiseException">The model cannot be compiled, or the file cannot be written.</exception>
    public async Task<EmbeddingResult> RunAsync(
        IEnumerable<string> files, string output, IProgress<JobEvent>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(files);
        FeatureFile.ExtensionOf(output);
        model.Report(progress);
        progress.Phase("compiling");
        using var classifier = model.ToClassifier(options);
        EmbeddingResult? result = null;
        await Task.Run(
            () => AtomicFile.Write(output, stream =>
            {
                using var table = FeatureFile.Create(stream, output);
                int total = files.TryGetNonEnumeratedCount(out int number) ? number : 0;
                result = Write(classifier.EmbedAsync(files, cancellationToken), total, table, output, progress);
                table.Complete();
            }),
            CancellationToken.None).ConfigureAwait(false);
        return result!;
    }

    private static EmbeddingResult Write(
        IAsyncEnumerable<EmbeddedImage> images, int total, FeatureFile table, string output, IProgress<JobEvent>? progress)
    {
        var errors = new List<ImageErrorEvent>();
        int count = 0, features = 0;
        // The file is written on the thread of the job, as it waits for the images.
        foreach (var image in images.ToBlockingEnumerable())
        {
            progress.Phase("computing features", count + errors.Count + 1, total);
            if (image.Succeeded)
            {
                (count, features) = (count + 1, image.Features.Count);
                table.Write(image.Path, [.. image.Features]);
            }
            else
            {
                var error = new ImageErrorEvent(image.Path, image.Error);
                errors.Add(error);
                progress?.Report(error);
            }
        }

        return count > 0
            ? new(output, count, features, errors)
            : throw new JobException($"none of the {errors.Count:N0} images can be read, so {output} was not written.");
    }
}
