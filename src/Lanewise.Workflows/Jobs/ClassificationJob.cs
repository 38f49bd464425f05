using System.Runtime.CompilerServices;

namespace Lanewise.Workflows;

/// <summary>Classifies any number of image files with a trained model, in bounded memory and on all cores.</summary>
/// <param name="model">The model.</param>
/// <param name="options">How the files are classified; null for the defaults.</param>
public sealed class ClassificationJob(TrainedModel model, ImageClassifierOptions? options = null)
{
    // Beyond these, only their number is of interest.
    private const int MaxInversionNotices = 10;

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
        using var classifier = model.ToClassifier(options);
        model.Report(progress);
        int inverted = 0, count = 0;
        await foreach (var image in classifier.ClassifyAsync(files, cancellationToken).ConfigureAwait(false))
        {
            count++;
            if (image.Classification is { Inverted: true } drawing && ++inverted <= MaxInversionNotices)
            {
                progress.Notice($"{image.Path}: dark on a light background; preprocessing: {drawing.Processing}");
            }

            yield return image;
        }

        if (inverted > MaxInversionNotices)
        {
            progress.Notice($"{inverted:N0} of {count:N0} images were dark on a light background and were inverted.");
        }
    }
}
