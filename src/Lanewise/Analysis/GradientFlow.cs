namespace Lanewise.Analysis;

/// <summary>The gradient of a layer's weights in a step.</summary>
/// <param name="Layer">The layer's path, for example <c>layer1.0.conv1</c>.</param>
/// <param name="Norm">The Euclidean norm of the gradient of the weights, without biases.</param>
/// <param name="ZeroShare">The fraction of the gradient's values that are zero or denormal (below 1.2e-38), 0 to 1.</param>
public sealed record LayerGradient(string Layer, double Norm, double ZeroShare);

/// <summary>The gradients of a step, layer by layer from the input to the output.</summary>
/// <param name="Step">The number of updates before it; 0 is the initialized network.</param>
/// <param name="Layers">The layers with weights.</param>
public sealed record GradientSample(long Step, IReadOnlyList<LayerGradient> Layers)
{
    /// <summary>The ratio of the first layer's norm to the last one's: near 0 if the gradient vanishes.</summary>
    public double FirstToLast => Layers[0].Norm / Layers[^1].Norm;
}

/// <summary>Measures gradients layer by layer (He et al. 2015, §4.1; Glorot and Bengio 2010).</summary>
public static class GradientFlow
{
    private const float MinNormal = 1.17549435e-38f;

    /// <summary>Returns the measured layers: convolutions and linear layers, in execution order.</summary>
    public static IReadOnlyList<Node> Layers(Network network) => [.. network.Nodes.Where(n => n.Op is Conv2d or Linear)];

    /// <summary>Measures the gradients of a step.</summary>
    /// <param name="network">The network.</param>
    /// <param name="gradients">The gradients of the trained parameters; layers without any are skipped.</param>
    /// <param name="step">The number of updates before the step.</param>
    public static GradientSample Measure(Network network, Weights gradients, long step)
    {
        var byName = gradients.Tensors.ToDictionary(t => t.Name, StringComparer.Ordinal);
        return new(step, [.. Layers(network)
            .Where(n => byName.ContainsKey(n.Parameters[0].Name))
            .Select(n => Measure(n.Path, byName[n.Parameters[0].Name].Values))]);
    }

    private static LayerGradient Measure(string layer, float[] values)
    {
        double squares = 0;
        int zeros = 0;
        foreach (float value in values)
        {
            squares += (double)value * value;
            zeros += Math.Abs(value) < MinNormal ? 1 : 0;
        }

        return new(layer, Math.Sqrt(squares), (double)zeros / values.Length);
    }
}

/// <summary>Records the gradients of selected training steps.</summary>
/// <param name="network">The network that is trained.</param>
/// <param name="wants">Whether to record the step at a position.</param>
public sealed class GradientRecorder(Network network, Func<TrainingPosition, bool> wants) : IGradientObserver
{
    private readonly List<GradientSample> _samples = [];

    /// <summary>The recorded gradients, in the order of the steps.</summary>
    public IReadOnlyList<GradientSample> Samples => _samples;

    /// <inheritdoc/>
    public bool Wants(TrainingPosition position) => wants(position);

    /// <inheritdoc/>
    public void Observe(TrainingPosition position, Weights gradients) =>
        _samples.Add(GradientFlow.Measure(network, gradients, position.Updates));
}
