using Lanewise.Kernels;

namespace Lanewise.Engine;

/// <summary>The part of a training step that the forward pass depends on: what seeds dropout.</summary>
internal sealed record TrainingStep(int Seed, long Step);

/// <summary>A node with its parameters and the training step, the context of a <see cref="Reference"/>.</summary>
/// <param name="node">The node.</param>
/// <param name="parameters">The values of all parameters, by name.</param>
/// <param name="gradients">The gradients of all parameters, by name; null in a forward pass.</param>
/// <param name="training">The training step; null in evaluation mode.</param>
internal sealed class ReferenceNode(
    Node node, Dictionary<string, double[]> parameters, Dictionary<string, double[]>? gradients, TrainingStep? training)
{
    public Node Node { get; } = node;

    public TrainingStep? Training { get; } = training;

    /// <summary>The seed of the dropout mask of this node and step.</summary>
    public ulong DropoutKey => DropoutMask.Key(Training!.Seed, Training.Step, Node.Index);

    /// <summary>Returns the values of a parameter.</summary>
    public double[] Value(int parameter) => parameters[Node.Parameters[parameter].Name];

    /// <summary>Returns the values of a parameter; null if the node has fewer.</summary>
    public double[]? ValueOrNull(int parameter) => Node.Parameters.Count > parameter ? Value(parameter) : null;

    /// <summary>Returns the gradient of a parameter, to add to; null if the node has fewer.</summary>
    public double[]? Gradient(int parameter) =>
        Node.Parameters.Count > parameter ? gradients![Node.Parameters[parameter].Name] : null;
}

/// <summary>
/// Computes an op in the reference engine: plain loops in double precision, the counterpart of the op's <see cref="Lowering"/>. Values and
/// gradients are those of all images, [image] or [input][image].
/// </summary>
internal abstract class Reference
{
    /// <summary>Writes y, which is zero-initialized.</summary>
    public abstract void Forward(ReferenceNode node, Volume[][] x, Volume[] y);

    /// <summary>Adds to dx and to the gradients of the parameters.</summary>
    public abstract void Backward(ReferenceNode node, Volume[][] x, Volume[] y, Volume[] dy, Volume[][] dx);
}

/// <summary>The reference of an op that computes each image independently.</summary>
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

    /// <summary>Writes y of one image, which is zero-initialized.</summary>
    protected abstract void Forward(TOp op, ReferenceNode node, int image, Volume[] x, Volume y);

    /// <summary>Adds to dx of one image and to the gradients of the parameters.</summary>
    /// <param name="op">The op.</param>
    /// <param name="node">The node and its parameters.</param>
    /// <param name="image">The index of the image in the batch.</param>
    /// <param name="value">The inputs and the output.</param>
    /// <param name="gradient">The gradients of the inputs, to add to, and of the output.</param>
    protected abstract void Backward(
        TOp op, ReferenceNode node, int image, (Volume[] X, Volume Y) value, (Volume[] Dx, Volume Dy) gradient);

    private static Volume[] Of(Volume[][] values, int image) => Array.ConvertAll(values, images => images[image]);
}
