namespace Lanewise;

/// <summary>A named array of a PyTorch state dict: its shape and its values in row-major order.</summary>
public sealed record Tensor
{
    /// <summary>Creates a tensor without copying the values.</summary>
    /// <param name="name">The state dict's key, for example <c>incep1.branch5x5_2.weight</c>.</param>
    /// <param name="dimensions">The sizes, outermost first; empty for a scalar.</param>
    /// <param name="values">The values, as many as the product of <paramref name="dimensions"/>.</param>
    public Tensor(string name, int[] dimensions, float[] values) => (Name, Dimensions, Values) = (name, dimensions, values);

    /// <summary>The state dict's key, for example <c>incep1.branch5x5_2.weight</c>.</summary>
    public string Name { get; init; }

    /// <summary>The sizes, outermost first; empty for a scalar.</summary>
    public int[] Dimensions { get; init; }

    /// <summary>The values, as many as the product of <see cref="Dimensions"/>.</summary>
    public float[] Values { get; init; }

    /// <summary>The shape as text, for example <c>24×16×5×5</c>; "scalar" when there is no dimension.</summary>
    public string ShapeText => Text(Dimensions);

    internal static string Text(int[] dimensions) => dimensions.Length == 0 ? "scalar" : string.Join('×', dimensions);
}
