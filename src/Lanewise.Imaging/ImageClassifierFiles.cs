using System.Runtime.CompilerServices;
using Lanewise.Imaging;

namespace Lanewise;

/// <summary>Classifies images as files hold them: PNG, JPEG, BMP, WEBP, GIF, TIFF, PPM, PGM and PBM.</summary>
public static class ImageClassifierFiles
{
    // Enough that a thread finds an image to begin while a large one is awaited.
    private const int ImagesPerThread = 4;

    // More images at once would take memory, up to 400 MB each, and no less time.
    private static readonly SemaphoreSlim Decoding = new(Environment.ProcessorCount);

    /// <summary>Classifies an image file.</summary>
    /// <param name="classifier">The classifier.</param>
    /// <param name="path">The image file.</param>
    /// <returns>The classification.</returns>
    /// <exception cref="FileAccessException">The file cannot be read.</exception>
    /// <exception cref="ImageFormatException">The file is not an image, damaged or too large.</exception>
    /// <exception cref="InferenceException">An output of the network is not finite: the weights are damaged.</exception>
    /// <exception cref="InvalidOptionException">The model takes arrays of values, and no images.</exception>
    public static Classification Classify(this ImageClassifier classifier, string path)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        return classifier.Classify(ImageDecoder.Decode(path, classifier.GetDecodeOptions()));
    }

    /// <summary>Classifies the image that the rest of a stream holds.</summary>
    /// <param name="classifier">The classifier.</param>
    /// <param name="stream">The bytes of an image file; the stream need not be seekable, and stays open.</param>
    /// <param name="name">The name of the image in messages.</param>
    /// <returns>The classification.</returns>
    /// <exception cref="ImageFormatException">The stream is not an image, damaged or too large.</exception>
    /// <exception cref="InferenceException">An output of the network is not finite: the weights are damaged.</exception>
    /// <exception cref="InvalidOptionException">The model takes arrays of values, and no images.</exception>
    public static Classification Classify(this ImageClassifier classifier, Stream stream, string name = "the stream")
    {
        ArgumentNullException.ThrowIfNull(classifier);
        return classifier.Classify(ImageDecoder.Decode(stream, name, classifier.GetDecodeOptions()));
    }

    /// <summary>Classifies an encoded image.</summary>
    /// <param name="classifier">The classifier.</param>
    /// <param name="encoded">The bytes of an image file.</param>
    /// <param name="name">The name of the image in messages.</param>
    /// <returns>The classification.</returns>
    /// <exception cref="ImageFormatException">The bytes are not an image, or the image is damaged or too large.</exception>
    /// <exception cref="InferenceException">An output of the network is not finite: the weights are damaged.</exception>
    /// <exception cref="InvalidOptionException">The model takes arrays of values, and no images.</exception>
    public static Classification Classify(this ImageClassifier classifier, ReadOnlySpan<byte> encoded, string name = "the image")
    {
        ArgumentNullException.ThrowIfNull(classifier);
        return classifier.Classify(ImageDecoder.Decode(encoded, name, classifier.GetDecodeOptions()));
    }

    /// <summary>
    /// Reads a stream without blocking a thread, as the body of a web request has to be, and classifies the image that it holds. However
    /// many calls wait, no more images are decoded at a time than the machine has processors.
    /// </summary>
    /// <param name="classifier">The classifier.</param>
    /// <param name="stream">The bytes of an image file; the stream need not be seekable, and stays open.</param>
    /// <param name="name">The name of the image in messages.</param>
    /// <param name="cancellationToken">Stops reading, and waiting for a processor.</param>
    /// <returns>The classification.</returns>
    /// <exception cref="ImageFormatException">The stream is not an image, damaged or too large.</exception>
    /// <exception cref="InferenceException">An output of the network is not finite: the weights are damaged.</exception>
    /// <exception cref="InvalidOptionException">The model takes arrays of values, and no images.</exception>
    public static async Task<Classification> ClassifyAsync(
        this ImageClassifier classifier, Stream stream, string name = "the stream", CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        var options = classifier.GetDecodeOptions();
        using var image = await EncodedImage.ReadAsync(stream, name, cancellationToken).ConfigureAwait(false);
        await Decoding.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return classifier.Classify(ImageDecoder.Decode(image, options));
        }
        finally
        {
            Decoding.Release();
        }
    }

    /// <summary>
    /// Classifies any number of image files on <see cref="ImageClassifier.Threads"/> threads, in order: a file is read only when its
    /// result is about to be needed, so that memory stays bounded.
    /// </summary>
    /// <param name="classifier">The classifier.</param>
    /// <param name="paths">The image files.</param>
    /// <param name="cancellationToken">Stops between two images.</param>
    /// <returns>
    /// A result for each path, in order; for a file that cannot be read or decoded, with the error. Other exceptions end the enumeration.
    /// </returns>
    /// <exception cref="InferenceException">An output of the network is not finite: the weights are damaged.</exception>
    /// <exception cref="InvalidOptionException">The model takes arrays of values, and no images.</exception>
    /// <exception cref="OperationCanceledException">The classification was cancelled.</exception>
    public static IAsyncEnumerable<ClassifiedImage> ClassifyAsync(
        this ImageClassifier classifier, IEnumerable<string> paths, CancellationToken cancellationToken = default) =>
        RunAsync(classifier, paths, TryClassify, cancellationToken);

    /// <summary>
    /// Computes the features of any number of image files on <see cref="ImageClassifier.Threads"/> threads, in order and in bounded memory;
    /// see <see cref="ImageClassifier.Embed(DecodedImage)"/>.
    /// </summary>
    /// <param name="classifier">The classifier.</param>
    /// <param name="paths">The image files.</param>
    /// <param name="cancellationToken">Stops between two images.</param>
    /// <returns>
    /// A result for each path, in order; for a file that cannot be read or decoded, with the error. Other exceptions end the enumeration.
    /// </returns>
    /// <exception cref="InferenceException">A feature is not finite: the weights are damaged.</exception>
    /// <exception cref="NetworkException">The network has no linear layer with features before it.</exception>
    /// <exception cref="InvalidOptionException">The model takes arrays of values, and no images.</exception>
    /// <exception cref="OperationCanceledException">The computation was cancelled.</exception>
    public static IAsyncEnumerable<EmbeddedImage> EmbedAsync(
        this ImageClassifier classifier, IEnumerable<string> paths, CancellationToken cancellationToken = default) =>
        RunAsync(classifier, paths, TryEmbed, cancellationToken);

    private static async IAsyncEnumerable<T> RunAsync<T>(
        ImageClassifier classifier,
        IEnumerable<string> paths,
        Func<ImageClassifier, string, T> run,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(paths);
        classifier.GetDecodeOptions();
        int max = ImagesPerThread * classifier.Threads;
        var threads = new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, classifier.Threads).ConcurrentScheduler;
        var running = new Queue<Task<T>>(max);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            foreach (string path in paths)
            {
                if (running.Count == max)
                {
                    yield return await running.Dequeue().ConfigureAwait(false);
                }

                cancellationToken.ThrowIfCancellationRequested();
                running.Enqueue(Task.Factory.StartNew(
                    () => run(classifier, path), end.Token, TaskCreationOptions.None, threads));
            }

            while (running.TryDequeue(out var next))
            {
                yield return await next.ConfigureAwait(false);
            }
        }
        finally
        {
            // After an exception or an early end, none begins, and none goes on unobserved.
            await end.CancelAsync().ConfigureAwait(false);
            await ((Task)Task.WhenAll(running)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Computes the features of an image file; see <see cref="ImageClassifier.Embed(DecodedImage)"/>.</summary>
    /// <param name="classifier">The classifier.</param>
    /// <param name="path">The image file.</param>
    /// <returns>The features, (F).</returns>
    /// <exception cref="NetworkException">The network has no linear layer with features before it.</exception>
    /// <inheritdoc cref="Classify(ImageClassifier, string)" path="/exception"/>
    public static float[] Embed(this ImageClassifier classifier, string path)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        return classifier.Embed(ImageDecoder.Decode(path, classifier.GetDecodeOptions()));
    }

    /// <summary>Computes the features of the image that the rest of a stream holds.</summary>
    /// <param name="classifier">The classifier.</param>
    /// <param name="stream">The bytes of an image file; the stream need not be seekable, and stays open.</param>
    /// <param name="name">The name of the image in messages.</param>
    /// <returns>The features, (F).</returns>
    /// <exception cref="NetworkException">The network has no linear layer with features before it.</exception>
    /// <inheritdoc cref="Classify(ImageClassifier, Stream, string)" path="/exception"/>
    public static float[] Embed(this ImageClassifier classifier, Stream stream, string name = "the stream")
    {
        ArgumentNullException.ThrowIfNull(classifier);
        return classifier.Embed(ImageDecoder.Decode(stream, name, classifier.GetDecodeOptions()));
    }

    /// <summary>Computes the features of an encoded image.</summary>
    /// <param name="classifier">The classifier.</param>
    /// <param name="encoded">The bytes of an image file.</param>
    /// <param name="name">The name of the image in messages.</param>
    /// <returns>The features, (F).</returns>
    /// <exception cref="NetworkException">The network has no linear layer with features before it.</exception>
    /// <inheritdoc cref="Classify(ImageClassifier, ReadOnlySpan{byte}, string)" path="/exception"/>
    public static float[] Embed(this ImageClassifier classifier, ReadOnlySpan<byte> encoded, string name = "the image")
    {
        ArgumentNullException.ThrowIfNull(classifier);
        return classifier.Embed(ImageDecoder.Decode(encoded, name, classifier.GetDecodeOptions()));
    }

    private static ClassifiedImage TryClassify(ImageClassifier classifier, string path)
    {
        try
        {
            return new ClassifiedImage(path, classifier.Classify(path));
        }
        catch (LanewiseException e) when (e is FileAccessException or ImageFormatException)
        {
            return new ClassifiedImage(path, e);
        }
    }

    private static EmbeddedImage TryEmbed(ImageClassifier classifier, string path)
    {
        try
        {
            return new EmbeddedImage(path, classifier.Embed(path));
        }
        catch (LanewiseException e) when (e is FileAccessException or ImageFormatException)
        {
            return new EmbeddedImage(path, e);
        }
    }
}
