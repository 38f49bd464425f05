using Lanewise.Graphs;
using Lanewise.Training;

namespace Lanewise.Analysis;

/// <summary>What reaches a layer's weights in a step.</summary>
/// <param name="Layer">The layer's path, for example <c>layer1.0.conv1</c>.</param>
/// <param name="Norm">The Euclidean norm of the gradient to its weights, biases left out.</param>
/// <param name="ZeroShare">Share of that gradient's values that are zero or denormal (below 1.2e-38), 0 to 1.</param>
public sealed record LayerGradient(string Layer, double Norm, double ZeroShare);

/// <summary>A step's gradients, layer by layer from the input to the output.</summary>
/// <param name="Step">The updates before it: 0 is the network as it was initialised.</param>
/// <param name="Layers">The layers with weights.</param>
public sealed record GradientSample(long Step, IReadOnlyList<LayerGradient> Layers)
{
    /// <summary>The first layer's norm divided by the last one's: near 0 where the gradient has vanished on its way back.</summary>
    public double FirstToLast => Layers[0].Norm / Layers[^1].Norm;
}

/// <summary>How large the gradients are on their way back through a network (He et al. 2015, §4.1; Glorot and Bengio 2010).</summary>
public static class GradientFlow
{
    /// <summary>The layers that are measured: convolutions and linear layers, in the order in which they run.</summary>
    public static IReadOnlyList<Node> Layers(Network network) => [.. network.Nodes.Where(n => n.Op is Conv2d or Linear)];

    /// <summary>Measures a step's gradients.</summary>
    /// <param name="network">The network.</param>
    /// <param name="gradients">The gradients of its trained parameters; layers that are not among them are left out.</param>
    /// <param name="step">The updates before it.</param>
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
            zeros += value == 0 || float.IsSubnormal(value) ? 1 : 0;
        }

        return new(layer, Math.Sqrt(squares), (double)zeros / values.Length);
    }
}

/// <summary>Collects the gradient flow of some of a training's steps.</summary>
/// <param name="network">What is trained.</param>
/// <param name="wants">Whether the step at a position is taken.</param>
public sealed class GradientRecorder(Network network, Func<TrainingPosition, bool> wants) : IGradientObserver
{
    private readonly List<GradientSample> _samples = [];

    /// <summary>What was collected, in the order of the steps.</summary>
    public IReadOnlyList<GradientSample> Samples => _samples;

    /// <inheritdoc/>
    public bool Wants(TrainingPosition position) => wants(position);

    /// <inheritdoc/>
    public void Observe(TrainingPosition position, Weights gradients) => _samples.Add(GradientFlow.Measure(network, gradients, position.Updates));
}
