namespace Lanewise;

/// <summary>A parameter of a network: its name and shape in a PyTorch state dict, and its initial distribution.</summary>
/// <param name="Name">The state dict's key, for example <c>incep1.branch5x5_2.weight</c>.</param>
/// <param name="Dimensions">The sizes, outermost first; empty for a scalar.</param>
/// <param name="Initial">The distribution of the initial values.</param>
/// <param name="IsBuffer">
/// Whether it is a buffer in PyTorch's sense: stored with the weights but not trained (the running statistics of batch norm).
/// </param>
public sealed record ParameterSpec(string Name, int[] Dimensions, Initializer Initial, bool IsBuffer = false)
{
    /// <summary>Whether a file may lack it; its values are then zero (<c>num_batches_tracked</c>, which PyTorch added in 0.4.1).</summary>
    public bool IsOptional { get; init; }

    /// <summary>The number of values.</summary>
    /// <exception cref="OverflowException">There are more than 2³¹ − 1.</exception>
    public int Count => Dimensions.Aggregate(1, (product, size) => checked(product * size));

    /// <summary>The shape as text, for example <c>24×16×5×5</c>; "scalar" when there is no dimension.</summary>
    public string ShapeText => Tensor.Text(Dimensions);
}
