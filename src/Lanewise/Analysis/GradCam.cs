using Lanewise.Engine;
using Lanewise.Graphs;

namespace Lanewise.Analysis;

/// <summary>
/// Where a network looks (Selvaraju et al. 2017, "Grad-CAM"): for a class and a layer of C channels, the H×W map
/// ReLU(Σ w[c] · A[c]), with A the layer's values and w[c] the mean, over the pixels of channel c, of the gradient of the class's
/// logit to A[c]. The network works as in evaluation.
/// </summary>
/// <example><c>var map = new GradCam(network, weights, options).Explain(source, [0])[0].Resize(28, 28);</c></example>
public sealed class GradCam
{
    private readonly Plan _before;
    private readonly Plan _after;

    /// <summary>Compiles both parts of the network, before and behind the layer.</summary>
    /// <param name="network">A network that ends in logits.</param>
    /// <param name="weights">Its weights.</param>
    /// <param name="options">Batch size, threads and lane width.</param>
    /// <param name="layer">The path of one of <see cref="Network.CutPoints"/>; null for <see cref="DefaultLayer"/>.</param>
    /// <exception cref="LanewiseException">There is no such layer, or not everything passes through it; the message names those that can be chosen.</exception>
    public GradCam(Network network, Weights weights, PlanOptions options, string? layer = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(options);
        if (network.Output.Shape.Pixels != 1)
        {
            throw new LanewiseException($"{network.Name}: its output is {network.Output.Shape}, not a row of logits; Grad-CAM explains classifiers.");
        }

        Layer = layer is null ? DefaultLayer(network) : Find(network, layer);
        var after = network.After(Layer);
        _before = Plan.Compile(network.UpTo(Layer), options with { Training = false, InputGradient = false });
        _after = Plan.Compile(after, options with { Training = false, InputGradient = true });
        _before.SetWeights(weights.Of(_before.Network));
        _after.SetWeights(weights.Of(after));
    }

    /// <summary>Whose values the map weighs.</summary>
    public Node Layer { get; }

    /// <summary>The last node that everything passes through and that still has more than one pixel: the last feature map.</summary>
    /// <exception cref="LanewiseException">There is none.</exception>
    public static Node DefaultLayer(Network network) => network.CutPoints().LastOrDefault(n => n.Shape.Pixels > 1)
        ?? throw new LanewiseException($"{network.Name}: no layer that everything passes through has more than one pixel, so there is no place to look at.");

    /// <summary>Explains images.</summary>
    /// <param name="source">Where the images are; labels are not asked for.</param>
    /// <param name="indices">Which, at most <see cref="PlanOptions.BatchSize"/>.</param>
    /// <param name="target">The class whose logit is explained; null for each image's likeliest.</param>
    /// <exception cref="LanewiseException">There is no such class.</exception>
    public IReadOnlyList<GradCamMap> Explain(ITensorSource source, ReadOnlySpan<int> indices, int? target = null)
    {
        int classes = _after.Network.OutputCount, size = Layer.Shape.Count, count = indices.Length;
        if (target is < 0 || target >= classes)
        {
            throw new LanewiseException($"class {target}: the network's {classes} classes are numbered from 0 to {classes - 1}.");
        }

        _before.Infer(source, indices);
        var values = new Values(_before.Output.ToArray(), size);
        int[] places = [.. Enumerable.Range(0, count)];
        _after.Infer(values, places);
        Classification[] classifications = Array.ConvertAll(places, i => new Classification(_after.Output.Slice(i * classes, classes)));
        int[] targets = Array.ConvertAll(classifications, answer => target ?? answer.Ranking[0]);
        float[] gradient = new float[count * classes];
        foreach (int i in places)
        {
            gradient[i * classes + targets[i]] = 1;
        }

        _after.ComputeGradientsFrom(gradient, values, places);
        return Array.ConvertAll(places, i => new GradCamMap(classifications[i], targets[i], Layer.Shape.Height, Layer.Shape.Width, Weigh(values.Of(i), _after.InputGradients.Slice(i * size, size))));
    }

    private static Node Find(Network network, string layer) => network.CutPoints().FirstOrDefault(n => n.Path == layer)
        ?? throw new LanewiseException($"{network.Name}: there is no layer '{layer}' that everything passes through; there are {string.Join(", ", network.CutPoints().Select(n => n.Path))}{NearestName.Question(layer, network.CutPoints().Select(n => n.Path))}");

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

    /// <summary>The layer's values, which enter the part behind it.</summary>
    private sealed class Values(float[] values, int size) : ITensorSource
    {
        public ReadOnlySpan<float> Of(int index) => values.AsSpan(index * size, size);

        public void Read(int index, Span<float> image) => Of(index).CopyTo(image);

        public int Label(int index) => 0;
    }
}

/// <summary>Where a network looked in an image.</summary>
/// <param name="Classification">What it said of the image.</param>
/// <param name="Target">The class that is explained.</param>
/// <param name="Height">H, rows of the layer.</param>
/// <param name="Width">W, columns of the layer.</param>
/// <param name="Values">The map, H×W, at least 0, in units of the class's logit.</param>
public sealed record GradCamMap(Classification Classification, int Target, int Height, int Width, float[] Values)
{
    /// <summary>The map's largest value; 0 where nothing speaks for the class, NaN where a value is not finite.</summary>
    public float Peak => Array.TrueForAll(Values, float.IsFinite) ? Values.Max() : float.NaN;

    /// <summary>
    /// The map divided by its peak, 0 to 1, and resized: bilinear between the pixels' centres, and at the border as the outermost
    /// pixel. All zeros when the peak is 0 or NaN.
    /// </summary>
    /// <param name="height">Rows of the result.</param>
    /// <param name="width">Columns of the result.</param>
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

    /// <summary>The two old pixels whose centres enclose a new one's, and how far it is from the first to the second.</summary>
    private static (int First, int Second, float Share) Between(int at, int count, int old)
    {
        double place = Math.Clamp((at + 0.5) * old / count - 0.5, 0, old - 1);
        int first = (int)place;
        return (first, Math.Min(first + 1, old - 1), (float)(place - first));
    }

    private static float Mix(float a, float b, float share) => a + (b - a) * share;
}
