namespace Lanewise.Graphs;

/// <summary>The image that enters the network.</summary>
public sealed record Input(Shape Shape) : Op
{
    internal override int? InputCount => 0;

    internal override Shape InferShape(IReadOnlyList<Shape> inputs) => Shape;
}

/// <summary>max(0, x), elementwise.</summary>
public sealed record ReLU : Op
{
    internal override Shape InferShape(IReadOnlyList<Shape> inputs) => inputs[0];
}

/// <summary>(C, H, W) → (C·H·W, 1, 1), row-major as in PyTorch.</summary>
public sealed record Flatten : Op
{
    internal override Shape InferShape(IReadOnlyList<Shape> inputs) => new(inputs[0].Count, 1, 1);
}

/// <summary>The sum of two activations of one shape: a residual block's F(x) + x.</summary>
public sealed record Add : Op
{
    internal override int? InputCount => 2;

    internal override Shape InferShape(IReadOnlyList<Shape> inputs) => inputs[0] == inputs[1]
        ? inputs[0]
        : throw new ShapeException($"cannot add {inputs[0]} and {inputs[1]}; both must have one shape (a 1×1 convolution changes channels, its stride the size)");
}

/// <summary>Activations of one height and width, one behind the other along the channels.</summary>
public sealed record Concat : Op
{
    internal override int? InputCount => null;

    internal override Shape InferShape(IReadOnlyList<Shape> inputs)
    {
        var first = inputs[0];
        var odd = inputs.FirstOrDefault(s => (s.Height, s.Width) != (first.Height, first.Width), first);
        return odd == first
            ? first with { Channels = inputs.Sum(s => s.Channels) }
            : throw new ShapeException($"cannot concatenate {first} and {odd}: height and width must agree; check the branches' padding and stride");
    }
}
