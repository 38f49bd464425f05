namespace Lanewise.Engine;

/// <summary>The gradients computed by <see cref="ReferenceEngine"/>.</summary>
/// <param name="Parameters">The gradients by parameter name, each in row-major order of PyTorch's dimensions.</param>
/// <param name="Input">The gradient of the input, (N, C, H, W) in row-major order.</param>
internal sealed record ReferenceGradients(IReadOnlyDictionary<string, double[]> Parameters, double[] Input);
