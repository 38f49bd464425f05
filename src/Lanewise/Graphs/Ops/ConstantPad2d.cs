namespace Lanewise;

/// <summary>
/// Rows and columns of one value around the image, as torch.nn.ConstantPad2d,
/// (N, C, H, W) → (N, C, H + rows above and below, W + columns to the left and right).
/// </summary>
/// <param name="Padding">Rows and columns around the image.</param>
/// <param name="Value">Their value; −∞ before max pooling, where they are then never the maximum.</param>
public sealed record ConstantPad2d(Padding Padding, float Value = 0) : Op
{
    /// <inheritdoc/>
    internal override bool MapsZerosToZeros => Value == 0;

    internal override Shape InferShape(IReadOnlyList<Shape> inputs)
    {
        var x = inputs[0];
        return Padding.Min >= 0 && !float.IsNaN(Value)
            ? new(x.Channels, checked(x.Height + Padding.Top + Padding.Bottom), checked(x.Width + Padding.Left + Padding.Right))
            : throw new ShapeException($"padding {Padding}, value {Value}: padding must be at least 0, and the value a number");
    }

    internal static ConstantPad2d Read(AttributeReader from) => new(from.Padding("padding"), from.FloatOrInfinity("value"));

    internal override void Write(AttributeWriter to)
    {
        to.Write("padding", Padding);
        to.WriteNumberOrInfinity("value", Value);
    }
}
