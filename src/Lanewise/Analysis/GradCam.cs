using System.Globalization;
using Lanewise.Engine;

namespace Lanewise.Analysis;

/// <summary>
/// Grad-CAM (Selvaraju et al. 2017): for a class and a layer of C channels, the H×W map ReLU(Σ w[c] · A[c]), with A the layer's
/// output and w[c] the mean, over the pixels of channel c, of the gradient of the class's logit with respect to A[c]. The network runs
/// in evaluation mode.
/// </summary>
/// <example><c>var map = new GradCam(network, weights, options).Explain(source, [0])[0].Resize(28, 28);</c></example>
public sealed class GradCam : IDisposable
{
    private readonly Plan _before;
    private readonly Plan _after;

    /// <summary>Compiles the two parts of the network, up to and after the layer.</summary>
    /// <param name="network">A network that ends in logits.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="options">Batch size, threads and lane width.</param>
    /// <param name="layer">The path of one of <see cref="Network.CutPoints"/>; null for <see cref="DefaultLayer"/>.</param>
    /// <exception cref="UnknownNameException">There is no such layer, or not everything passes through it.</exception>
    /// <exception cref="NetworkException">The network does not end in logits.</exception>
    public GradCam(Network network, Weights weights, PlanOptions options, string? layer = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(options);
        if (network.Output.Shape.Pixels != 1)
        {
            throw new NetworkException(
                $"{network.Name}: its output is {network.Output.Shape}, not a row of logits; Grad-CAM explains classifiers.", network.Name);
        }

        Layer = layer is null ? DefaultLayer(network) : Find(network, layer);
        var after = network.After(Layer);
        _before = Plan.Compile(network.UpTo(Layer), options with { Training = false, InputGradient = false });
        _after = Plan.Compile(after, options with { Training = false, InputGradient = true });
        _before.SetWeights(weights.Of(_before.Network));
        _after.SetWeights(weights.Of(after));
    }

    /// <summary>Ends the worker threads; without it they end when the object is collected.</summary>
    public void Dispose()
    {
        _before.Dispose();
        _after.Dispose();
    }

    /// <summary>The layer whose output the map weighs.</summary>
    public Node Layer { get; }

    /// <summary>Returns the last cut point with more than one pixel: the last feature map.</summary>
    /// <exception cref="NetworkException">There is none.</exception>
    public static Node DefaultLayer(Network network) => network.CutPoints().LastOrDefault(n => n.Shape.Pixels > 1)
        ?? throw new NetworkException(
            $"{network.Name}: no layer that everything passes through has more than one pixel, so there is no feature map to "
                + $"explain.", network.Name);

    /// <summary>Computes the maps of images.</summary>
    /// <param name="source">The images; labels are not used.</param>
    /// <param name="indices">The indices of the images, at most <see cref="PlanOptions.BatchSize"/>.</param>
    /// <param name="target">The class to explain; null for each image's most likely class.</param>
    /// <exception cref="UnknownNameException">There is no such class.</exception>
    /// <exception cref="InferenceException">A logit is not finite: the weights are damaged.</exception>
    public IReadOnlyList<GradCamMap> Explain(ITensorSource source, ReadOnlySpan<int> indices, int? target = null)
    {
        int classes = _after.Network.OutputCount, size = Layer.Shape.Count, count = indices.Length;
        if (target is < 0 || target >= classes)
        {
            throw new UnknownNameException(
                "class",
                FormattableString.Invariant($"{target}"),
                Enumerable.Range(0, classes).Select(c => c.ToString(CultureInfo.InvariantCulture)),
                $"class {target}: the network's {classes} classes are numbered from 0 to {classes - 1}.");
        }

        _before.Infer(source, indices);
        var values = new Values(_before.Output.ToArray(), size);
        int[] batch = [.. Enumerable.Range(0, count)];
        _after.Infer(values, batch);
        var (name, isSoftmax) = (_after.Network.Name, _after.Network.Output.Op is Softmax);
        Classification[] classifications = Array.ConvertAll(
            batch, i => new Classification(_after.Output.Slice(i * classes, classes), null, name, isSoftmax));
        int[] targets = Array.ConvertAll(classifications, classification => target ?? classification.Ranking[0]);
        float[] gradient = new float[count * classes];
        foreach (int i in batch)
        {
            gradient[i * classes + targets[i]] = 1;
        }

        _after.ComputeGradientsFrom(gradient, values, batch);
        return Array.ConvertAll(batch, i => new GradCamMap(
            classifications[i],
            targets[i],
            Layer.Shape.Height,
            Layer.Shape.Width,
            Weigh(values.Of(i), _after.InputGradients.Slice(i * size, size))));
    }

    private static Node Find(Network network, string layer)
    {
        string[] paths = [.. network.CutPoints().Select(n => n.Path)];
        return network.CutPoints().FirstOrDefault(n => n.Path == layer) ?? throw new UnknownNameException(
            "layer",
            layer,
            paths,
            $"{network.Name}: there is no layer '{layer}' that everything passes through{NearestName.Choices(layer, paths)}");
    }

    private float[] Weigh(ReadOnlySpan<float> values, ReadOnlySpan<float> gradients)
    {
        int pixels = Layer.Shape.Pixels;
        double[] sums = new double[pixels];
        for (int c = 0; c < Layer.Shape.Channels; c++)
        {
            double mean = 0;
            foreach (float gradient in gradients.Slice(c * pixels, pixels))
            {
                mean += (double)gradient / pixels;
            }

            for (int i = 0; i < pixels; i++)
            {
                sums[i] += mean * values[c * pixels + i];
            }
        }

        return Array.ConvertAll(sums, sum => (float)Math.Max(0, sum));
    }

    /// <summary>The layer's values, the input of the part after it.</summary>
    private sealed class Values(float[] values, int size) : ITensorSource
    {
        public ReadOnlySpan<float> Of(int index) => values.AsSpan(index * size, size);

        public void Read(int index, Span<float> image) => Of(index).CopyTo(image);

        public int Label(int index) => 0;
    }
}

/// <summary>The Grad-CAM map of an image.</summary>
/// <param name="Classification">The network's classification of the image.</param>
/// <param name="Target">The class that is explained.</param>
/// <param name="Height">The number of rows H of the layer.</param>
/// <param name="Width">The number of columns W of the layer.</param>
/// <param name="Values">The map, H×W, not negative, in units of the class's logit.</param>
public sealed record GradCamMap(Classification Classification, int Target, int Height, int Width, float[] Values)
{
    /// <summary>The map's maximum; 0 if nothing supports the class, NaN if a value is not finite.</summary>
    public float Peak { get; } = Array.TrueForAll(Values, float.IsFinite) ? Values.Max() : float.NaN;

    /// <summary>
    /// Divides the map by its peak, to 0 to 1, and resizes it bilinearly between pixel centers, clamped at the border. All zeros if the
    /// peak is 0 or NaN.
    /// </summary>
    /// <param name="height">The number of rows of the result.</param>
    /// <param name="width">The number of columns of the result.</param>
    /// <returns>height×width values.</returns>
    public float[] Resize(int height, int width)
    {
        float[] resized = new float[height * width];
        float peak = Peak;
        if (!(peak > 0))
        {
            return resized;
        }

        for (int y = 0; y < height; y++)
        {
            var (top, bottom, down) = Between(y, height, Height);
            for (int x = 0; x < width; x++)
            {
                var (left, right, across) = Between(x, width, Width);
                float upper = Mix(Values[top * Width + left], Values[top * Width + right], across);
                float lower = Mix(Values[bottom * Width + left], Values[bottom * Width + right], across);
                resized[y * width + x] = Mix(upper, lower, down) / peak;
            }
        }

        return resized;
    }

    /// <summary>Returns the two source pixels whose centers enclose that of a target pixel, and the weight of the second.</summary>
    private static (int First, int Second, float Share) Between(int at, int count, int old)
    {
        double position = Math.Clamp((at + 0.5) * old / count - 0.5, 0, old - 1);
        int first = (int)position;
        return (first, Math.Min(first + 1, old - 1), (float)(position - first));
    }

    private static float Mix(float a, float b, float share) => a + (b - a) * share;
}
