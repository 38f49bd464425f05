using Lanewise.Graphs;

namespace Lanewise.Engine;

/// <summary>
/// The slow twin of <see cref="Plan"/>: runs a network node by node and image by image, in plain loops and double
/// precision, with nothing fused. It defines what the fast engine has to compute (PyTorch's semantics) and is meant to
/// be read, and to be compared with.
/// </summary>
public sealed class ReferenceEngine
{
    private readonly Network _network;
    private readonly Dictionary<string, double[]> _parameters;
    private Volume[][] _images = [];

    /// <summary>Takes a copy of the weights.</summary>
    /// <param name="network">What is run.</param>
    /// <param name="weights">Its weights.</param>
    public ReferenceEngine(Network network, Weights weights)
    {
        _network = network;
        _parameters = network.Parameters.ToDictionary(p => p.Name, p => Array.ConvertAll(weights[p.Name].Values, v => (double)v), StringComparer.Ordinal);
    }

    /// <summary>The weights by name, in PyTorch's order of values; what is changed here is used from the next <see cref="Forward(double[])"/> on.</summary>
    public IReadOnlyDictionary<string, double[]> Parameters => _parameters;

    /// <summary>Pictures in the last <see cref="Forward(double[])"/>.</summary>
    public int Count => _images.Length;

    /// <summary>Runs pictures, [picture][C·H·W], through the network and keeps what every node made of them.</summary>
    /// <returns>The output, [picture][value].</returns>
    public double[] Forward(double[] images)
    {
        int inputs = _network.Input.Count;
        if (images.Length % inputs != 0)
        {
            throw new ArgumentException($"{images.Length} values are not a whole number of {_network.Input} pictures", nameof(images));
        }

        _images = new Volume[images.Length / inputs][];
        for (int i = 0; i < _images.Length; i++)
        {
            _images[i] = [.. _network.Nodes.Select(n => new Volume(n.Shape))];
            Array.Copy(images, i * inputs, _images[i][0].Values, 0, inputs);
            foreach (var node in _network.Nodes)
            {
                Forward(node, _images[i]);
            }
        }

        return [.. _images.SelectMany(nodes => nodes[_network.Output.Index].Values)];
    }

    /// <summary>What <paramref name="node"/> made of a picture in the last <see cref="Forward(double[])"/>, C×H×W in row-major order.</summary>
    public ReadOnlySpan<double> Activation(Node node, int picture) => _images[picture][node.Index].Values;

    /// <summary>The mean cross-entropy of the last <see cref="Forward(double[])"/>: the mean of log Σ exp(z) − z[label].</summary>
    /// <param name="labels">Each picture's class.</param>
    public double Loss(ReadOnlySpan<int> labels)
    {
        double sum = 0;
        for (int i = 0; i < _images.Length; i++)
        {
            sum -= Math.Log(Softmax(i)[labels[i]]);
        }

        return sum / _images.Length;
    }

    /// <summary>The gradient of <see cref="Loss"/> to the output: (softmax(z) − onehot(label)) / pictures.</summary>
    /// <param name="labels">Each picture's class.</param>
    public double[] LossGradient(ReadOnlySpan<int> labels)
    {
        var gradient = new List<double>();
        for (int i = 0; i < _images.Length; i++)
        {
            var p = Softmax(i);
            p[labels[i]] -= 1;
            gradient.AddRange(p.Select(v => v / _images.Length));
        }

        return [.. gradient];
    }

    /// <summary>The gradients of Σ outputGradient · output, for the pictures of the last <see cref="Forward(double[])"/>.</summary>
    /// <param name="outputGradient">[picture][value].</param>
    public ReferenceGradients Backward(double[] outputGradient)
    {
        var gradients = _parameters.ToDictionary(p => p.Key, p => new double[p.Value.Length], StringComparer.Ordinal);
        var input = new double[_images.Length * _network.Input.Count];
        int outputs = _network.Output.Shape.Count;
        for (int i = 0; i < _images.Length; i++)
        {
            Volume[] dy = [.. _network.Nodes.Select(n => new Volume(n.Shape))];
            JoinReference.AddFrom(outputGradient, dy[_network.Output.Index].Values, i * outputs);
            foreach (var node in _network.Nodes.Reverse())
            {
                Backward(node, _images[i], dy, gradients);
            }

            dy[0].Values.CopyTo(input, i * _network.Input.Count);
        }

        return new(gradients, input);
    }

    private double[] Softmax(int picture)
    {
        double[] z = _images[picture][_network.Output.Index].Values;
        double top = z.Max();
        double[] p = Array.ConvertAll(z, v => Math.Exp(v - top));
        double sum = p.Sum();
        return Array.ConvertAll(p, v => v / sum);
    }

    private static double[]? Find(Dictionary<string, double[]> values, Node node, int parameter) =>
        node.Parameters.Count > parameter ? values[node.Parameters[parameter].Name] : null;

    private void Forward(Node node, Volume[] all)
    {
        var y = all[node.Index];
        Volume[] x = [.. node.Inputs.Select(n => all[n.Index])];
        var (weight, bias) = (Find(_parameters, node, 0)!, Find(_parameters, node, 1));
        switch (node.Op)
        {
            case Input: break;
            case Conv2d op: Conv2dReference.Forward(op, x[0], weight, bias, y); break;
            case Linear: LinearReference.Forward(x[0].Values, weight, bias, y.Values); break;
            case MaxPool2d op: MaxPool2dReference.Forward(op, x[0], y); break;
            case AvgPool2d op: AvgPool2dReference.Forward(op, x[0], y); break;
            case ReLU: ReLUReference.Forward(x[0].Values, y.Values); break;
            case Add or Flatten: Array.ForEach(x, v => JoinReference.AddTo(v.Values, y.Values)); break;
            case Concat:
                int at = 0;
                foreach (var part in x)
                {
                    JoinReference.AddTo(part.Values, y.Values, at);
                    at += part.Values.Length;
                }

                break;
            default: throw new LanewiseException($"{node.Path} ({node.Op.Name}): the reference engine has no loop for it; add one beside the others.");
        }
    }

    private void Backward(Node node, Volume[] all, Volume[] gradients, Dictionary<string, double[]> parameterGradients)
    {
        var dy = gradients[node.Index];
        Volume[] x = [.. node.Inputs.Select(n => all[n.Index])], dx = [.. node.Inputs.Select(n => gradients[n.Index])];
        var (weight, dw, db) = (Find(_parameters, node, 0)!, Find(parameterGradients, node, 0)!, Find(parameterGradients, node, 1));
        switch (node.Op)
        {
            case Input: break;
            case Conv2d op:
                Conv2dReference.BackwardWeights(op, x[0], dy, dw, db);
                Conv2dReference.BackwardInput(op, dy, weight, dx[0]);
                break;
            case Linear:
                LinearReference.BackwardWeights(x[0].Values, dy.Values, dw, db);
                LinearReference.BackwardInput(dy.Values, weight, dx[0].Values);
                break;
            case MaxPool2d op: MaxPool2dReference.Backward(op, x[0], dy, dx[0]); break;
            case AvgPool2d op: AvgPool2dReference.Backward(op, dy, dx[0]); break;
            case ReLU: ReLUReference.Backward(x[0].Values, dy.Values, dx[0].Values); break;
            case Add or Flatten: Array.ForEach(dx, v => JoinReference.AddFrom(dy.Values, v.Values)); break;
            case Concat:
                int at = 0;
                foreach (var part in dx)
                {
                    JoinReference.AddFrom(dy.Values, part.Values, at);
                    at += part.Values.Length;
                }

                break;
            default: throw new LanewiseException($"{node.Path} ({node.Op.Name}): the reference engine has no gradient for it; add one beside the others.");
        }
    }
}
