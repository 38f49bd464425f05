namespace Lanewise;

/// <summary>
/// Local response normalization across channels (Krizhevsky et al. 2012), as in torch.nn, (N, C, H, W) → (N, C, H, W):
/// y[c] = x[c] / (K + Alpha / Size · Σ x[i]²)^Beta, i from c − ⌊Size / 2⌋ to c + ⌊(Size − 1) / 2⌋, channels outside counted as zero.
/// </summary>
/// <param name="Size">Neighbouring channels in the sum.</param>
/// <param name="Alpha">Weight of the sum.</param>
/// <param name="Beta">Exponent.</param>
/// <param name="K">Added to the sum.</param>
public sealed record LocalResponseNorm(int Size, float Alpha = 1e-4f, float Beta = 0.75f, float K = 1) : Op
{
    /// <inheritdoc/>
    internal override bool MapsZerosToZeros => true;

    internal override Shape InferShape(IReadOnlyList<Shape> inputs) => Size >= 1 && Alpha >= 0 && K > 0
        ? inputs[0]
        : throw new ShapeException($"size {Size}, alpha {Alpha}, k {K}: size must be at least 1, alpha at least 0, k positive");

    internal static LocalResponseNorm Read(AttributeReader from) =>
        new(from.Int("size"), from.Float("alpha"), from.Float("beta"), from.Float("k"));

    internal override void Write(AttributeWriter to)
    {
        to.Write("size", Size);
        to.Write("alpha", Alpha);
        to.Write("beta", Beta);
        to.Write("k", K);
    }
}
