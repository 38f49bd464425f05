namespace Lanewise;

/// <summary>A named array of a PyTorch state dict: its shape and its values in row-major order.</summary>
/// <param name="Name">The state dict's key, for example <c>incep1.branch5x5_2.weight</c>.</param>
/// <param name="Dimensions">The sizes, outermost first; empty for a scalar.</param>
/// <param name="Values">The values, as many as the product of <paramref name="Dimensions"/>.</param>
public sealed record Tensor(string Name, int[] Dimensions, float[] Values)
{
    /// <summary>The shape as text, for example <c>24×16×5×5</c>; "scalar" when there is no dimension.</summary>
    public string ShapeText => Text(Dimensions);

    internal static string Text(int[] dimensions) => dimensions.Length == 0 ? "scalar" : string.Join('×', dimensions);
}
