namespace Lanewise.Graphs;

/// <summary>
/// What a node computes: its attributes, the shape it makes of its inputs' shapes, its parameters and its cost.
/// It holds no arrays; the engines know how to run it.
/// </summary>
public abstract record Op
{
    /// <summary>The op's name as torch.nn has it, for example <c>Conv2d</c>.</summary>
    public string Name => GetType().Name;

    /// <summary>How many inputs it takes; null for two or more.</summary>
    internal virtual int? InputCount => 1;

    /// <summary>The output's shape.</summary>
    /// <exception cref="ShapeException">The inputs do not fit; the message says how to mend it.</exception>
    internal abstract Shape InferShape(IReadOnlyList<Shape> inputs);

    /// <summary>The parameters it needs, <paramref name="path"/> before their names.</summary>
    internal virtual IReadOnlyList<ParameterSpec> Parameters(string path, IReadOnlyList<Shape> inputs) => [];

    /// <summary>MACs for one image: those of convolutions and linear layers, without bias.</summary>
    internal virtual long Macs(IReadOnlyList<Shape> inputs, Shape output) => 0;
}

/// <summary>Shapes that do not fit together; the builder adds the node's path.</summary>
internal sealed class ShapeException(string message) : Exception(message);
