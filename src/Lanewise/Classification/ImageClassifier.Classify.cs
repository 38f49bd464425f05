using System.Buffers;

namespace Lanewise;

public sealed partial class ImageClassifier
{
    /// <summary>Classifies a decoded image.</summary>
    /// <param name="image">An image of any size, grey or colour.</param>
    /// <returns>The classification.</returns>
    /// <exception cref="InferenceException">An output of the network is not finite: the weights are damaged.</exception>
    /// <exception cref="InvalidOptionException">The model takes arrays of values, and no images.</exception>
    /// <exception cref="NetworkException">The model is a body without classifier.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public Classification Classify(DecodedImage image) => Classify(Images.Transform.Apply(image));

    /// <summary>Classifies pixels, interleaved as most libraries keep them: [row][column][channel], red before green before blue.</summary>
    /// <param name="pixels">The bytes, 0 (black) to 255 (white), height · width · channels of them.</param>
    /// <param name="width">The number of columns.</param>
    /// <param name="height">The number of rows.</param>
    /// <param name="channels">The number of channels: 1 (grey) or 3 (red, green, blue).</param>
    /// <returns>The classification.</returns>
    /// <exception cref="ArgumentException">The sizes do not match the number of bytes.</exception>
    /// <inheritdoc cref="Classify(DecodedImage)" path="/exception"/>
    public Classification Classify(ReadOnlySpan<byte> pixels, int width, int height, int channels) =>
        Classify(ImagePreparation.FromInterleaved(pixels, width, height, channels));

    /// <summary>Classifies an image that <see cref="Transform"/> has prepared.</summary>
    /// <param name="image">The prepared image.</param>
    /// <returns>The classification.</returns>
    /// <exception cref="ShapeException">The image was prepared for another input.</exception>
    /// <inheritdoc cref="Classify(DecodedImage)" path="/exception"/>
    public Classification Classify(PreparedImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var images = Images;
        float[] values = ArrayPool<float>.Shared.Rent(Network.Input.Count);
        var input = values.AsSpan(0, Network.Input.Count);
        images.Normalize(image, input);
        var result = Run(input, image);
        ArrayPool<float>.Shared.Return(values);
        return result;
    }

    /// <summary>Classifies values that enter the network unchanged, such as a normalized image or a spectrogram, of any channels.</summary>
    /// <param name="values">(C, H, W) in row-major order, as many as the input of <see cref="Network"/>.</param>
    /// <returns>The classification.</returns>
    /// <exception cref="ArgumentException">There are not as many values as the network takes.</exception>
    /// <exception cref="InferenceException">An output is not finite: the weights are damaged, or a value is not finite.</exception>
    /// <exception cref="NetworkException">The model is a body without classifier.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public Classification ClassifyValues(ReadOnlySpan<float> values)
    {
        CheckValues(values.Length, isBatch: false);
        return Run(values, image: null);
    }

    /// <summary>Classifies decoded images on several threads.</summary>
    /// <param name="images">Images of any sizes.</param>
    /// <returns>The classifications, in the order of the images.</returns>
    /// <inheritdoc cref="Classify(DecodedImage)" path="/exception"/>
    public IReadOnlyList<Classification> ClassifyBatch(IReadOnlyList<DecodedImage> images)
    {
        ArgumentNullException.ThrowIfNull(images);
        return RunImages(images.Count, i => images[i]);
    }

    /// <summary>Classifies images of one size on several threads: their pixels, interleaved, one image after another.</summary>
    /// <param name="pixels">The bytes, [image][row][column][channel], 0 (black) to 255 (white).</param>
    /// <param name="width">The number of columns.</param>
    /// <param name="height">The number of rows.</param>
    /// <param name="channels">The number of channels: 1 (grey) or 3 (red, green, blue).</param>
    /// <returns>The classifications, in the order of the images.</returns>
    /// <exception cref="ArgumentException">The bytes are not a whole number of images.</exception>
    /// <inheritdoc cref="Classify(DecodedImage)" path="/exception"/>
    public IReadOnlyList<Classification> ClassifyBatch(ReadOnlyMemory<byte> pixels, int width, int height, int channels)
    {
        ImagePreparation.CheckSize(width, height, channels);
        int size = checked(width * height * channels);
        return pixels.Length % size == 0
            ? RunImages(pixels.Length / size, i =>
                ImagePreparation.FromInterleaved(pixels.Span.Slice(i * size, size), width, height, channels))
            : throw new ArgumentException(
                $"{pixels.Length} bytes; they must be a whole number of images of {size} bytes.", nameof(pixels));
    }

    /// <summary>Classifies arrays of values that enter the network unchanged, on several threads.</summary>
    /// <param name="values">The arrays one after another, (N, C, H, W) in row-major order.</param>
    /// <returns>The classifications, in the order of the arrays.</returns>
    /// <inheritdoc cref="ClassifyValues" path="/exception"/>
    public IReadOnlyList<Classification> ClassifyValuesBatch(ReadOnlyMemory<float> values)
    {
        int size = Network.Input.Count;
        CheckValues(values.Length, isBatch: true);
        return RunBatch(values.Length / size, (i, input) => values.Span.Slice(i * size, size).CopyTo(input), prepared: null);
    }

    private Classification[] RunImages(int count, Func<int, DecodedImage> read)
    {
        var images = Images;
        var prepared = new PreparedImage[count];
        return RunBatch(count, Read, prepared);

        void Read(int i, Span<float> input)
        {
            var image = images.Transform.Apply(read(i));
            images.Normalize(image, input);
            // Only the description is kept.
            prepared[i] = image with { Pixels = [] };
        }
    }

    private Classification[] RunBatch(int count, InputReader read, PreparedImage[]? prepared)
    {
        RequireClassifier();
        int classes = Network.OutputCount;
        float[] outputs = new float[checked(count * classes)];
        _model.Infer(count, read, outputs, _options.Threads);
        var results = new Classification[count];
        for (int i = 0; i < count; i++)
        {
            results[i] = ToClassification(outputs.AsSpan(i * classes, classes), prepared?[i]);
        }

        return results;
    }

    private Classification Run(ReadOnlySpan<float> values, PreparedImage? image)
    {
        RequireClassifier();
        int classes = Network.OutputCount;
        float[] rented = ArrayPool<float>.Shared.Rent(classes);
        var output = rented.AsSpan(0, classes);
        _model.Infer(values, output);
        var result = ToClassification(output, image);
        ArrayPool<float>.Shared.Return(rented);
        return result;
    }

    private Classification ToClassification(ReadOnlySpan<float> output, PreparedImage? image)
    {
        var plain = new Classification(output, Classes, Network.Name, _isSoftmax, Calibration?.Temperature ?? 1)
        {
            Processing = image?.Processing ?? "",
            Inverted = image?.Inverted ?? false,
            Notice = image?.Notice,
        };
        return _threshold == 0 && _minProbability is null ? plain : plain.With(_threshold, _minProbability);
    }

    private void CheckValues(int values, bool isBatch)
    {
        int size = Network.Input.Count;
        if (isBatch ? values % size != 0 : values != size)
        {
            string expected = isBatch ? $"a whole number of arrays of {size} values" : $"{size} values";
            throw new ArgumentException($"{values} values; {Network.Name} takes {Network.Input}, {expected}.", nameof(values));
        }
    }
}
