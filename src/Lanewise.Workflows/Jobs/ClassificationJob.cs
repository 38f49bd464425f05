using System.Runtime.CompilerServices;

namespace Lanewise.Workflows;

/// <summary>Classifies any number of image files with a trained model, in bounded memory and on all cores.</summary>
/// <param name="model">The model.</param>
/// <param name="options">How the files are classified; null for the defaults.</param>
public sealed class ClassificationJob(TrainedModel model, ImageClassifierOptions? options = null)
{
    /// <summary>Classifies the files, in order. A file that cannot be read or decoded is a result with an error.</summary>
    /// <param name="files">The image files.</param>
    /// <param name="progress">Receives notices about inverted drawings.</param>
    /// <param name="cancellationToken">Stops between two images.</param>
    /// <exception cref="InferenceException">An output of the network is not finite: the weights are damaged.</exception>
    /// <exception cref="LanewiseException">The model cannot be compiled.</exception>
    public async IAsyncEnumerable<ClassifiedImage> RunAsync(
        IEnumerable<string> files,
        IProgress<JobEvent>? progress = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        model.RequireClassifier();
        progress.Phase("compiling");
        using var classifier = model.ToClassifier(options);
        model.Report(progress);
        int count = 0, total = files.TryGetNonEnumeratedCount(out int number) ? number : 0;
        await foreach (var image in classifier.ClassifyAsync(files, cancellationToken).ConfigureAwait(false))
        {
            progress.Phase("classifying images", ++count, total);
            progress.OfImage(image.Path, image.Classification?.Notice);
            if (image.Classification is { Inverted: true } drawing)
            {
                progress.Inverted(image.Path, drawing.Processing);
            }

            yield return image;
        }
    }
}
