namespace Lanewise.Engine;

/// <summary>What the reference engine's backward pass returns.</summary>
/// <param name="Parameters">The gradients by parameter name, in PyTorch's order of values.</param>
/// <param name="Input">The gradient to the images, [image][C·H·W].</param>
public sealed record ReferenceGradients(IReadOnlyDictionary<string, double[]> Parameters, double[] Input);
