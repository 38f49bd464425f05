namespace Lanewise.Graphs;

/// <summary>A parameter that a network needs: its name and shape in a PyTorch state dict, and how it is initialised.</summary>
/// <param name="Name">The state dict's key, for example <c>incep1.branch5x5_2.weight</c>.</param>
/// <param name="Dimensions">The sizes, outermost first.</param>
/// <param name="Bound">Initial values are uniform in [−Bound, Bound).</param>
public sealed record ParameterSpec(string Name, int[] Dimensions, float Bound)
{
    /// <summary>The number of values.</summary>
    public int Count => Dimensions.Aggregate(1, (product, size) => product * size);

    /// <summary>The shape as text, for example <c>24×16×5×5</c>.</summary>
    public string ShapeText => string.Join('×', Dimensions);

    /// <summary>
    /// PyTorch's default for convolutions and linear layers: Kaiming-uniform with a = √5, which comes to
    /// U(−1/√fan_in, 1/√fan_in) for weights and biases alike (He et al. 2015).
    /// </summary>
    internal static float DefaultBound(int fanIn) => 1f / MathF.Sqrt(fanIn);
}
