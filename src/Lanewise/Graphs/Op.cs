namespace Lanewise;

/// <summary>
/// What a node computes: its attributes, its output shape, its parameters and its cost. An op holds no arrays; the engine's
/// <c>OpTable</c> lists how each op is run.
/// </summary>
public abstract record Op
{
    /// <summary>The op's name as in torch.nn, for example <c>Conv2d</c>.</summary>
    public string Name => GetType().Name;

    /// <summary>The sliding window of a convolution or pooling; null for ops without one.</summary>
    internal virtual Window? Window => null;

    /// <summary>The number of inputs; null for two or more.</summary>
    internal virtual int? InputCount => 1;

    /// <summary>Whether all-zero inputs give an all-zero output.</summary>
    internal virtual bool MapsZerosToZeros => false;

    /// <summary>Infers the output shape.</summary>
    /// <exception cref="ShapeException">
    /// The inputs do not fit. The message has no node path and no full stop; <see cref="Node"/> adds both.
    /// </exception>
    internal abstract Shape InferShape(IReadOnlyList<Shape> inputs);

    /// <summary>Lists the parameters, their names prefixed with <paramref name="path"/>.</summary>
    internal virtual IReadOnlyList<ParameterSpec> Parameters(string path, IReadOnlyList<Shape> inputs) => [];

    /// <summary>
    /// Writes the attributes for a file that describes its network; the static <c>Read</c> of each op, listed in the engine's
    /// <c>OpTable</c>, is the inverse.
    /// </summary>
    internal virtual void Write(AttributeWriter to) { }

    /// <summary>Counts the multiply-accumulates for one image: those of convolutions and linear layers, bias not counted.</summary>
    internal virtual long Macs(IReadOnlyList<Shape> inputs, Shape output) => 0;
}
