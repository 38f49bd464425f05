namespace Lanewise;

/// <summary>One step of a network: an op, its inputs and its output shape.</summary>
public sealed class Node
{
    internal Node(int index, string path, Op op, IReadOnlyList<Node> inputs)
    {
        Index = index;
        Path = path;
        Op = op;
        Inputs = inputs;
        Shape[] shapes = [.. inputs.Select(n => n.Shape)];
        try
        {
            Shape = op.InferShape(shapes);
        }
        catch (ShapeException e)
        {
            throw new ShapeException($"{path} ({op.Name}): {e.Message}.", nodePath: path, inner: e);
        }

        Parameters = op.Parameters(path, shapes);
        // Counting throws for what no array can hold.
        _ = Shape.Count + Parameters.Sum(p => (long)p.Count);
        Macs = op.Macs(shapes, Shape);
    }

    /// <summary>The index in <see cref="Network.Nodes"/>; the inputs' indices are smaller.</summary>
    public int Index { get; }

    /// <summary>
    /// The module path, for example <c>incep1.branch5x5_2</c>; layers without parameters are named after their op, with a number.
    /// </summary>
    public string Path { get; }

    /// <summary>The op that it computes.</summary>
    public Op Op { get; }

    /// <summary>The nodes whose outputs it reads.</summary>
    public IReadOnlyList<Node> Inputs { get; }

    /// <summary>The output shape for one image, C×H×W.</summary>
    public Shape Shape { get; }

    /// <summary>Whether a training updates its parameters; see <see cref="Network.WithTrainable"/>. Default: true.</summary>
    public bool IsTrainable { get; internal init; } = true;

    /// <summary>The parameters, weight before bias.</summary>
    public IReadOnlyList<ParameterSpec> Parameters { get; }

    /// <summary>Multiply-accumulates (MACs) for one image, bias not counted.</summary>
    public long Macs { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Path} ({Op.Name}) → {Shape}";
}
