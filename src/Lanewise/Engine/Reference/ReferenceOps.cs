using Lanewise.Graphs;
using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>A step of training, as far as a forward pass depends on it.</summary>
internal sealed record TrainingStep(int Seed, long Step);

/// <summary>Which loop belongs to which op. Values and gradients are those of all images: [image], or [input][image].</summary>
/// <param name="parameters">The weights by name.</param>
/// <param name="training">The step, in training; null in evaluation.</param>
internal sealed class ReferenceOps(Dictionary<string, double[]> parameters, TrainingStep? training)
{
    private readonly Dictionary<Node, BatchNorm2dReference.Moments[]> _moments = [];

    public TrainingStep? Training { get; } = training;

    /// <summary>Writes y, which is all zero before.</summary>
    public void Forward(Node node, Volume[][] x, Volume[] y)
    {
        if (node.Op is BatchNorm2d norm)
        {
            _moments[node] = BatchMoments(node, norm, x[0]);
            BatchNorm2dReference.Forward(norm, x[0], Value(node, 0)!, Value(node, 1)!, _moments[node], y);
            return;
        }

        for (int i = 0; i < y.Length; i++)
        {
            Forward(node, i, [.. x.Select(images => images[i])], y[i]);
        }
    }

    /// <summary>Adds to dx and to the parameters' gradients.</summary>
    public void Backward(Node node, Volume[][] x, Volume[] y, Volume[] dy, Volume[][] dx, Dictionary<string, double[]> gradients)
    {
        if (node.Op is BatchNorm2d norm)
        {
            BatchNorm2dReference.BackwardWeights(norm, x[0], dy, _moments[node], Gradient(0)!, Gradient(1)!);
            if (Training is null)
            {
                BatchNorm2dReference.BackwardInput(norm, dy, Value(node, 0)!, _moments[node], dx[0]);
            }
            else
            {
                BatchNorm2dReference.BackwardInputOfBatch(norm, x[0], dy, Value(node, 0)!, _moments[node], dx[0]);
            }

            return;
        }

        for (int i = 0; i < y.Length; i++)
        {
            Backward(node, i, ([.. x.Select(images => images[i])], y[i]), (dy[i], [.. dx.Select(images => images[i])]), (Gradient(0)!, Gradient(1)));
        }

        double[]? Gradient(int parameter) => node.Parameters.Count > parameter ? gradients[node.Parameters[parameter].Name] : null;
    }

    private void Forward(Node node, int image, Volume[] x, Volume y)
    {
        var (weight, bias) = (Value(node, 0)!, Value(node, 1));
        switch (node.Op)
        {
            case Input: break;
            case Conv2d op: Conv2dReference.Forward(op, x[0], weight, bias, y); break;
            case Linear: LinearReference.Forward(x[0].Values, weight, bias, y.Values); break;
            case MaxPool2d op: MaxPool2dReference.Forward(op, x[0], y); break;
            case AvgPool2d op: AvgPool2dReference.Forward(op, x[0], y); break;
            case AdaptiveAvgPool2d: AdaptiveAvgPool2dReference.Forward(x[0], y); break;
            case LocalResponseNorm op: LocalResponseNormReference.Forward(op, x[0], y); break;
            case Softmax: SoftmaxReference.Forward(x[0], y); break;
            case ReLU: ReLUReference.Forward(x[0].Values, y.Values); break;
            case Dropout op when Training is not null: DropoutReference.AddKept(op, Key(node), image, x[0].Values, y.Values); break;
            case IdentityShortcut op: IdentityShortcutReference.AddKept(op, x[0], y); break;
            case Add or Flatten or Dropout: Array.ForEach(x, v => JoinReference.AddTo(v.Values, y.Values)); break;
            case Concat: ForEachPart(x, (part, at) => JoinReference.AddTo(part.Values, y.Values, at)); break;
            default: throw new LanewiseException($"{node.Path} ({node.Op.Name}): the reference engine has no loop for it; add one beside the others.");
        }
    }

    private void Backward(
        Node node, int image, (Volume[] X, Volume Y) value, (Volume Dy, Volume[] Dx) gradient, (double[] Weight, double[]? Bias) parameter)
    {
        var ((x, y), (dy, dx), (dw, db), weight) = (value, gradient, parameter, Value(node, 0)!);
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
            case AdaptiveAvgPool2d: AdaptiveAvgPool2dReference.Backward(dy, dx[0]); break;
            case LocalResponseNorm op: LocalResponseNormReference.Backward(op, x[0], dy, dx[0]); break;
            case Softmax: SoftmaxReference.Backward(y, dy, dx[0]); break;
            case ReLU: ReLUReference.Backward(x[0].Values, dy.Values, dx[0].Values); break;
            case Dropout op when Training is not null: DropoutReference.AddKept(op, Key(node), image, dy.Values, dx[0].Values); break;
            case IdentityShortcut op: IdentityShortcutReference.Backward(op, dy, dx[0]); break;
            case Add or Flatten or Dropout: Array.ForEach(dx, v => JoinReference.AddFrom(dy.Values, v.Values)); break;
            case Concat: ForEachPart(dx, (part, at) => JoinReference.AddFrom(dy.Values, part.Values, at)); break;
            default: throw new LanewiseException($"{node.Path} ({node.Op.Name}): the reference engine has no gradient for it; add one beside the others.");
        }
    }

    /// <summary>What batch norm normalises with; in training its running statistics move.</summary>
    private BatchNorm2dReference.Moments[] BatchMoments(Node node, BatchNorm2d norm, Volume[] x)
    {
        double[] mean = Value(node, 2)!, variance = Value(node, 3)!, batches = Value(node, 4)!;
        if (Training is null || x.Length == 0)
        {
            return BatchNorm2dReference.OfRunning(mean, variance);
        }

        var moments = BatchNorm2dReference.OfBatch(x);
        BatchNorm2dReference.UpdateRunning(norm, x, moments, mean, variance);
        batches[0]++;
        return moments;
    }

    private double[]? Value(Node node, int parameter) => node.Parameters.Count > parameter ? parameters[node.Parameters[parameter].Name] : null;

    private ulong Key(Node node) => DropoutMask.Key(Training!.Seed, Training.Step, node.Index);

    private static void ForEachPart(Volume[] parts, Action<Volume, int> visit)
    {
        int at = 0;
        foreach (var part in parts)
        {
            visit(part, at);
            at += part.Values.Length;
        }
    }
}
