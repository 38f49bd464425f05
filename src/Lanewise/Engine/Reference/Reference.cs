using Lanewise.Graphs;
using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>A step of training, as far as a forward pass depends on it.</summary>
internal sealed record TrainingStep(int Seed, long Step);

/// <summary>A node, its parameters and the training step, as a <see cref="Reference"/> sees them.</summary>
/// <param name="node">The node.</param>
/// <param name="parameters">All weights by name.</param>
/// <param name="gradients">All gradients by name; null in a forward pass.</param>
/// <param name="training">The step, in training; null in evaluation.</param>
internal sealed class ReferenceNode(
    Node node, Dictionary<string, double[]> parameters, Dictionary<string, double[]>? gradients, TrainingStep? training)
{
    public Node Node { get; } = node;

    public TrainingStep? Training { get; } = training;

    /// <summary>The seed of what dropout drops in this node and step.</summary>
    public ulong DropoutKey => DropoutMask.Key(Training!.Seed, Training.Step, Node.Index);

    /// <summary>The values of a parameter.</summary>
    public double[] Value(int parameter) => parameters[Node.Parameters[parameter].Name];

    /// <summary>The values of a parameter; null when the node has fewer.</summary>
    public double[]? ValueOrNull(int parameter) => Node.Parameters.Count > parameter ? Value(parameter) : null;

    /// <summary>The gradient of a parameter, to be added to; null when the node has fewer.</summary>
    public double[]? Gradient(int parameter) => Node.Parameters.Count > parameter ? gradients![Node.Parameters[parameter].Name] : null;
}

/// <summary>
/// How the reference engine computes an op: plain loops in double precision, the slow twin of the op's <see cref="Lowering"/>. Values and
/// gradients are those of all images, [image] or [input][image].
/// </summary>
internal abstract class Reference
{
    /// <summary>Writes y, which is all zero before.</summary>
    public abstract void Forward(ReferenceNode node, Volume[][] x, Volume[] y);

    /// <summary>Adds to dx and to the gradients of the node's parameters.</summary>
    public abstract void Backward(ReferenceNode node, Volume[][] x, Volume[] y, Volume[] dy, Volume[][] dx);
}

/// <summary>The reference of an op that treats each image separately.</summary>
/// <typeparam name="TOp">The op.</typeparam>
internal abstract class ImageReference<TOp> : Reference
    where TOp : Op
{
    public sealed override void Forward(ReferenceNode node, Volume[][] x, Volume[] y)
    {
        for (int i = 0; i < y.Length; i++)
        {
            Forward((TOp)node.Node.Op, node, i, Of(x, i), y[i]);
        }
    }

    public sealed override void Backward(ReferenceNode node, Volume[][] x, Volume[] y, Volume[] dy, Volume[][] dx)
    {
        for (int i = 0; i < y.Length; i++)
        {
            Backward((TOp)node.Node.Op, node, i, (Of(x, i), y[i]), (Of(dx, i), dy[i]));
        }
    }

    /// <summary>Writes y of one image, which is all zero before.</summary>
    protected abstract void Forward(TOp op, ReferenceNode node, int image, Volume[] x, Volume y);

    /// <summary>Adds to dx of one image and to the gradients of the node's parameters.</summary>
    /// <param name="op">The op.</param>
    /// <param name="node">Its node and parameters.</param>
    /// <param name="image">The image's index in the batch.</param>
    /// <param name="value">The inputs and the output.</param>
    /// <param name="gradient">The gradients to the inputs, which are added to, and to the output.</param>
    protected abstract void Backward(TOp op, ReferenceNode node, int image, (Volume[] X, Volume Y) value, (Volume[] Dx, Volume Dy) gradient);

    private static Volume[] Of(Volume[][] values, int image) => Array.ConvertAll(values, images => images[image]);
}
