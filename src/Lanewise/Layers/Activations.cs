namespace Lanewise;

/// <summary>The elementwise activation functions other than ReLU, and the fixed linear function Rescaling.</summary>
public static class ActivationLayers
{
    /// <summary>Adds x where x &gt; 0, otherwise negativeSlope · x, elementwise; the shape stays (N, C, H, W).</summary>
    /// <exception cref="LanewiseException"><paramref name="negativeSlope"/> is not finite.</exception>
    public static SymbolicTensor LeakyReLU(this SymbolicTensor x, double negativeSlope = 0.01) =>
        x.Then(new LeakyReLU((float)negativeSlope));

    /// <summary>Adds min(max, max(min, x)), elementwise; the shape stays (N, C, H, W).</summary>
    /// <param name="x">The input.</param>
    /// <param name="min">The lower bound, or −∞.</param>
    /// <param name="max">The upper bound, or ∞.</param>
    /// <exception cref="LanewiseException"><paramref name="min"/> is above <paramref name="max"/>.</exception>
    public static SymbolicTensor Hardtanh(this SymbolicTensor x, double min = -1, double max = 1) =>
        x.Then(new Hardtanh((float)min, (float)max));

    /// <summary>Adds min(6, max(0, x)), elementwise: <c>Hardtanh</c> with 0 and 6; the shape stays (N, C, H, W).</summary>
    public static SymbolicTensor ReLU6(this SymbolicTensor x) => x.Hardtanh(0, 6);

    /// <summary>Adds 1 / (1 + exp(−x)), elementwise; the shape stays (N, C, H, W).</summary>
    public static SymbolicTensor Sigmoid(this SymbolicTensor x) => x.Then(new Sigmoid());

    /// <summary>Adds max(0, min(1, alpha · x + beta)), elementwise; the shape stays (N, C, H, W).</summary>
    /// <param name="x">The input.</param>
    /// <param name="alpha">The slope.</param>
    /// <param name="beta">The value at zero.</param>
    /// <exception cref="LanewiseException">A number is not finite.</exception>
    public static SymbolicTensor Hardsigmoid(this SymbolicTensor x, double alpha = 1.0 / 6, double beta = 0.5) =>
        x.Then(new Hardsigmoid((float)alpha, (float)beta));

    /// <summary>Adds x · min(6, max(0, x + 3)) / 6, elementwise; the shape stays (N, C, H, W).</summary>
    public static SymbolicTensor Hardswish(this SymbolicTensor x) => x.Then(new Hardswish());

    /// <summary>Adds x / (1 + exp(−x)), elementwise; the shape stays (N, C, H, W).</summary>
    public static SymbolicTensor SiLU(this SymbolicTensor x) => x.Then(new SiLU());

    /// <summary>Adds scale · x + offset, elementwise, with fixed numbers; the shape stays (N, C, H, W).</summary>
    /// <param name="x">The input.</param>
    /// <param name="scale">The factor.</param>
    /// <param name="offset">Added to the product.</param>
    /// <exception cref="LanewiseException">A number is not finite.</exception>
    public static SymbolicTensor Rescaling(this SymbolicTensor x, double scale, double offset = 0) =>
        x.Then(new Rescaling((float)scale, (float)offset));
}
