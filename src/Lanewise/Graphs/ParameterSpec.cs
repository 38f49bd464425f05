namespace Lanewise.Graphs;

/// <summary>A parameter that a network needs: its name and shape in a PyTorch state dict, and how it begins.</summary>
/// <param name="Name">The state dict's key, for example <c>incep1.branch5x5_2.weight</c>.</param>
/// <param name="Dimensions">The sizes, outermost first; empty for a scalar.</param>
/// <param name="Initial">How its first values are drawn.</param>
/// <param name="IsBuffer">
/// Whether it is what PyTorch calls a buffer: kept with the weights, but not trained (batch norm's running statistics).
/// </param>
public sealed record ParameterSpec(string Name, int[] Dimensions, Initializer Initial, bool IsBuffer = false)
{
    /// <summary>The number of values.</summary>
    /// <exception cref="OverflowException">They are more than 2³¹ − 1.</exception>
    public int Count => Dimensions.Aggregate(1, (product, size) => checked(product * size));

    /// <summary>The shape as text, for example <c>24×16×5×5</c>; "scalar" when there is no dimension.</summary>
    public string ShapeText => Tensor.Text(Dimensions);
}
