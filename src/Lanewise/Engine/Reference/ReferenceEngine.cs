using Lanewise.Graphs;

namespace Lanewise.Engine;

/// <summary>
/// The slow twin of <see cref="Plan"/>: runs a network node by node, each for all images of the batch, in plain loops and double
/// precision, with nothing fused. It defines what the fast engine has to compute (PyTorch's semantics) and is meant to
/// be read, and to be compared with.
/// </summary>
public sealed class ReferenceEngine
{
    private readonly Network _network;
    private readonly Dictionary<string, double[]> _parameters;
    private TrainingStep? _training;
    private Volume[][] _values = [];

    /// <summary>Takes a copy of the weights.</summary>
    /// <param name="network">What is run.</param>
    /// <param name="weights">Its weights.</param>
    public ReferenceEngine(Network network, Weights weights)
    {
        _network = network;
        _parameters = network.Parameters.ToDictionary(p => p.Name, p => Array.ConvertAll(weights[p.Name].Values, v => (double)v), StringComparer.Ordinal);
    }

    /// <summary>
    /// The weights by name, in PyTorch's order of values, with batch norm's running statistics; what is changed here is used from
    /// the next forward pass on.
    /// </summary>
    public IReadOnlyDictionary<string, double[]> Parameters => _parameters;

    /// <summary>Images in the last forward pass.</summary>
    public int Count => _values.Length == 0 ? 0 : _values[0].Length;

    /// <summary>
    /// Runs images, [image][C·H·W], through the network and keeps what every node made of them. Batch norm uses its running
    /// statistics, and dropout does nothing.
    /// </summary>
    /// <returns>The output, [image][value].</returns>
    public double[] Forward(double[] images) => Run(images, null);

    /// <summary>
    /// As <see cref="Forward"/>, as a training step does it: batch norm uses the batch's statistics and moves its running ones,
    /// and dropout drops.
    /// </summary>
    /// <param name="images">[image][C·H·W].</param>
    /// <param name="seed">The training's seed, which decides what dropout drops.</param>
    /// <param name="step">How many steps came before, which decides it too.</param>
    /// <returns>The output, [image][value].</returns>
    public double[] ForwardTraining(double[] images, int seed = 0, long step = 0) => Run(images, new(seed, step));

    /// <summary>What <paramref name="node"/> made of an image in the last forward pass, C×H×W in row-major order.</summary>
    public ReadOnlySpan<double> ValuesAt(Node node, int image) => _values[node.Index][image].Values;

    /// <summary>
    /// The mean cross-entropy of the last forward pass: the mean of log Σ exp(z) − z[label]. In training each auxiliary output's is
    /// added, times its weight.
    /// </summary>
    /// <param name="labels">Each image's class.</param>
    public double Loss(ReadOnlySpan<int> labels)
    {
        double total = 0;
        foreach (var (node, weight) in Losses())
        {
            for (int i = 0; i < Count; i++)
            {
                total -= weight * Math.Log(Softmax(node, i)[labels[i]]) / Count;
            }
        }

        return total;
    }

    /// <summary>The gradients of <see cref="Loss"/>: each output's is (softmax(z) − onehot(label)) / images, times its weight.</summary>
    /// <param name="labels">Each image's class.</param>
    public ReferenceGradients BackwardLoss(ReadOnlySpan<int> labels)
    {
        var gradients = EmptyValues();
        foreach (var (node, weight) in Losses())
        {
            for (int i = 0; i < Count; i++)
            {
                var p = Softmax(node, i);
                p[labels[i]] -= 1;
                Array.ConvertAll(p, v => v * weight / Count).AddTo(gradients[node.Index][i].Values);
            }
        }

        return Backward(gradients);
    }

    /// <summary>The gradients of Σ outputGradient · output, for the images of the last forward pass.</summary>
    /// <param name="outputGradient">[image][value].</param>
    public ReferenceGradients Backward(double[] outputGradient)
    {
        var gradients = EmptyValues();
        for (int i = 0; i < Count; i++)
        {
            outputGradient.AsSpan(i * _network.OutputCount, _network.OutputCount).AddTo(gradients[_network.Output.Index][i].Values);
        }

        return Backward(gradients);
    }

    private double[] Run(double[] images, TrainingStep? training)
    {
        int inputs = _network.Input.Count;
        if (images.Length % inputs != 0)
        {
            throw new ArgumentException($"{images.Length} values are not a whole number of {_network.Input} images", nameof(images));
        }

        _training = training;
        _values = EmptyValues(images.Length / inputs);
        for (int i = 0; i < Count; i++)
        {
            Array.Copy(images, i * inputs, _values[0][i].Values, 0, inputs);
        }

        foreach (var node in _network.Nodes)
        {
            var state = new ReferenceNode(node, _parameters, gradients: null, training);
            OpTable.Of(node).Reference.Forward(state, [.. node.Inputs.Select(n => _values[n.Index])], _values[node.Index]);
        }

        return [.. _values[_network.Output.Index].SelectMany(v => v.Values)];
    }

    private ReferenceGradients Backward(Volume[][] gradients)
    {
        var parameters = _network.Parameters.Where(p => !p.IsBuffer).ToDictionary(p => p.Name, p => new double[p.Count], StringComparer.Ordinal);
        foreach (var node in _network.Nodes.Reverse())
        {
            Volume[][] x = [.. node.Inputs.Select(n => _values[n.Index])], dx = [.. node.Inputs.Select(n => gradients[n.Index])];
            var state = new ReferenceNode(node, _parameters, parameters, _training);
            OpTable.Of(node).Reference.Backward(state, x, _values[node.Index], gradients[node.Index], dx);
        }

        return new(parameters, [.. gradients[0].SelectMany(v => v.Values)]);
    }

    /// <summary>The outputs that have a loss, and its weight.</summary>
    private IEnumerable<AuxiliaryOutput> Losses() => [new(_network.Output, 1), .. _training is null ? [] : _network.AuxiliaryOutputs];

    private Volume[][] EmptyValues(int? images = null) =>
        [.. _network.Nodes.Select(node => Enumerable.Range(0, images ?? Count).Select(_ => new Volume(node.Shape)).ToArray())];

    private double[] Softmax(Node node, int image)
    {
        var p = new Volume(node.Shape);
        SoftmaxReference.Forward(_values[node.Index][image], p);
        return p.Values;
    }
}
