namespace Lanewise.Engine;

/// <summary>
/// Runs a network node by node, in plain loops and double precision, without fusion: the slow counterpart of <see cref="Plan"/>, which
/// defines the semantics (those of PyTorch) and serves as the reference of tests.
/// </summary>
internal sealed class ReferenceEngine
{
    private readonly Network _network;
    private readonly Dictionary<string, double[]> _parameters;
    private TrainingStep? _training;
    private Volume[][] _values = [];

    /// <summary>Initializes the engine with a copy of the weights.</summary>
    /// <param name="network">The network.</param>
    /// <param name="weights">The weights, matched by name.</param>
    /// <exception cref="LanewiseException">A parameter is missing.</exception>
    public ReferenceEngine(Network network, Weights weights)
    {
        _network = network;
        _parameters = network.Parameters.ToDictionary(
            p => p.Name, p => Array.ConvertAll(weights[p.Name].Values, v => (double)v), StringComparer.Ordinal);
    }

    /// <summary>
    /// The parameters and buffers by name, each in row-major order of PyTorch's dimensions; changes to the arrays take effect in the next
    /// forward pass.
    /// </summary>
    public IReadOnlyDictionary<string, double[]> Parameters => _parameters;

    /// <summary>The number of images in the last forward pass; 0 before the first.</summary>
    public int Count => _values.Length == 0 ? 0 : _values[0].Length;

    /// <summary>
    /// Runs the forward pass in evaluation mode and keeps the values of every node: batch norm uses its running statistics, and dropout is
    /// an identity.
    /// </summary>
    /// <param name="images">The input, (N, C, H, W) in row-major order.</param>
    /// <returns>The output, (N, C, H, W) in row-major order.</returns>
    /// <exception cref="ArgumentException">The number of values is not a multiple of that of an image.</exception>
    public double[] Forward(double[] images) => Run(images, null);

    /// <summary>
    /// Runs the forward pass in training mode and keeps the values of every node: batch norm uses the statistics of the batch and updates
    /// its running statistics, and dropout is active.
    /// </summary>
    /// <param name="images">The input, (N, C, H, W) in row-major order.</param>
    /// <param name="seed">The seed of the dropout masks; 0 by default.</param>
    /// <param name="step">The index of the training step, which also seeds the dropout masks; 0 by default.</param>
    /// <returns>The output, (N, C, H, W) in row-major order.</returns>
    /// <exception cref="ArgumentException">The number of values is not a multiple of that of an image.</exception>
    public double[] ForwardTraining(double[] images, int seed = 0, long step = 0) => Run(images, new(seed, step));

    /// <summary>Returns the values of a node in the last forward pass.</summary>
    /// <param name="node">The node.</param>
    /// <param name="image">The index of the image in the batch.</param>
    /// <returns>The values, (C, H, W) in row-major order.</returns>
    public ReadOnlySpan<double> ValuesAt(Node node, int image) => _values[node.Index][image].Values;

    /// <summary>
    /// Computes the mean cross-entropy of the last forward pass, the mean of log Σ exp(z) − z[label]; in training mode, plus the weighted
    /// mean cross-entropy of each auxiliary output.
    /// </summary>
    /// <param name="labels">The class of each image.</param>
    /// <returns>The loss.</returns>
    public double Loss(ReadOnlySpan<int> labels) => Loss(ReferenceTargets.Of(_network.OutputCount, labels));

    /// <summary>
    /// Computes the cross-entropy of the last forward pass, −Σ q · log softmax(z) over images and classes; in training mode, plus the
    /// weighted one of each auxiliary output.
    /// </summary>
    /// <param name="targets">The target q of each image, divided by the number of images; see <see cref="ReferenceTargets"/>.</param>
    /// <returns>The loss.</returns>
    public double Loss(double[][] targets)
    {
        double total = 0;
        foreach (var (node, weight) in Losses())
        {
            for (int i = 0; i < Count; i++)
            {
                total -= weight * Softmax(node, i).Zip(targets[i], (p, q) => q == 0 ? 0 : q * Math.Log(p)).Sum();
            }
        }

        return total;
    }

    /// <summary>
    /// Runs the backward pass of <see cref="Loss(ReadOnlySpan{int})"/> for the last forward pass; the gradient of each output is
    /// weight · (softmax(z) − onehot(label)) / N.
    /// </summary>
    /// <param name="labels">The class of each image.</param>
    /// <returns>The gradients of the parameters and the input.</returns>
    public ReferenceGradients BackwardLoss(ReadOnlySpan<int> labels) => BackwardLoss(ReferenceTargets.Of(_network.OutputCount, labels));

    /// <summary>
    /// Runs the backward pass of <see cref="Loss(double[][])"/> for the last forward pass; the gradient of each output is
    /// weight · (Σ q · softmax(z) − q).
    /// </summary>
    /// <param name="targets">The target q of each image, divided by the number of images; see <see cref="ReferenceTargets"/>.</param>
    /// <returns>The gradients of the parameters and the input.</returns>
    public ReferenceGradients BackwardLoss(double[][] targets)
    {
        var gradients = EmptyValues();
        foreach (var (node, weight) in Losses())
        {
            for (int i = 0; i < Count; i++)
            {
                double whole = targets[i].Sum();
                double[] gradient = [.. Softmax(node, i).Zip(targets[i], (p, q) => weight * (whole * p - q))];
                gradient.AddTo(gradients[node.Index][i].Values);
            }
        }

        return Backward(gradients);
    }

    /// <summary>Runs the backward pass of Σ outputGradient · output for the last forward pass.</summary>
    /// <param name="outputGradient">The gradient of the output, (N, C, H, W) in row-major order.</param>
    /// <returns>The gradients of the parameters and the input.</returns>
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
        var parameters = _network.Parameters.Where(p => !p.IsBuffer)
            .ToDictionary(p => p.Name, p => new double[p.Count], StringComparer.Ordinal);
        foreach (var node in _network.Nodes.Reverse())
        {
            Volume[][] x = [.. node.Inputs.Select(n => _values[n.Index])], dx = [.. node.Inputs.Select(n => gradients[n.Index])];
            var state = new ReferenceNode(node, _parameters, parameters, _training);
            OpTable.Of(node).Reference.Backward(state, x, _values[node.Index], gradients[node.Index], dx);
        }

        return new(parameters, [.. gradients[0].SelectMany(v => v.Values)]);
    }

    /// <summary>Returns the outputs with a loss, and its weight.</summary>
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
