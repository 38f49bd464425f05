using System.Buffers;

namespace Lanewise;

public sealed partial class ImageClassifier
{
    private const int EvaluationBatch = 1024;

    /// <summary>
    /// Computes the features of a decoded image: the input of the network's last linear layer, or the output of a body without one, for
    /// searching similar images or as the input of another classifier.
    /// </summary>
    /// <remarks>The first call compiles that part of the network, with a copy of its weights.</remarks>
    /// <param name="image">An image of any size, grey or colour.</param>
    /// <returns>The features, (F).</returns>
    /// <exception cref="InferenceException">A feature is not finite: the weights are damaged.</exception>
    /// <exception cref="NetworkException">The network has no linear layer with features before it.</exception>
    /// <exception cref="InvalidOptionException">The model takes arrays of values, and no images.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public float[] Embed(DecodedImage image)
    {
        var images = Images;
        var prepared = images.Transform.Apply(image);
        float[] values = ArrayPool<float>.Shared.Rent(Network.Input.Count);
        var input = values.AsSpan(0, Network.Input.Count);
        images.Normalize(prepared, input);
        float[] features = EmbedValues(input);
        ArrayPool<float>.Shared.Return(values);
        return features;
    }

    /// <summary>Computes the features of pixels, interleaved as [row][column][channel].</summary>
    /// <param name="pixels">The bytes, 0 (black) to 255 (white), height · width · channels of them.</param>
    /// <param name="width">The number of columns.</param>
    /// <param name="height">The number of rows.</param>
    /// <param name="channels">The number of channels: 1 (grey) or 3 (red, green, blue).</param>
    /// <returns>The features, (F).</returns>
    /// <exception cref="ArgumentException">The sizes do not match the number of bytes.</exception>
    /// <inheritdoc cref="Embed(DecodedImage)" path="/exception"/>
    public float[] Embed(ReadOnlySpan<byte> pixels, int width, int height, int channels) =>
        Embed(ImagePreparation.FromInterleaved(pixels, width, height, channels));

    /// <summary>Computes the features of values that enter the network unchanged.</summary>
    /// <param name="values">(C, H, W) in row-major order, as many as the input of <see cref="Network"/>.</param>
    /// <returns>The features, (F).</returns>
    /// <exception cref="ArgumentException">There are not as many values as the network takes.</exception>
    /// <exception cref="InferenceException">A feature is not finite: the weights are damaged, or a value is not finite.</exception>
    /// <exception cref="NetworkException">The network has no linear layer with features before it.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public float[] EmbedValues(ReadOnlySpan<float> values)
    {
        ThrowIfDisposed();
        CheckValues(values.Length, isBatch: false);
        var model = _features.Value;
        float[] features = new float[model.Network.OutputCount];
        model.Infer(values, features);
        InferenceException.ThrowIfNotFinite(features, Network.Name);
        return features;
    }

    /// <summary>
    /// Evaluates the model on a labelled dataset; each image is classified as by <see cref="Classify(DecodedImage)"/>, except that the
    /// images of datasets of fixed shape, which are in the form of the training data, skip the ink stage.
    /// </summary>
    /// <param name="dataset">The labelled samples: images, or arrays of values.</param>
    /// <param name="evaluated">Called with the prediction of each sample, in the order of the dataset; may be null.</param>
    /// <param name="cancellationToken">Stops between two images.</param>
    /// <returns>The metrics.</returns>
    /// <exception cref="DatasetException">The dataset is empty or has more classes than the network.</exception>
    /// <exception cref="ShapeException">The samples do not fit the network.</exception>
    /// <exception cref="LanewiseException">An image cannot be read.</exception>
    /// <exception cref="InferenceException">An output of the network is not finite: the weights are damaged.</exception>
    /// <exception cref="OperationCanceledException">The evaluation was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The classifier is disposed.</exception>
    public Task<Evaluation> EvaluateAsync(
        IDataset dataset, Action<ImagePrediction>? evaluated = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        RequireClassifier();
        return Task.Run(() => Evaluate(dataset, evaluated, cancellationToken), cancellationToken);
    }

    private static PooledModel CompileFeatures(Network network, Weights weights, ImageClassifierOptions options)
    {
        var head = GraphWalk.Classifier(network.Output);
        if (head is null || head.Inputs[0].Index == 0)
        {
            throw new NetworkException(
                $"{network.Name}: there are no features before a last linear layer; only networks that end in one can embed images.",
                network.Name);
        }

        var features = network.UpTo(head.Inputs[0]);
        return new PooledModel(features, weights.Of(features), options);
    }

    private Evaluation Evaluate(IDataset dataset, Action<ImagePrediction>? evaluated, CancellationToken cancellationToken)
    {
        Evaluation.Check(Network, dataset, Transform);
        var source = new PreparedDataset(dataset, Transform);
        int classes = Network.OutputCount, correct = 0;
        int[][] confusion = [.. Enumerable.Range(0, classes).Select(_ => new int[classes])];
        float[] outputs = new float[checked(Math.Min(EvaluationBatch, dataset.Count) * classes)];
        double loss = 0;
        for (int first = 0; first < dataset.Count; first += EvaluationBatch)
        {
            int start = first, count = Math.Min(EvaluationBatch, dataset.Count - first);
            _model.Infer(count, (i, input) => source.Read(start + i, input), outputs, _options.Threads, cancellationToken);
            for (int i = 0; i < count; i++)
            {
                int label = dataset.Label(first + i);
                var result = ToClassification(outputs.AsSpan(i * classes, classes), image: null);
                loss += Loss(result, label);
                correct += result.Index == label ? 1 : 0;
                confusion[label][result.Index]++;
                evaluated?.Invoke(new(first + i, label, result.Index, result.Probability));
            }
        }

        return new(loss / dataset.Count, correct, dataset.Count, confusion);
    }

    /// <summary>Computes the cross-entropy −log p, from the logits: p may be too small for a number.</summary>
    private double Loss(Classification result, int label)
    {
        double temperature = Calibration?.Temperature ?? 1;
        if (_isSoftmax)
        {
            return -Math.Log(result.Probabilities[label]);
        }

        double max = result.Logits[result.Index];
        return Math.Log(result.Logits.Sum(logit => Math.Exp((logit - max) / temperature)))
            + ((max - result.Logits[label]) / temperature);
    }
}
