namespace Lanewise.Graphs;

/// <summary>One step of a network: an op, its inputs and the shape of its output.</summary>
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
            throw new LanewiseException($"{path} ({op.Name}): {e.Message}.", e);
        }

        Parameters = op.Parameters(path, shapes);
        // To count refuses what no array could hold.
        _ = Shape.Count + Parameters.Sum(p => (long)p.Count);
        Macs = op.Macs(shapes, Shape);
    }

    /// <summary>The node's place in <see cref="Network.Nodes"/>; its inputs stand before it.</summary>
    public int Index { get; }

    /// <summary>The module path, for example <c>incep1.branch5x5_2</c>: PyTorch's for layers with parameters, the op's name and a number for others.</summary>
    public string Path { get; }

    /// <summary>What it computes.</summary>
    public Op Op { get; }

    /// <summary>What it computes it from.</summary>
    public IReadOnlyList<Node> Inputs { get; }

    /// <summary>C×H×W of its output.</summary>
    public Shape Shape { get; }

    /// <summary>Its parameters, weight before bias.</summary>
    public IReadOnlyList<ParameterSpec> Parameters { get; }

    /// <summary>MACs for one image, bias not counted.</summary>
    public long Macs { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{Path} ({Op.Name}) → {Shape}";
}
